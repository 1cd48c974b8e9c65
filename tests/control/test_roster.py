"""Every endpoint that requests may go to now."""

from typing import Any

from lumina.control.discovery.answers import Target
from lumina.control.ledger import SPARE, Ledger
from lumina.control.roster import Member, Roster
from lumina.snapshot import Snapshot
from tests.plan import ENDPOINT, plan

NUMBERED = {**ENDPOINT, "host": "127.0.0.1", "port": 80, "authority": "127.0.0.1"}
NAMED = {**ENDPOINT, "host": "a.test", "port": 80, "authority": "a.test", "weight": 2, "priority": 1}


def roster(*endpoints: dict[str, Any], spare: int = SPARE) -> tuple[Roster, list[int]]:
    forgotten: list[int] = []
    made = plan(upstreams__0__endpoints=list(endpoints))
    ledger = Ledger(len(endpoints) + 1 + spare, 64, forgotten.append, lambda _: None)
    return Roster(ledger.number(made), ledger.slots), forgotten


def keys(found: Roster) -> list[str]:
    return [member.key for member in found.members(0)]


def test_numbered_endpoints_are_there_from_the_start_where_the_snapshot_has_them() -> None:
    socket = {**ENDPOINT, "host": None, "port": 0, "unix": "/run/a.sock", "authority": "localhost"}
    found, _ = roster(NUMBERED, socket)
    endpoints = Snapshot(plan(upstreams__0__endpoints=[NUMBERED, socket])).endpoints
    assert [(member.key, member.slot) for member in found.members(0)] == [(each.key, each.index) for each in endpoints]
    assert found.messages() == []
    assert [member.unix for member in found.members(0)] == [None, "/run/a.sock"]


def test_what_a_name_stands_for_is_told_with_the_rest_of_its_upstream() -> None:
    found, _ = roster(NUMBERED, NAMED)
    assert keys(found) == ["127.0.0.1:80"]
    found.find(found.names[0], [Target(("::1", "127.0.0.2"), 80, 3, 1), Target(("fd00::1",), 80)])
    (message,) = found.messages()
    assert (message["type"], message["upstream"]) == ("endpoints", 0)
    assert message["endpoints"][1] == {
        "addresses": (("::1", 80), ("127.0.0.2", 80)),
        "unix": None,
        "host": "a.test",
        "authority": "a.test",
        "key": "127.0.0.2:80",
        "slot": 3,  # after those of the plan and the supervisor's own
        "weight": 6,
        "priority": 2,
    }
    assert [(each["key"], each["slot"]) for each in message["endpoints"]] == [
        ("127.0.0.1:80", 0),
        ("127.0.0.2:80", 3),
        ("[fd00::1]:80", 4),
    ]


def test_nothing_is_told_of_names_that_are_not_known_yet() -> None:
    found, _ = roster(NAMED)
    assert found.messages() == []
    found.find(found.names[0], [Target(("127.0.0.2",), 80)])
    found.message(0)
    found.find(found.names[0], [])
    assert found.messages() == [{"type": "endpoints", "upstream": 0, "endpoints": []}]


def test_an_address_keeps_its_place_while_others_come_and_go() -> None:
    found, forgotten = roster(NAMED)
    (name,) = found.names
    one, two, three = (Target((f"127.0.0.{number}",), 80) for number in (1, 2, 3))

    def slots() -> dict[str, int]:
        return {member.key: member.slot for member in found.members(0)}

    found.find(name, [one, two])
    before = slots()
    found.find(name, [two, three])
    assert slots()["127.0.0.2:80"] == before["127.0.0.2:80"]
    assert slots()["127.0.0.3:80"] not in before.values()
    found.find(name, [one])
    assert slots() == {"127.0.0.1:80": before["127.0.0.1:80"]}
    assert forgotten == []


def test_an_address_that_two_names_stand_for_is_one_endpoint() -> None:
    found, _ = roster(NUMBERED, NAMED, {**NAMED, "host": "b.test"})
    target = Target(("127.0.0.2",), 80)
    for name in found.names:
        found.find(name, [target, target, Target(("127.0.0.1",), 80)])
    assert keys(found) == ["127.0.0.1:80", "127.0.0.2:80"]


def test_more_than_there_are_places_are_counted_and_left_out() -> None:
    found, _ = roster(NAMED, spare=2)
    targets = [Target((f"127.0.0.{number}",), 80) for number in range(1, 6)]
    assert found.find(found.names[0], targets) == 3
    assert len(keys(found)) == 2


def test_a_member_is_of_the_upstream_that_has_it() -> None:
    found, _ = roster(NUMBERED)
    assert isinstance(found.members(0)[0], Member)
    assert found.members(0)[0].upstream == 0
