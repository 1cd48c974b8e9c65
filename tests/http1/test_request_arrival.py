"""Request heads do not depend on how they arrive, on what lies behind them, or on what was parsed before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http1.request import RequestHead

LIMITS = (60, 160, 4)
WHOLE = [
    pytest.param(b"\r\nGET /a%41/./b?c=%20 HTTP/1.1\r\nHost: h.test:80\r\nA: \t b \r\n\r\n", id="origin-form"),
    pytest.param(b"GET https://h.test/a/../b HTTP/1.1\r\nHost: h.test\r\n\r\n", id="absolute-form"),
    pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n", id="asterisk-form"),
    pytest.param(b"POST /x HTTP/1.0\r\nContent-Length: 5\r\n\r\n", id="HTTP/1.0"),
]
PIECES = st.sampled_from(
    [
        *[
            b"GET",
            b"OPTIONS",
            b"CONNECT",
            b" ",
            b"\t",
            b"/",
            b"/a",
            b"/..",
            b"/%2e",
            b"%",
            b"%0",
            b"?",
            b"*",
            b"http://",
            b"#",
        ],
        *[b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"\r\n", b"\r", b"\n", b"\x00", b"\xff", b":", b",", b"a"],
        *[b"GET / HTTP/1.1\r\n", b"GET http://h.test/a/../b HTTP/1.1\r\n", b"POST /x?y HTTP/1.0\r\n"],
        *[b"Host: h.test\r\n", b"Host:", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"],
        *[b"Connection: close, a\r\n", b"A: b\r\n", b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n", b"a" * 30],
    ]
)
WIRES = st.lists(PIECES, max_size=14).map(b"".join) | st.binary(max_size=40)


def told(head: RequestHead, wire: bytes) -> dict[str, Any]:
    """Return all that a head says of a message it took."""
    names = ("method", "minor", "body", "content_length", "persistent", "expects_continue", "close", "upgrade")
    return {name: getattr(head, name) for name in names} | head.parts(wire) | {"fields": head.forwarded(wire)}


@pytest.mark.parametrize("wire", WHOLE)
def test_every_part_of_a_head_needs_more(wire: bytes) -> None:
    head = RequestHead()
    assert [head.parse_bytes(wire, end=end) for end in range(len(wire))] == [-1] * len(wire)
    assert head.parse_bytes(wire) == len(wire)


@given(WIRES)
def test_octet_by_octet(wire: bytes) -> None:
    whole, slow = RequestHead(*LIMITS), RequestHead(*LIMITS)
    expected = whole.parse_bytes(wire)
    found = -1
    for end in range(len(wire) + 1):
        found = slow.parse_bytes(wire, end=end)
        if found != -1:
            break
    assert (found, slow.refusal) == (expected, whole.refusal)
    if found >= 0:
        assert told(slow, wire) == told(whole, wire)


@given(WIRES, WIRES)
def test_what_lies_behind_is_not_seen(wire: bytes, behind: bytes) -> None:
    alone, followed = RequestHead(*LIMITS), RequestHead(*LIMITS)
    assert followed.parse_bytes(wire + behind, end=len(wire)) == alone.parse_bytes(wire)
    assert (followed.refusal, told(followed, wire)) == (alone.refusal, told(alone, wire))


@given(WIRES, WIRES)
def test_what_was_parsed_before_is_forgotten(before: bytes, wire: bytes) -> None:
    new, used = RequestHead(*LIMITS), RequestHead(*LIMITS)
    used.parse_bytes(before)
    assert used.parse_bytes(wire) == new.parse_bytes(wire)
    assert used.refusal == new.refusal


@given(WIRES, st.binary(max_size=9))
def test_where_a_head_begins_does_not_matter(wire: bytes, before: bytes) -> None:
    first, later = RequestHead(*LIMITS), RequestHead(*LIMITS)
    expected = first.parse_bytes(wire)
    found = later.parse_bytes(before + wire, len(before))
    assert found == (expected + len(before) if expected >= 0 else expected)
    assert (later.refusal, told(later, before + wire)) == (first.refusal, told(first, wire))
