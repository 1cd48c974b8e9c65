"""Who has which place in the arena, over all the plans of one run."""

from typing import Any

import pytest

from lumina.control.ledger import SPARE, FullError, Ledger, Series, Slots, room_for
from lumina.numbers import SERIES_CAP
from tests.plan import ENDPOINT, plan

ONE, TWO, THREE = ({**ENDPOINT, "host": "127.0.0.1", "port": port} for port in (1, 2, 3))


def named(*upstreams: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return a plan with these upstreams, and a route of the same name to each."""
    made = plan()
    made["upstreams"] = [{**made["upstreams"][0], "name": name, "endpoints": some} for name, some in upstreams]
    made["routes"] = [
        {**made["routes"][0], "name": name, "prefix": f"/{name}", "upstream": place}
        for place, (name, _) in enumerate(upstreams)
    ]
    return made


def ledger(endpoints: int = 16, upstreams: int = 4) -> tuple[Ledger, list[int]]:
    forgotten: list[int] = []
    return Ledger(endpoints, upstreams, forgotten.append, lambda _: None), forgotten


def test_places_are_used_again_the_longest_free_first() -> None:
    forgotten: list[int] = []
    slots = Slots(2, forgotten.append, lambda _: None)
    identities = [("u", name) for name in "abcd"]
    assert [slots.take(identity) for identity in identities] == [0, 1, None, None]
    slots.leave(identities[1])
    slots.leave(identities[0])
    assert slots.take(identities[2]) == 1
    assert (slots.take(identities[0]), slots.take(identities[0])) == (0, 0)
    assert forgotten == [1]


def test_a_first_plan_is_numbered_by_its_order() -> None:
    found, _ = ledger()
    assert found.number(named(("a", [ONE, TWO]), ("b", [THREE])))["numbers"] == {
        "routes": [2, 3],
        "upstreams": [2, 3],
        "breakers": [0, 1],
        "endpoints": [[0, 1], [2]],
        "admin": 3,
    }


def test_who_stays_keeps_his_numbers_wherever_he_stands() -> None:
    found, forgotten = ledger()
    found.number(named(("a", [ONE, TWO]), ("b", [THREE])))
    numbers = found.number(named(("c", [ONE]), ("b", [TWO, THREE]), ("a", [TWO])))["numbers"]
    assert numbers == {
        "routes": [4, 3, 2],
        "upstreams": [4, 3, 2],
        "breakers": [2, 1, 0],
        "endpoints": [[4], [5, 2], [1]],
        "admin": 3,
    }
    assert found.routes.labels == {0: "", 1: "_OTHER", 2: "a", 3: "b", 4: "c", 1002: "_admin"}
    assert found.number(named(("a", [ONE])))["numbers"]["endpoints"] == [[0]]  # as he left it
    assert forgotten == []


def test_who_comes_is_welcomed_and_who_only_rested_over_a_reload_is_not() -> None:
    welcomed: list[int] = []
    found = Ledger(16, 4, lambda _: None, welcomed.append)
    found.number(named(("a", [ONE])))
    named_one = ("a", "127.0.0.9:80")  # an address that a name stands for
    slot = found.slots.take(named_one)
    assert welcomed == [0, 1, slot]  # the supervisor's own is among them
    welcomed.clear()
    (second,) = found.number(named(("a", [ONE, TWO])))["numbers"]["endpoints"][0][1:]
    assert found.slots.take(named_one) == slot
    assert welcomed == [second]
    found.slots.leave(named_one)  # the name stands for another
    found.number(named(("a", [ONE, TWO])))
    assert found.slots.take(named_one) == slot
    assert welcomed == [second, slot]


def test_a_place_that_nobody_else_has_left_is_taken_from_who_has_gone() -> None:
    found, forgotten = ledger(endpoints=3)
    found.number(named(("a", [ONE, TWO])))
    assert found.number(named(("a", [TWO, THREE])))["numbers"]["endpoints"] == [[1, 0]]
    assert forgotten == [0]


def test_what_has_no_room_is_refused_by_name() -> None:
    found, _ = ledger(endpoints=2)
    with pytest.raises(FullError, match=r"127\.0\.0\.1:3 of a"):
        found.number(named(("a", [ONE, TWO, THREE])))
    found, _ = ledger(upstreams=1)
    with pytest.raises(FullError, match="the upstream b"):
        found.number(named(("a", [ONE]), ("b", [ONE])))


def test_names_past_the_cap_share_a_series_for_good() -> None:
    series = Series()
    numbers = [series.of(f"r{place}") for place in range(SERIES_CAP + 2)]
    assert numbers[-3:] == [SERIES_CAP + 1, 1, 1]
    assert series.of(f"r{SERIES_CAP}") == 1
    assert series.labels[1] == "_OTHER"


def test_an_arena_has_room_for_more_than_it_begins_with() -> None:
    assert room_for(named(("a", [ONE, TWO]), ("b", [THREE]))) == (4 + SPARE, 2 + SPARE)
