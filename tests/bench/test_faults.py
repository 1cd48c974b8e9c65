"""Upstreams that fail under load, as short as it goes: what clients see of it."""

import pytest

from bench.faults import play

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]


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
