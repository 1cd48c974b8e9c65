"""How mistakes are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.problems import (
    MAX_SHOWN,
    WHOLE_FILE,
    InvalidConfigError,
    Place,
    Problem,
    did_you_mean,
    nearest,
    render,
    visible,
)
from lumina.errors import ConfigError


def problem(place: Place, source: str = "", hint: str = "", *, warning: bool = False) -> Problem:
    return Problem("a.yaml", place, "it is wrong", source, hint, warning)


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        pytest.param(problem(WHOLE_FILE), ["a.yaml: it is wrong"], id="the whole file"),
        pytest.param(problem(Place(1, 1)), ["a.yaml:1:1: it is wrong"], id="a line of nothing"),
        pytest.param(
            problem(Place(2, 3, 2), "  ab: c", "try again"),
            ["a.yaml:2:3: it is wrong", "", "  ab: c", "  ^^", "hint: try again"],
            id="a token and a hint",
        ),
        pytest.param(
            problem(Place(2, 3, 99), "  ab: c"),
            ["a.yaml:2:3: it is wrong", "", "  ab: c", "  ^^^^^"],
            id="a token of several lines",
        ),
        pytest.param(
            problem(Place(2, 2, 1), "\tab"), ["a.yaml:2:2: it is wrong", "", "\tab", "\t^"], id="a tab before it"
        ),
        pytest.param(
            problem(Place(2, 4, 1), "支払い x"),
            ["a.yaml:2:4: it is wrong", "", "支払い x", "      ^"],
            id="wide characters before it",
        ),
        pytest.param(
            problem(Place(2, 1, 2), "支払い"),
            ["a.yaml:2:1: it is wrong", "", "支払い", "^^^^"],
            id="wide characters in it",
        ),
        pytest.param(
            problem(Place(2, 3, 1), "e\u0301x"),
            ["a.yaml:2:3: it is wrong", "", "e\u0301x", " ^"],
            id="a combining character before it",
        ),
        pytest.param(
            problem(Place(2, 9, 1), "ab"), ["a.yaml:2:9: it is wrong", "", "ab", "  ^"], id="past the end of the line"
        ),
        pytest.param(
            problem(Place(2, 1, 2), "ab", warning=True),
            ["a.yaml:2:1: warning: it is wrong", "", "ab", "^^"],
            id="a warning",
        ),
    ],
)
def test_a_problem_is_told(told: Problem, lines: list[str]) -> None:
    assert told.render().split("\n") == lines


def test_colour_adds_nothing_but_colour() -> None:
    told = problem(Place(2, 3, 2), "  ab: c", "try again", warning=True)
    coloured = told.render(colour=True)
    assert "\x1b[" in coloured
    bare = coloured
    for code in ("\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[1m", "\x1b[0m"):
        bare = bare.replace(code, "")
    assert bare == told.render()


@given(st.integers(1, 2000), st.integers(1, 300))
def test_a_long_line_is_cut_around_the_mistake(column: int, size: int) -> None:
    source = "".join(chr(ord("a") + at % 26) for at in range(2000))
    _, _, shown, marks = problem(Place(1, column, size), source).render().split("\n")
    assert len(shown) == MAX_SHOWN
    assert len(marks) <= MAX_SHOWN
    assert shown[marks.index("^")] == source[column - 1]


@given(st.text(), st.text(), st.integers(1, 50), st.integers(1, 50))
def test_nothing_in_a_file_steers_the_terminal(source: str, message: str, column: int, size: int) -> None:
    told = Problem("a.yaml", Place(1, column, size), message, source, message).render()
    assert all(char in "\t\n" or char.isprintable() for char in told)


def test_what_is_invisible_is_shown() -> None:
    assert visible("a\x1b[31m\tb\u202e") == "a\ufffd[31m\tb\ufffd"


def test_all_problems_are_told_in_file_order_and_once() -> None:
    first, second, whole = problem(Place(1, 5)), problem(Place(1, 7)), problem(WHOLE_FILE)
    error = InvalidConfigError([second, first, second, whole])
    assert error.problems == (whole, first, second)
    assert str(error) == render([whole, first, second])
    assert isinstance(error, ConfigError)


def test_an_empty_line_stands_between_two() -> None:
    one = problem(Place(1, 1))
    assert render([one, one]) == f"{one.render()}\n\n{one.render()}"


@pytest.mark.parametrize(
    ("word", "near"),
    [("prot", "port"), ("PORT", "port"), ("strip", "strip_prefix"), ("zzz", ""), ("", ""), ("port", "port")],
)
def test_the_nearest_word_is_found(word: str, near: str) -> None:
    known = ("port", "host", "strip_prefix")
    assert nearest(word, known) == near
    assert did_you_mean(word, known) == (f"did you mean `{near}`?" if near else "")
