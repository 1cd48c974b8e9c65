"""The kinds of single values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from lumina.config.model.values import (
    Choice,
    Document,
    Duration,
    Flag,
    Kind,
    Number,
    OrNull,
    Share,
    Size,
    Text,
    Whole,
    literal,
    quoted,
)
from lumina.config.nodes import Substituted

ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.lists(st.none(), max_size=2)
WHOLE, FLAG, TEXT = Whole(1, 9), Flag(), Text()
CHOICE, DURATION, SIZE = Choice(("a", "bee")), Duration(1.0, 60.0), Size(10, 1000)
SHARE, NUMBER, DOCUMENT = Share(0.1, 0.9), Number(1, 10), Document(6)
KINDS: list[Kind[Any]] = [WHOLE, FLAG, TEXT, CHOICE, DURATION, SIZE, SHARE, NUMBER, DOCUMENT, OrNull(WHOLE, "none")]


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (WHOLE, 1, 1),
        (WHOLE, 9, 9),
        (FLAG, True, True),
        (FLAG, False, False),
        (TEXT, "a", "a"),
        (TEXT, "8", "8"),
        (CHOICE, "bee", "bee"),
        (DURATION, 2, 2.0),
        (DURATION, 2.5, 2.5),
        (DURATION, "1m", 60.0),
        (DURATION, "2", 2.0),
        (SIZE, 10, 10),
        (SIZE, "0.5KiB", 512),
        (SIZE, "100", 100),
        (SHARE, "20%", 0.2),
        (SHARE, "12.5 %", 0.125),
        (SHARE, 0.2, 0.2),
        (SHARE, "0.2", 0.2),
        (NUMBER, 2, 2.0),
        (NUMBER, 1.25, 1.25),
        (DOCUMENT, "", ""),
        (DOCUMENT, "äöü", "äöü"),
        (OrNull(WHOLE, "none"), None, None),
        (OrNull(WHOLE, "none"), 3, 3),
    ],
)
def test_what_is_read(kind: Kind[object], value: object, result: object) -> None:
    assert (kind.read(value), type(kind.read(value))) == (result, type(result))


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (WHOLE, "3", 3),
        (FLAG, "true", True),
        (TEXT, "3", "3"),
        (TEXT, "true", "true"),
        (CHOICE, "a", "a"),
        (DURATION, "3", 3.0),
        (DURATION, "3s", 3.0),
        (SIZE, "64", 64),
        (SIZE, "64B", 64),
        (SHARE, "20%", 0.2),
        (NUMBER, "1.5", 1.5),
        (DOCUMENT, "3", "3"),
        (OrNull(WHOLE, "none"), "null", None),
        (OrNull(WHOLE, "none"), "", None),
        (OrNull(TEXT, "none"), "x", "x"),
    ],
)
def test_what_is_substituted_is_what_its_place_asks_for(kind: Kind[object], value: str, result: object) -> None:
    assert kind.read(Substituted(value)) == result


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        (WHOLE, 0, "must be a whole number from 1 to 9, not `0`", ""),
        (WHOLE, 10, "must be a whole number from 1 to 9, not `10`", ""),
        (WHOLE, 1.0, "must be a whole number from 1 to 9, not `1.0`", ""),
        (WHOLE, True, "must be a whole number from 1 to 9, not `true`", ""),
        (WHOLE, "3", "must be a whole number from 1 to 9, not `3`", "write `3` without quotes"),
        (FLAG, "yes", "must be `true` or `false`, not `yes`", "did you mean `true`?"),
        (FLAG, "OFF", "must be `true` or `false`, not `OFF`", "did you mean `false`?"),
        (FLAG, "tru", "must be `true` or `false`, not `tru`", "did you mean `true`?"),
        (FLAG, 0, "must be `true` or `false`, not `0`", ""),
        (TEXT, "", "must be text, not empty", ""),
        (TEXT, None, "must be text, not empty", ""),
        (TEXT, 1.5, "must be text, not the number `1.5`", 'write `"1.5"`'),
        (TEXT, False, "must be text, not the flag `false`", 'write `"false"`'),
        (TEXT, {}, "must be text, not a mapping", ""),
        (CHOICE, "be", "must be `a` or `bee`, not `be`", "did you mean `bee`?"),
        (CHOICE, ["a"], "must be `a` or `bee`, not a list", ""),
        (DURATION, "61s", "must be a duration from 1s to 1m, not `61s`", ""),
        (DURATION, 0, "must be a duration from 1s to 1m, not `0`", ""),
        (DURATION, "1min", "must be a duration such as `30s`, `1m30s` or `250ms`, not `1min`", "did you mean `1m`?"),
        (SIZE, 9, "must be a size from 10B to 1KB, not `9`", ""),
        (SIZE, 10.5, "must be a size from 10B to 1KB, not `10.5`", ""),
        (SIZE, "1kib", "must be a size such as `64KiB`, `10MB` or `1048576`, not `1kib`", "did you mean `1KiB`?"),
        (SHARE, 1, "must be a share from 10% to 90%, not `1`", ""),
        (SHARE, 20, "must be a share from 10% to 90%, not `20`", "did you mean `20%`?"),
        (SHARE, "95%", "must be a share from 10% to 90%, not `95%`", ""),
        (SHARE, "a fifth", "must be a share such as `20%` or `0.2`, not `a fifth`", ""),
        (NUMBER, 11, "must be a number from 1 to 10, not `11`", ""),
        (NUMBER, True, "must be a number from 1 to 10, not `true`", ""),
        (DOCUMENT, "äöüx", "must be at most 6B of text", ""),
        (DOCUMENT, None, "must be text, not empty", ""),
        (SIZE, [], "must be a size such as `64KiB`, `10MB` or `1048576`, not a list", ""),
    ],
)
def test_what_is_refused(kind: Kind[object], value: object, message: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        kind.read(value)
    assert caught.value.context == {"message": message, "hint": hint}


@given(st.sampled_from(KINDS), ANY)
def test_any_value_is_read_or_refused(kind: Kind[object], value: object) -> None:
    try:
        read = kind.read(value)
    except PydanticCustomError:
        return
    assert kind.read(kind.plain(read)) == read


@given(st.sampled_from(KINDS), st.text("abcdefg", min_size=5))
def test_what_was_substituted_is_never_told(kind: Kind[object], text: str) -> None:
    try:
        kind.read(Substituted(text))
    except PydanticCustomError as error:
        assert text not in str(error.context)  # noqa: PT017 (both ends are right)


@given(st.floats(1.0, 60.0))
def test_a_duration_is_shown_as_it_is_read(seconds: float) -> None:
    assert DURATION.read(DURATION.show(seconds)) == seconds


@given(st.floats(0.1, 0.9))
def test_a_share_is_shown_as_it_is_read(share: float) -> None:
    assert SHARE.read(SHARE.show(round(share, 9))) == round(share, 9)


@pytest.mark.parametrize(
    ("kind", "value", "words", "shown"),
    [
        (WHOLE, 3, "whole number from 1 to 9", "3"),
        (FLAG, True, "`true` or `false`", "true"),
        (Text("the path of a file"), "a", "path of a file", "a"),
        (CHOICE, "a", "`a` or `bee`", "a"),
        (DURATION, 60.0, "duration from 1s to 1m", "1m"),
        (SIZE, 512, "size from 10B to 1KB", "512B"),
        (SHARE, 0.125, "share from 10% to 90%", "12.5%"),
        (NUMBER, 2.0, "number from 1 to 10", "2"),
        (DOCUMENT, "", "text", '""'),
        (OrNull(SIZE, "no limit"), None, "size from 10B to 1KB, or `null` for no limit", "null"),
        (OrNull(SIZE, "no limit"), 512, "size from 10B to 1KB, or `null` for no limit", "512B"),
    ],
)
def test_how_the_manual_names_and_shows_it(kind: Kind[object], value: object, words: str, shown: str) -> None:
    assert (kind.words, kind.show(value)) == (words, shown)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a", "`a`"),
        ("a" * 61, "`" + "a" * 60 + "...`"),
        (True, "`true`"),
        (1.5, "`1.5`"),
        (None, "empty"),
        ([], "a list"),
        ({}, "a mapping"),
        (Substituted("a"), "the substituted value"),
    ],
)
def test_how_a_message_names_a_value(value: object, words: str) -> None:
    assert quoted(value) == words


def test_only_what_was_substituted_is_taken_for_more_than_text() -> None:
    assert [literal("1"), literal(Substituted("1")), literal(Substituted("x"))] == ["1", 1, "x"]
