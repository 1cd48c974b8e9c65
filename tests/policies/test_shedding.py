"""What is given up when there is too much to do, against a model of a few lines."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.shedding import Shedding, excess, wanted_of_all, wanted_of_one

LEVELS = st.lists(st.floats(min_value=0.0, max_value=3.0), max_size=200)
DRAWS = st.integers(min_value=0, max_value=2**64 - 1)


def settled(level: float) -> Shedding:
    """Return one that has been asked for `level` for long enough."""
    shedding = Shedding()
    for _ in range(100):
        shedding.look(level)
    return shedding


class Model:
    """The level in plain numbers."""

    def __init__(self) -> None:
        self.level = 0.0

    def look(self, wanted: float) -> None:
        if wanted > self.level:
            self.level += min(0.1, wanted - self.level)
        elif wanted == 0.0 or self.level - wanted > 0.25:
            self.level -= min(0.02, self.level - wanted)


@given(LEVELS)
def test_the_level_is_that_of_the_model(wanted: list[float]) -> None:
    shedding, model = Shedding(), Model()
    for level in wanted:
        shedding.look(level)
        model.look(level)
        assert shedding.level == pytest.approx(model.level)


@given(LEVELS)
def test_it_goes_in_steps_and_never_past_what_is_asked_for(wanted: list[float]) -> None:
    shedding, before, most = Shedding(), 0.0, 0.0
    for level in wanted:
        most = max(most, level)
        shedding.look(level)
        assert -0.02 - 1e-9 <= shedding.level - before <= 0.1 + 1e-9
        assert 0.0 <= shedding.level <= most
        before = shedding.level


@given(st.floats(min_value=0.3, max_value=2.7), st.lists(st.floats(min_value=-0.2, max_value=0.0), max_size=100))
def test_a_small_difference_does_not_move_it_down(level: float, below: list[float]) -> None:
    shedding = settled(level)
    for difference in below:
        shedding.look(level + difference)
        assert shedding.level == pytest.approx(level)


@given(LEVELS)
def test_calm_ends_it(wanted: list[float]) -> None:
    shedding = Shedding()
    for level in wanted:
        shedding.look(level)
    for _ in range(151):
        shedding.look(0.0)
    assert shedding.level == 0.0


@given(LEVELS, DRAWS)
def test_nobody_is_given_up_before_a_less_important_one(wanted: list[float], draw: int) -> None:
    shedding = Shedding()
    for level in wanted:
        shedding.look(level)
    refused = [shedding.refuses(priority, draw) for priority in range(3)]
    assert refused == sorted(refused, reverse=True)


@given(DRAWS)
def test_nothing_is_refused_at_level_0_and_everything_at_level_3(draw: int) -> None:
    assert not any(Shedding().refuses(priority, draw) for priority in range(3))
    assert all(settled(3.0).refuses(priority, draw) for priority in range(3))


@pytest.mark.parametrize(
    ("level", "shares"),
    [(0.3, (0.3, 0.0, 0.0)), (1.0, (1.0, 0.0, 0.0)), (1.6, (1.0, 0.6, 0.0)), (2.5, (1.0, 1.0, 0.5))],
)
def test_a_level_is_a_share_of_each_kind(level: float, shares: tuple[float, ...]) -> None:
    shedding, chance = settled(level), random.Random(5)
    for priority, share in enumerate(shares):
        refused = sum(shedding.refuses(priority, chance.getrandbits(64)) for _ in range(10_000))
        assert refused / 10_000 == pytest.approx(share, abs=0.02)


@given(st.floats(min_value=0.0, max_value=100.0), st.floats(min_value=0.01, max_value=10.0))
def test_how_far_a_measure_is_between_its_bounds(value: float, begin: float) -> None:
    expected = min(max((value - begin) / begin, 0.0), 1.0)
    assert excess(value, begin, 2.0 * begin) == pytest.approx(expected)


def test_a_measure_with_no_bound_is_never_too_much() -> None:
    assert excess(1e9, 0.0, 0.0) == 0.0


@given(st.floats(min_value=0.0, max_value=1.0), st.integers(min_value=0, max_value=2), DRAWS)
def test_who_does_not_suffer_is_not_given_up(over: float, priority: int, draw: int) -> None:
    shedding = settled(wanted_of_one(over, priority))
    assert not any(shedding.refuses(higher, draw) for higher in range(priority + 1, 3))
    assert wanted_of_one(over, priority) <= wanted_of_all(over)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_line_that_only_refusing_keeps_short_is_kept_short_and_in_use(share: float) -> None:
    """Three times what can be done, so much of it `low`: who waits too long has more refused, until that is over."""
    shedding, chance, done, ages = Shedding(), random.Random(7), 0, []
    line: list[int] = []
    for look in range(2000):
        for _ in range(30):
            too_long = line != [] and (look - line[0]) * 0.05 > 0.1
            priority = 0 if chance.random() < share else 1
            if not (too_long and shedding.refuses(priority, chance.getrandbits(64))):
                line.append(look)
        done += len(line[:10])  # so many can be done between two looks
        del line[:10]
        ages.append((look - line[0]) * 0.05 if line else 0.0)
        shedding.look(wanted_of_one(excess(ages[-1], 0.1, 0.2), 1))
    assert done > 0.95 * 2000 * 10
    assert max(ages[200:]) < 0.5


def test_a_worker_that_has_too_much_to_do_settles_where_it_can_do_it() -> None:
    """Three times what can be done; to refuse costs a seventh of what to serve does."""
    shedding, behind, levels = Shedding(), 0.0, []
    for _ in range(2000):
        refused = min(max(shedding.level - 1.0, 0.0), 1.0)
        behind = max(0.0, behind + 0.15 * (1.0 - refused + refused / 7.0) - 0.05)  # seconds of work
        shedding.look(wanted_of_all(excess(behind, 0.1, 0.2)))
        levels.append(shedding.level)
    assert behind < 0.2
    assert max(levels[400:]) - min(levels[400:]) < 0.25
