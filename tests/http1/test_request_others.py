"""What this gateway takes, h11 and httptools take too, and read in the same way."""

from typing import Any

import h11
import httptools
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lumina.http1.request import RequestHead

NAMES = st.sampled_from([b"Accept", b"X-A", b"x-b", b"Cookie", b"!#$", b"If-Match", b"TE", b"Via"])
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20).map(
    lambda text: text.encode("latin-1").strip()
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=6)
TARGETS = st.from_regex(
    rb"/([a-z0-9._~!$&'()*+,;=:@-]|%[2-7][0-9A-F]|/)*(\?([a-z/?=&]|%[0-7][0-9A-F])*)?", fullmatch=True
)
METHODS = st.sampled_from([b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"])
BODIES = st.sampled_from([[], [(b"Content-Length", b"5")], [(b"Transfer-Encoding", b"chunked")]])


def by_h11(wire: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(wire)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    return event.method, event.target, event.headers.raw_items()


class Listener:
    """Keeps what httptools tells."""

    def __init__(self) -> None:
        self.url = b""
        self.fields: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))


def by_httptools(wire: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    listener = Listener()
    parser: Any = httptools.HttpRequestParser(listener)
    parser.feed_data(wire)
    return parser.get_method(), listener.url, listener.fields


@given(METHODS, TARGETS, FIELDS, BODIES)
def test_the_same_is_read(
    method: bytes, target: bytes, fields: list[tuple[bytes, bytes]], body: list[tuple[bytes, bytes]]
) -> None:
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: h.test"]
    wire = b"\r\n".join([*lines, *[name + b": " + value for name, value in fields + body], b"", b""])
    head = RequestHead()
    assume(head.parse_bytes(wire) > 0)  # a path may climb above its root
    parts = head.parts(wire)
    pairs = head.pairs(wire)
    assert (parts["method"], parts["target"], pairs) == by_h11(wire)
    theirs = by_httptools(wire)
    assert (parts["method"], parts["target"], pairs) == (*theirs[:2], [(n, v.strip(b" \t")) for n, v in theirs[2]])


@pytest.mark.parametrize("target", [b"/%41?a=b", b"/a/b/../c", b"http://h.test/x", b"//a", b"/~[x]|?{y}"])
def test_odd_targets_too(target: bytes) -> None:
    wire = b"GET " + target + b" HTTP/1.1\r\nHost: h.test\r\n\r\n"
    head = RequestHead()
    assert head.parse_bytes(wire) == len(wire)
    assert by_h11(wire)[1] == by_httptools(wire)[1] == head.parts(wire)["target"]
