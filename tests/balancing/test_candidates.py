"""Each way to choose, held to a plain model of it."""

import heapq
import itertools
import math
import random
import statistics
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.balancing.candidates import Field, warmth

EVEN = st.integers(min_value=0, max_value=15).map(lambda part: part << 28)  # halves that fall on the edge of a weight
CHANCE = st.one_of(
    st.integers(min_value=0, max_value=(1 << 64) - 1), st.tuples(EVEN, EVEN).map(lambda two: two[0] << 32 | two[1])
)
ENDPOINT = st.tuples(
    st.booleans(),
    st.integers(min_value=0, max_value=5),
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


def two_drawn(endpoints: list[Endpoint], bits: int) -> tuple[int, int | None]:
    """Return who is drawn first, and who of the others is second."""
    weights = {at: endpoints[at][2] for at in open_places(endpoints)}
    first = drawn(weights, (bits & 0xFFFFFFFF) / 2**32)
    del weights[first]
    return first, drawn(weights, (bits >> 32) / 2**32) if weights else None


def is_better(one: Endpoint, other: Endpoint) -> bool:
    """Say whether `one` has less under way for its weight, and would have less with one more."""
    return all((one[1] + more) / one[2] < (other[1] + more) / other[2] for more in (0, 1))


@settings(max_examples=500)
@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_random_two_takes_the_better_of_two_that_were_drawn(endpoints: list[Endpoint], bits: int) -> None:
    first, second = two_drawn(endpoints, bits)
    better = second is not None and is_better(endpoints[second], endpoints[first])
    assert field_of(endpoints).choose("random_two", bits) == (second if better else first)


@settings(max_examples=500)
@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_least_requests_takes_one_than_which_none_is_better(endpoints: list[Endpoint], bits: int) -> None:
    chosen = field_of(endpoints).choose("least_requests", bits)
    assert not any(is_better(endpoints[at], endpoints[chosen]) for at in open_places(endpoints))


@given(actives=st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=8), bits=CHANCE)
def test_least_requests_takes_the_least_of_those_that_weigh_the_same(actives: list[int], bits: int) -> None:
    chosen = field_of([(True, active, 1.0, 0.0) for active in actives]).choose("least_requests", bits)
    assert actives[chosen] == min(actives)


@settings(max_examples=500)
@given(endpoints=ENDPOINTS.filter(open_places), bits=CHANCE)
def test_ewma_takes_the_one_of_two_that_is_to_answer_sooner(endpoints: list[Endpoint], bits: int) -> None:
    known = [endpoints[at][3] for at in open_places(endpoints) if endpoints[at][3]]
    usual = statistics.mean(known) if known else 1.0
    first, second = two_drawn(endpoints, bits)
    expected = first
    if second is not None:
        here, there = ((endpoints[at][3] or usual) * (endpoints[at][1] + 1) for at in (first, second))
        if there < here and there / endpoints[second][2] < here / endpoints[first][2]:
            expected = second
    assert field_of(endpoints).choose("ewma", bits) == expected


def scattered(count: int) -> list[int]:
    """Return so many times 64 bits, spread evenly."""
    return [at * 0x9E3779B97F4A7C15 % 2**64 for at in range(1, count + 1)]


@pytest.mark.parametrize("way", ["random_two", "least_requests", "ewma", "round_robin", "hashed"])
def test_idle_endpoints_are_asked_by_their_weights(way: str) -> None:
    field = field_of([(True, 0, 1.0, 0.0), (True, 0, 2.0, 0.0), (True, 0, 5.0, 0.0)])
    counts = Counter(field.choose(way, bits, 100.0) for bits in scattered(8000))
    assert [round(counts[at] / 1000) for at in range(3)] == [1, 2, 5]


@pytest.mark.parametrize("way", ["random_two", "least_requests", "ewma"])
@pytest.mark.parametrize("load", [0.5, 3.0, 30.0])
@pytest.mark.parametrize("weights", [[1.0, 2.0], [1.0, 10.0], [1.0, 5.0, 5.0, 5.0]], ids=str)
def test_whoever_weighs_little_gets_that_much_under_any_load(way: str, load: float, weights: list[float]) -> None:
    chance = random.Random(5)
    field = field_of([(True, 0, weight, 0.0) for weight in weights])
    ends: list[tuple[float, int]] = []
    active = [0] * len(weights)
    taken = [0] * len(weights)
    now = 0.0
    for _ in range(8000):
        now += chance.expovariate(load)
        while ends and ends[0][0] <= now:
            active[heapq.heappop(ends)[1]] -= 1
        for at, requests in enumerate(active):
            field.change(at, opened=True, active=requests)
        chosen = field.choose(way, chance.getrandbits(64))
        active[chosen] += 1
        taken[chosen] += 1
        heapq.heappush(ends, (now + chance.expovariate(1.0), chosen))
    assert 0.5 < taken[0] / 8000 / (weights[0] / sum(weights)) < 1.5


