"""What a row of good and bad answers says of an endpoint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.control.health_checks.verdict import Verdict


def play(answers: str, initial: str, healthy: int = 2, unhealthy: int = 3) -> str:
    """Return the verdict after each of the answers, `+` for a good one."""
    verdict = Verdict(healthy, unhealthy, initial)
    shown = []
    for answer in answers:
        before = verdict.up
        changed = verdict.take(good=answer == "+")
        assert changed == (verdict.up != before)
        shown.append("u" if verdict.up else "d")
    return "".join(shown)


@pytest.mark.parametrize(
    ("initial", "answers", "verdicts"),
    [
        pytest.param("up", "---", "uud", id="three bad ones"),
        pytest.param("up", "--+---", "uuuuud", id="a good one between them"),
        pytest.param("down", "++", "du", id="two good ones"),
        pytest.param("down", "+-++", "dddu", id="a bad one between them"),
        pytest.param("probe", "+", "u", id="the first is good"),
        pytest.param("probe", "-", "d", id="the first is bad"),
        pytest.param("probe", "-++---", "dduuud", id="after the first as any other"),
        pytest.param("up", "---+-++", "uudddd" + "u", id="down and up again"),
    ],
)
def test_verdicts(initial: str, answers: str, verdicts: str) -> None:
    assert play(answers, initial) == verdicts


@given(st.text("+-", max_size=40), st.sampled_from(["up", "down"]), st.integers(1, 4), st.integers(1, 4))
def test_it_is_what_the_last_long_enough_row_says(answers: str, initial: str, healthy: int, unhealthy: int) -> None:
    found = play(answers, initial, healthy, unhealthy)
    held = initial[0]
    for at in range(len(answers)):
        row = answers[: at + 1]
        if row.endswith("+" * healthy):
            held = "u"
        elif row.endswith("-" * unhealthy):
            held = "d"
        assert found[at] == held
