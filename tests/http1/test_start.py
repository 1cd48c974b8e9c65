"""Versions and methods, octet by octet, seen through the heads."""

import pytest

from lumina.http1.request import RequestHead
from lumina.http1.response import ResponseHead
from lumina.http1.rules import RULES

VERSION = b"HTTP/1.1"


@pytest.mark.parametrize("place", range(len(VERSION)))
def test_every_octet_of_the_version_counts(place: int) -> None:
    for octet in range(256):
        version = VERSION[:place] + bytes([octet]) + VERSION[place + 1 :]
        head, answer = RequestHead(), ResponseHead()
        head.parse_bytes(b"GET / " + version + b"\r\nHost: a\r\n\r\n")
        answer.parse_bytes(version + b" 200 OK\r\n\r\n")
        sound = version == VERSION or (place == 7 and 48 <= octet <= 57)
        other = place == 5 and 48 <= octet <= 57
        expected = "none" if sound else "version-unsupported" if other else "version"
        assert (RULES[head.refusal].word, RULES[answer.refusal].word) == (expected, expected)


@pytest.mark.parametrize("size", range(len(VERSION)))
def test_a_version_may_come_in_parts(size: int) -> None:
    assert RequestHead().parse_bytes(b"GET / " + VERSION[:size]) == -1
    assert ResponseHead().parse_bytes(VERSION[:size]) == -1


def test_methods_differ_from_what_begins_or_ends_like_them() -> None:
    head = RequestHead()
    for method in (b"GE", b"GETT", b"TGET", b"OPTION", b"OPTIONSS", b"\x47\x45\x54".lower()):
        head.parse_bytes(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (head.refusal, head.method) == (0, 0)