@given(weights=st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=6))
def test_round_robin_gives_each_its_weight_in_every_round(weights: list[int]) -> None:
    field = field_of([(True, 0, float(weight), 0.0) for weight in weights])
    for _ in range(3):
        counts = Counter(field.choose("round_robin") for _ in range(sum(weights)))
        assert [counts[at] for at in range(len(weights))] == weights


def mixed(key: int, point: int) -> int:
    """Return what splitmix64 says after both."""
    bits = ((key ^ point) + 0x9E3779B97F4A7C15) % 2**64
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
    return bits ^ bits >> 31


@given(endpoints=ENDPOINTS.filter(open_places), key=CHANCE, load=st.sampled_from([1.0, 1.25, 100.0]))
def test_hashing_takes_the_first_in_the_order_of_the_key_that_has_room(
    endpoints: list[Endpoint], key: int, load: float
) -> None:
    places = open_places(endpoints)
    total = sum(endpoints[at][1] for at in places) + 1
    weights = sum(endpoints[at][2] for at in places)

    def order(at: int) -> float:
        return math.log(((mixed(key, at * 7919 + 1) >> 32) + 1) / (2**32 + 2)) / endpoints[at][2]

    roomy = [at for at in places if endpoints[at][1] < math.ceil(load * total * endpoints[at][2] / weights)]
    assert roomy
    assert field_of(endpoints).choose("hashed", key, load) == max(roomy, key=order)


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


@pytest.mark.parametrize(("active", "expected"), [(3, {0, 1}), (4, {1})])
def test_a_hashed_endpoint_is_asked_up_to_its_bound(active: int, expected: set[int]) -> None:
    field = field_of([(True, active, 1.0, 0.0), (True, 1, 1.0, 0.0)])
    assert {field.choose("hashed", key, 1.25) for key in scattered(50)} == expected  # the bound is four


def test_when_all_are_over_their_bound_the_key_decides() -> None:
    field = field_of([(True, 5, 1.0, 0.0), (True, 5, 1.0, 0.0)])
    chosen = [field.choose("hashed", key, 0.1) for key in scattered(50)]
    assert set(chosen) == {0, 1}
    assert chosen == [field.choose("hashed", key, 100.0) for key in scattered(50)]


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
    seen = {frozenset(kept(tiers, opened, chance)) for chance in scattered(200)}
    assert seen == {frozenset(places) for places in expected}


def test_tiers_that_cannot_take_it_all_have_their_parts_of_it() -> None:
    counts = Counter(kept([0] * 4 + [1] * 4, [0, 4], chance)[0] for chance in scattered(3000))
    assert [round(counts[at] / 100) for at in (0, 4)] == [15, 15]


def kept(tiers: list[int], opened: list[int], chance: int) -> list[int]:
    field = Field()
    for at, tier in enumerate(tiers):
        field.add(tier=tier)
        field.change(at, opened=at in opened, active=0)
    field.keep_tier(chance)
    return field.opened()


@given(members=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=12))
def test_tiers_share_the_traffic_by_what_they_can_take(members: list[tuple[int, bool]]) -> None:
    tiers = [tier for tier, _ in members]
    opened = [at for at, (_, is_open) in enumerate(members) if is_open]
    left, shares = 1.0, {}
    for tier in sorted(set(tiers)):
        open_here = sum(is_open for other, is_open in members if other == tier)
        shares[tier] = min(left, 1.4 * open_here / tiers.count(tier))
        left -= shares[tier]
    counts: Counter[int] = Counter()
    for chance in range(200):
        places = kept(tiers, opened, chance * 2**32 // 200)
        assert {tiers[at] for at in places} <= set(tiers)
        assert len({tiers[at] for at in places}) == (1 if opened else 0)
        counts.update({tiers[at] for at in places})
    whole = sum(shares.values())
    for tier, part in shares.items():
        assert counts[tier] == pytest.approx(200 * part / whole if whole else 0, abs=1.01)


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
    for count, place in ((64, 64), (64, -1), (0, 0)):
        with pytest.raises(IndexError):
            field_of([(True, 0, 1.0, 0.0)] * count).change(place, opened=True, active=0)
