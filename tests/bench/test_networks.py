"""Networks that fail: links that lose packets or are cut, and names that move, in namespaces of their own."""

import pytest

from bench.distance import DELAY, JITTER, wire_missing
from bench.faults import play
from bench.networks import missing
from bench.stand import Seen

REASON = missing()
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.timeout(300),
    pytest.mark.skipif(REASON != "", reason=REASON or "it can be done"),
]


def played(name: str) -> Seen:
    """Play a scenario and tell of it; no request of it may fail, nor be sent too often."""
    seen = play(name, 0)
    print(seen)
    assert seen.failed == 0
    assert seen.factor <= 1.2
    return seen


def test_a_link_that_loses_packets_loses_no_request() -> None:
    assert played("lossy").sent > 1000


def test_a_link_that_is_cut_and_mended_loses_no_request() -> None:
    assert played("cut").sent > 1000


def test_a_name_that_moves_and_a_name_server_that_fails_lose_no_request() -> None:
    seen = played("moved")
    assert seen.sent > 1000
    assert seen.facts["asked in vain"] > 0


def test_an_address_that_leads_nowhere_beside_one_that_works_loses_no_request() -> None:
    seen = played("eyeballs")
    assert seen.facts["AAAA asked"] > 0


@pytest.mark.skipif(wire_missing() != "", reason=wire_missing() or "it can be done")
def test_upstreams_that_are_far_away_lose_no_request() -> None:
    seen = played("distant")
    assert seen.sent > 300
    assert seen.facts["posts"] > 100
    assert seen.facts["half within"] >= 2 * (DELAY - JITTER)  # there, and back


@pytest.mark.skipif(wire_missing() != "", reason=wire_missing() or "it can be done")
def test_an_upstream_that_is_far_away_gets_some_and_loses_none() -> None:
    seen = played("uneven")
    assert seen.sent > 1000
    assert seen.facts["slowest"] >= 2 * (DELAY - JITTER)
