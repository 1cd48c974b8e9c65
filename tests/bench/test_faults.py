"""Upstreams that fail under load, as short as it goes: what clients see of it."""

from typing import ClassVar

import pytest

from bench.crowds import LOW_PATH, Quick
from bench.faults import play
from bench.records import LISTS
from bench.stand import PATH
from tests.programs import program

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]


class Few(Quick):
    """A crowd that any machine can play."""

    crowd: ClassVar[dict[str, int]] = {LOW_PATH: 300, PATH: 30}
    seconds = 6


def test_connections_that_are_closed_while_they_wait_cost_nothing() -> None:
    seen = play("stale", 6000)
    assert (seen.failed, seen.facts["502"]) == (0, 0)
    assert seen.sent >= 6000


def test_a_rolling_restart_loses_no_request() -> None:
    seen = play("restart", 0)
    assert seen.failed == 0
    assert seen.sent > 300


def test_an_endpoint_that_hangs_loses_no_request_and_comes_back() -> None:
    seen = play("hang", 0)
    assert seen.failed == 0
    assert seen.facts["back after"] < 20.0


def test_an_outage_is_not_made_worse_and_ends_when_it_ends() -> None:
    seen = play("outage", 0)
    assert seen.factor <= 1.25  # of a fifth at most; the edges of the time are not cut clean
    assert seen.facts["answered after"] > 100
    assert seen.failed == 0


def test_three_times_too_much_leaves_most_of_what_can_be_done_done() -> None:
    seen = play("overload", 0)
    assert seen.facts["goodput of capacity"] >= 0.8  # the machine that plays all the parts may be busy: 0.9 is the aim


def test_what_matters_is_served_and_health_is_told_when_there_is_too_much_of_the_rest() -> None:
    seen = play("priorities", 0)
    assert seen.failed < 0.3 * seen.facts["normal"]  # it is a few in a hundred on a machine that has the time
    assert seen.facts["low answered of capacity"] > 0.1
    assert seen.facts["pages asked"] > 10
    assert seen.facts["pages failed"] == 0


def test_records_that_change_lose_no_request() -> None:
    seen = play("listed", 0)
    assert seen.failed == 0
    assert seen.facts["lists"] == len(LISTS)
    assert seen.facts["asked in vain"] > 0


@pytest.mark.parametrize("scenario", ["crowd", "burst"])
def test_a_crowd_is_served_and_health_is_told(scenario: str) -> None:
    program("wrk")
    seen = play(scenario, 0, Few)
    assert seen.sent > 100
    assert seen.failed <= 0.3 * seen.sent  # only what there is too much of is refused
    assert seen.facts["control p99 ms"] > 0.0
    assert seen.facts["pages asked"] > 10
    assert seen.facts["pages failed"] == 0
