"""A retry budget under whatever comes: never above its bound, and never short of what time alone grants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.budget import RetryBudget

STEPS = st.lists(
    st.tuples(st.sampled_from(["request", "retry"]), st.integers(min_value=1, max_value=200), st.floats(0.0, 3.0)),
    max_size=40,
)


@given(steps=STEPS, ratio=st.sampled_from([0.0, 0.1, 0.2, 1.0]), rate=st.sampled_from([0.0, 0.5, 3.0, 10.0]))
def test_retries_are_bounded_over_every_stretch_of_time(
    steps: list[tuple[str, int, float]], ratio: float, rate: float
) -> None:
    budget = RetryBudget(ratio, rate)
    now = 100.0
    history: list[tuple[float, int, int]] = []  # when, requests, retries
    for kind, times, pause in steps:
        now += pause
        if kind == "request":
            for _ in range(times):
                budget.deposit()
            history.append((now, times, 0))
        else:
            history.append((now, 0, sum(budget.withdraw(now) for _ in range(times))))
    for first in range(len(history)):
        stretch = history[first:]
        requests = sum(entry[1] for entry in stretch)
        # What had gathered before is there too: earned and granted at most once each.
        bound = ratio * requests + rate * (stretch[-1][0] - stretch[0][0]) + 2.0 * budget.reserve
        if first == 0:
            bound = ratio * requests + rate * (stretch[-1][0] - 100.0) + budget.reserve
        elif rate > 0.0:
            bound += rate * (stretch[0][0] - history[first - 1][0])
        assert sum(entry[2] for entry in stretch) <= bound + 1e-6


@given(rate=st.sampled_from([0.5, 1.0, 3.0, 10.0]), requests=st.integers(min_value=0, max_value=50))
def test_so_many_a_second_are_always_granted(rate: float, requests: int) -> None:
    budget = RetryBudget(0.2, rate)
    for at in range(200):
        for _ in range(requests):
            budget.deposit()
        assert budget.withdraw(100.0 + at * 1.001 / rate)


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_an_outage_multiplies_load_by_no_more_than_a_fifth(share: float) -> None:
    """A minute of a thousand requests a second, of which a share fails; each failure asks for a retry."""
    budget = RetryBudget(0.2, 3.0)
    failing = retries = 0.0
    for request in range(60_000):
        now = 100.0 + request / 1000.0
        budget.deposit()
        failing += share
        while failing >= 1.0:
            failing -= 1.0
            if budget.withdraw(now):
                retries += 1
                failing += share * 0.5  # half of the retries fail in turn
    assert retries / 60_000 <= 0.2 + budget.reserve / 60_000
    assert retries / 60_000 >= min(0.19, share * 0.9)
