"""How long to wait before the next try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.backoff import delay

MOST = (1 << 64) - 1


@pytest.mark.parametrize(("tries", "most"), [(1, 0.025), (2, 0.05), (3, 0.1), (9, 0.25), (1000, 0.25)])
def test_the_longest_wait_doubles_up_to_a_bound(tries: int, most: float) -> None:
    assert delay(tries, 0.025, 0.25, MOST) == pytest.approx(most)
    assert delay(tries, 0.025, 0.25, 0) == 0.0


@given(tries=st.integers(min_value=1, max_value=20), chance=st.integers(min_value=0, max_value=MOST))
def test_chance_decides_below_it(tries: int, chance: int) -> None:
    assert 0.0 <= delay(tries, 0.025, 0.25, chance) <= min(0.025 * 2 ** (tries - 1), 0.25)
