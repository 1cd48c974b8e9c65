"""Turns and warmth over a long time, held to plain models of them."""

from hypothesis import given
from hypothesis import strategies as st

from lumina.balancing.candidates import Field, warmth


class Turns:
    """Each has what it waits for; the one that has waited for most is next, and pays what all have gained."""

    def __init__(self, weights: list[float]) -> None:
        self.weights = weights
        self.waited = [0.0] * len(weights)

    def next(self, opened: list[int]) -> int:
        if not opened:
            return -1
        for at in opened:
            self.waited[at] += self.weights[at]
        chosen = max(opened, key=lambda at: (self.waited[at], -at))
        self.waited[chosen] -= sum(self.weights[at] for at in opened)
        return chosen


@given(
    weights=st.lists(st.sampled_from([0.5, 1.0, 2.0, 5.0]), min_size=1, max_size=6),
    steps=st.lists(
        st.tuples(st.integers(min_value=0, max_value=63), st.integers(min_value=1, max_value=9)), max_size=9
    ),
)
def test_round_robin_takes_turns_whoever_comes_and_goes(weights: list[float], steps: list[tuple[int, int]]) -> None:
    field, model = Field(), Turns(weights)
    for weight in weights:
        field.add(weight=weight)
    for who, times in steps:
        opened = [at for at in range(len(weights)) if who >> at & 1]
        for at in range(len(weights)):
            field.change(at, opened=at in opened, active=0)
        for _ in range(times):
            assert field.choose("round_robin") == model.next(opened)


@given(
    since=st.floats(min_value=0.0, max_value=1e6),
    age=st.floats(min_value=0.0, max_value=1e4),
    slow_start=st.sampled_from([0.0, 0.5, 10.0, 300.0]),
)
def test_warmth_grows_with_age_from_a_tenth_to_the_whole(since: float, age: float, slow_start: float) -> None:
    now = since + age
    is_new = since > 0.0 and slow_start > 0.0 and now - since < slow_start
    expected = max(0.1, (now - since) / slow_start) if is_new else 1.0
    assert warmth(since, now, slow_start) == expected
