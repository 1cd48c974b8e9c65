"""A histogram that forgets, against the sorted list that it stands for."""

import math
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.policies.quantiles import Quantiles

DURATION = st.floats(min_value=1e-5, max_value=60.0)


@given(
    durations=st.lists(DURATION, min_size=1, max_size=300),
    fraction=st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.999, 1.0]),
)
def test_a_quantile_is_right_to_an_eighth(durations: list[float], fraction: float) -> None:
    quantiles = Quantiles()
    for seconds in durations:
        quantiles.observe(seconds)
    place = max(0, -(-len(durations) * fraction // 1) - 1)
    true = sorted(durations)[int(place)]
    assert true * 0.99 <= quantiles.at(fraction) <= true * 1.15 + 2e-6


def test_nothing_is_known_of_nothing() -> None:
    quantiles = Quantiles()
    assert (quantiles.at(0.5), quantiles.count) == (0.0, 0)
    quantiles.observe(1.0)
    quantiles.clear()
    assert (quantiles.at(0.5), quantiles.count) == (0.0, 0)


@pytest.mark.parametrize(
    ("seconds", "least", "most"),
    [
        *((seconds, 0.0, 2e-6) for seconds in (-math.inf, -1.0, 0.0)),
        *((seconds, 1024.0, 2000.0) for seconds in (1024.0, 1074.0, 1e6, 1e300, math.inf, math.nan)),
    ],
)
def test_what_is_out_of_range_is_at_its_end(seconds: float, least: float, most: float) -> None:
    quantiles = Quantiles()
    quantiles.observe(seconds)
    assert least <= quantiles.at(0.5) <= most
    assert least <= quantiles.at(1.1) <= 3000.0


def test_old_times_are_forgotten() -> None:
    quantiles = Quantiles()
    for _ in range(4000):
        quantiles.observe(1.0)
    for _ in range(12000):
        quantiles.observe(0.001)
    assert quantiles.at(0.9) < 0.002
    assert quantiles.count < 4096


@given(seconds=st.floats())
@example(seconds=5.5e-6)
@example(seconds=600.0)
def test_every_number_has_its_bucket(seconds: float) -> None:
    quantiles = Quantiles()
    quantiles.observe(seconds)
    value = quantiles.at(0.5)
    if 0.0 <= seconds < 1024.0:
        assert seconds * 0.999 <= value <= seconds * 1.126 + 1e-6
    assert 1e-6 <= value <= 1100.0


@given(durations=st.lists(st.tuples(DURATION, st.integers(min_value=1, max_value=3000)), max_size=12))
def test_half_of_what_is_older_is_forgotten_again_and_again(durations: list[tuple[float, int]]) -> None:
    quantiles = Quantiles()
    alone = {seconds: Quantiles() for seconds, _ in durations}
    for seconds, one in alone.items():
        one.observe(seconds)
    counts: Counter[float] = Counter()
    for seconds, times in durations:
        for _ in range(times):
            quantiles.observe(seconds)
            counts[alone[seconds].at(1.0)] += 1
            if counts.total() >= 4096:
                counts = Counter({end: count // 2 for end, count in counts.items()})
    assert quantiles.count == counts.total()
    for fraction in (0.1, 0.5, 0.9, 1.0):
        ends = sorted(counts.elements())
        expected = ends[max(math.ceil(fraction * len(ends)) - 1, 0)] if ends else 0.0
        assert quantiles.at(fraction) == expected
