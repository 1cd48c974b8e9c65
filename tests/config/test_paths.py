"""Paths that a configuration names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.paths import MAX_PATH, covers, join, normalise
from lumina.config.problems import ObjectionError
from lumina.http.target import normalised


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("/a", "/a"),
        ("/a/", "/a"),
        ("/a/b.c/~d", "/a/b.c/~d"),
        ("/%7euser", "/~user"),
        ("/%41", "/A"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%2fb", "/a%2Fb"),
        ("/a%20b", "/a%20b"),
        ("/a;v=1,2:@!$&'()+", "/a;v=1,2:@!$&'()+"),
        ("/a*b", "/a*b"),
        ("/...", "/..."),
        ("/.well-known", "/.well-known"),
    ],
)
def test_paths(path: str, normal: str) -> None:
    assert normalise(path) == normal


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("/a?b", "must not hold a query", "did you mean `/a`?"),
        ("/a#b?c", "must not hold a query", "did you mean `/a#b`?"),
        ("/a#", "must not hold a fragment", "did you mean `/a`?"),
        ("/%", "holds a `%` that begins no escape", "write `%25` for `%` itself"),
        ("/%4", "holds a `%` that begins no escape", "write `%25` for `%` itself"),
        ("/%zz", "holds a `%` that begins no escape", "write `%25` for `%` itself"),
        ("/%00", "must not hold `%00`", ""),
        ("/a b", "holds a character that a path must escape", "did you mean `/a%20b`?"),
        ("/a\n", "holds a character that a path must escape", "did you mean `/a%0A`?"),
        ('/"', "holds a character that a path must escape", "did you mean `/%22`?"),
        ("/a\\b", "holds a character that a path must escape", "did you mean `/a%5Cb`?"),
        ("/é", "holds a character that a path must escape", "did you mean `/%C3%A9`?"),
        ("/.", "must not hold the segments `.` and `..`", ""),
        ("/a/./b", "must not hold the segments `.` and `..`", ""),
        ("/a/%2E./b", "must not hold the segments `.` and `..`", ""),
        ("/a/..;b", "must not hold the segments `.` and `..`", ""),
        ("/a%2F..", "must not hold the segments `.` and `..`", ""),
        ("//", "must not hold `//`", "did you mean `/`?"),
        ("/a///b", "must not hold `//`", "did you mean `/a/b`?"),
        ("/a/*", "holds a pattern", "a path matches all that lies under it: `/a`"),
        ("/**", "holds a pattern", "a path matches all that lies under it: `/`"),
        ("/users/{id}", "holds a pattern", "a path matches all that lies under it"),
        ("/" + "a" * MAX_PATH, f"is longer than {MAX_PATH} characters", ""),
    ],
)
def test_what_is_no_path(path: str, message: str, hint: str) -> None:
    with pytest.raises(ObjectionError) as caught:
        normalise(path)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@given(st.text("aZ09-._~!$&'()*+,;=:@%/{}?# \\é2EeFf", max_size=24))
def test_what_is_accepted_is_what_the_data_path_compares(text: str) -> None:
    try:
        path = normalise("/" + text)
    except ObjectionError:
        return
    assert normalise(path) == path
    assert normalised(path.encode()) == path.encode()


@pytest.mark.parametrize(
    ("prefix", "path", "whole"),
    [
        ("/api", "payments", "/api/payments"),
        ("/", "payments", "/payments"),
        ("/api", "/payments", "/payments"),
        ("/api/v1", "a/b", "/api/v1/a/b"),
    ],
)
def test_paths_are_joined(prefix: str, path: str, whole: str) -> None:
    assert join(prefix, path) == whole


@pytest.mark.parametrize(
    ("prefix", "path", "answer"),
    [("/a", "/a", True), ("/a", "/a/b", True), ("/a", "/ab", False), ("/", "/a", True), ("/a/b", "/a", False)],
)
def test_prefixes_end_at_segments(prefix: str, path: str, answer: bool) -> None:
    assert covers(prefix, path) is answer
