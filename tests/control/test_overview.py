"""How endpoints and upstreams stand."""

import time
from typing import Any

import pytest

from lumina.control import overview as module
from lumina.control.discovery.answers import Target
from lumina.control.ledger import Ledger
from lumina.control.overview import Overview, state_of
from lumina.control.roster import Roster
from lumina.engine.arena import Arena
from tests.plan import ENDPOINT, plan

BREAKER = {
    "consecutive": 3,
    "failure_rate": 0.5,
    "slow_rate": 1.0,
    "slow": 0.0,
    "requests": 20,
    "window": 10.0,
    "open": 5.0,
    "trials": 3,
}
NEW = {"state": "closed", "latency": 0.0, "failures": 0, "ejections": 0, "until": 0.0, "probe": None}


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        pytest.param({}, "up", id="new"),
        pytest.param({"probe": True}, "up", id="up by its checks"),
        pytest.param({"probe": False}, "down", id="down by its checks"),
        pytest.param({"state": "open", "until": 11.0}, "ejected", id="left out"),
        pytest.param({"state": "open", "until": 11.0, "probe": False}, "down", id="left out and down"),
        pytest.param({"state": "open", "until": 9.0}, "trial", id="its time is over"),
        pytest.param({"state": "half_open", "until": 9.0}, "trial", id="on trial"),
    ],
)
def test_one_word_for_an_endpoint(facts: dict[str, Any], word: str) -> None:
    assert state_of({**NEW, **facts}, 10.0) == word


def overview(**changes: object) -> tuple[Overview, Roster, Any]:
    named = {**ENDPOINT, "host": "a.test", "port": 80, "authority": "a.test"}
    numbered = {**ENDPOINT, "host": "127.0.0.1", "port": 80, "authority": "127.0.0.1"}
    socket = {**ENDPOINT, "host": None, "port": 0, "unix": "/run/a.sock", "authority": "localhost"}
    made = plan(upstreams__0__endpoints=[numbered, socket, named], **changes)
    arena = Arena.create(1)
    ledger = Ledger(arena.endpoints, arena.upstreams, arena.forget, arena.welcome)
    made = ledger.number(made)
    roster = Roster(made, ledger.slots)
    return Overview(made, roster, arena.endpoint, arena.upstream), roster, arena


def test_the_document_tells_every_endpoint_and_the_names_that_nobody_knows() -> None:
    found, roster, arena = overview()
    arena.probe(1, up=False)
    nothing = {"latency": 0.0, "failures": 0, "ejections": 0}
    first = {"address": "127.0.0.1:80", "name": "127.0.0.1", "state": "up", **nothing}
    second = {"address": "unix:/run/a.sock", "state": "down", **nothing}
    assert found.document() == [
        {"name": "payments", "endpoints": [first, second, {"address": "a.test", "state": "unresolved"}]}
    ]
    roster.find(roster.names[0], [Target(("127.0.0.2",), 80)])
    third = {"address": "127.0.0.2:80", "name": "a.test", "state": "up", **nothing}
    assert found.document()[0]["endpoints"] == [first, second, third]


def test_a_breaker_of_a_whole_upstream_has_a_standing_of_its_own() -> None:
    found, _, _ = overview(upstreams__0__breaker=BREAKER)
    assert found.document()[0]["breaker"] == "closed"
    assert [(one.upstream, one.endpoint, one.up, one.state) for one in found.standings()] == [
        ("payments", "", True, "closed"),
        ("payments", "127.0.0.1:80", True, "closed"),
        ("payments", "unix:/run/a.sock", True, "closed"),
    ]


def test_what_is_down_gets_no_requests() -> None:
    found, _, arena = overview()
    arena.probe(0, up=False)
    assert [one.up for one in found.standings()] == [False, True]
    arena.probe(0, up=True)
    assert [one.up for one in found.standings()] == [True, True]
    assert time.monotonic() > 0


def test_series_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    found, _, _ = overview()
    assert [one.endpoint for one in found.standings()] == ["127.0.0.1:80"]
