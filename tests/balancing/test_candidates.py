"""Each way to choose, held to a plain model of it."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.balancing.candidates import Field, warmth

CHANCE = st.integers(min_value=0, max_value=(1 << 64) - 1)
ENDPOINT = st.tuples(
    st.booleans(),
    st.integers(min_value=0, max_value=20),
    st.sampled_from([0.5, 1.0, 2.0, 5.0]),
    st.sampled_from([0.0, 0.001, 0.25]),
)
ENDPOINTS = st.lists(ENDPOINT, max_size=8)
Endpoint = tuple[bool, int, float, float]


def field_of(endpoints: list[Endpoint]) -> Field:
    field = Field()
    for at, (opened, active, weight, cost) in enumerate(endpoints):
        field.add(active=active, weight=weight, cost=cost, point=at * 7919 + 1)
        field.change(at, opened=opened, active=active)
    return field


def open_places(endpoints: list[Endpoint]) -> list[int]:
    return [at for at, endpoint in enumerate(endpoints) if endpoint[0]]


@pytest.mark.parametrize("way", ["random_two", "least_requests", "ewma", "hashed", "round_robin"])
@given(endpoints=ENDPOINTS, bits=CHANCE)
def test_only_what_is_open_is_chosen(way: str, endpoints: list[Endpoint], bits: int) -> None:
    chosen = field_of(endpoints).choose(way, bits)
    assert chosen in open_places(endpoints) if open_places(endpoints) else chosen == -1


def drawn(weights: dict[int, float], part: float) -> int:
    """Draw by weight, as a person would with a ruler."""
    ends = list(itertools.accumulate(weights.values()))
    place = sum(end <= part * ends[-1] for end in ends)
    return list(weights)[min(place, len(ends) - 1)]


@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_random_two_takes_the_better_of_two_that_were_drawn(endpoints: list[Endpoint], bits: int) -> None:
    weights = {at: endpoints[at][2] for at in open_places(endpoints)}
    first = drawn(weights, (bits & 0xFFFFFFFF) / 2**32)
    expected = first
    del weights[first]
    if weights:
        second = drawn(weights, (bits >> 32) / 2**32)
        load = [(endpoints[at][1] + 1) / endpoints[at][2] for at in (first, second)]
        expected = second if load[1] < load[0] else first
    assert field_of(endpoints).choose("random_two", bits) == expected


@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_least_requests_takes_one_with_the_least_load(endpoints: list[Endpoint], bits: int) -> None:
    loads = {at: (endpoints[at][1] + 1) / endpoints[at][2] for at in open_places(endpoints)}
    assert loads[field_of(endpoints).choose("least_requests", bits)] == min(loads.values())


def test_least_requests_spreads_equals_by_chance() -> None:
    field = field_of([(True, 0, 1.0, 0.0)] * 4)
    counts = Counter(field.choose("least_requests", chance * 0x9E3779B97F4A7C15 % 2**64) for chance in range(4000))
    assert all(800 < counts[at] < 1200 for at in range(4))


@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_ewma_takes_the_cheaper_of_two_that_were_drawn(endpoints: list[Endpoint], bits: int) -> None:
    places = open_places(endpoints)
    known = [endpoints[at][3] for at in places if endpoints[at][3]]
    usual = sum(known) / len(known) if known else 1.0
    weights = {at: endpoints[at][2] for at in places}
    first = drawn(weights, (bits & 0xFFFFFFFF) / 2**32)
    expected = first
    del weights[first]
    if weights:
        second = drawn(weights, (bits >> 32) / 2**32)
        price = [(endpoints[at][3] or usual) * (endpoints[at][1] + 1) / endpoints[at][2] for at in (first, second)]
        expected = second if price[1] < price[0] else first
    assert field_of(endpoints).choose("ewma", bits) == expected


@pytest.mark.parametrize("way", ["random_two", "ewma", "round_robin", "hashed"])
def test_idle_endpoints_are_asked_by_their_weights(way: str) -> None:
    field = field_of([(True, 0, 1.0, 0.0), (True, 0, 2.0, 0.0), (True, 0, 5.0, 0.0)])
    counts: Counter[int] = Counter()
    for chance in range(8000):
        counts[field.choose(way, chance * 0x9E3779B97F4A7C15 % 2**64, 100.0)] += 1
    if way in {
        "random_two",
        "ewma",
    }:  # of two drawn the one with more weight has room for more: it gets more than its weight
        assert counts[0] < 1200
        assert counts[2] > 4500
    else:
        assert [round(counts[at] / 1000) for at in range(3)] == [1, 2, 5]


def test_round_robin_spreads_the_turns_of_one_evenly() -> None:
    field = field_of([(True, 0, 5.0, 0.0), (True, 0, 1.0, 0.0), (True, 0, 1.0, 0.0)])
    assert [field.choose("round_robin") for _ in range(7)] == [0, 0, 1, 0, 2, 0, 0]


@given(key=CHANCE, gone=st.integers(min_value=0, max_value=7))
def test_a_key_moves_only_when_its_endpoint_goes(key: int, gone: int) -> None:
    field = field_of([(True, 0, 1.0, 0.0)] * 8)
    before = field.choose("hashed", key, 100.0)
    field.change(gone, opened=False, active=0)
    after = field.choose("hashed", key, 100.0)
    assert before in {after, gone}
    assert after != gone


@given(key=CHANCE, actives=st.lists(st.integers(min_value=0, max_value=50), min_size=2, max_size=8))
def test_a_hashed_endpoint_never_has_more_than_its_bound(key: int, actives: list[int]) -> None:
    field = field_of([(True, active, 1.0, 0.0) for active in actives])
    chosen = field.choose("hashed", key, 1.25)
    assert actives[chosen] + 1 <= math.ceil(1.25 * (sum(actives) + 1) / len(actives))


def test_when_all_are_over_their_bound_the_key_decides() -> None:
    field = field_of([(True, 5, 1.0, 0.0), (True, 5, 1.0, 0.0)])
    assert {field.choose("hashed", key * 0x9E3779B97F4A7C15 % 2**64, 0.1) for key in range(50)} == {0, 1}


@pytest.mark.parametrize(
    ("tiers", "opened", "expected"),
    [
        ([0, 0, 1, 1], [0, 1, 2, 3], [{0, 1}]),  # all is well: the second tier has nothing to do
        ([0, 0, 0, 0, 1], [0, 1, 2, 4], [{0, 1, 2}]),  # three of four are enough
        ([0, 0, 1], [0, 2], [{0}, {2}]),  # one of two is not: some goes to the next
        ([0, 1, 2], [2], [{2}]),  # two tiers are gone
        ([3, 3, 7], [0, 1, 2], [{0, 1}]),  # tiers need not begin at 0
        ([0, 1], [], [set()]),
    ],
)
def test_a_tier_has_all_the_traffic_that_it_can_take(
    tiers: list[int], opened: list[int], expected: list[set[int]]
) -> None:
    seen = set()
    for chance in range(200):
        field = Field()
        for at, tier in enumerate(tiers):
            field.add(tier=tier)
            field.change(at, opened=at in opened, active=0)
        field.keep_tier(chance * 0x9E3779B97F4A7C15 % 2**64)
        seen.add(frozenset(field.opened()))
    assert seen == {frozenset(places) for places in expected}


def test_who_has_just_come_gets_little_and_then_more() -> None:
    assert [warmth(100.0, 100.0 + age, 10.0) for age in (0, 5, 10, 20)] == [0.1, 0.5, 1.0, 1.0]
    assert warmth(0.0, 3.0, 10.0) == 1.0
    assert warmth(100.0, 100.0, 0.0) == 1.0


def test_a_field_has_its_bounds() -> None:
    field = Field()
    for _ in range(64):
        field.add()
    with pytest.raises(ValueError, match="no more"):
        field.add()
    with pytest.raises(IndexError):
        field.change(64, opened=True, active=0)
