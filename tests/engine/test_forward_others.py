"""What is forwarded is read by h11 and by httptools as it was read here, whatever a client made up."""

from contextlib import closing, suppress
from typing import Any, NamedTuple

import h11
import httptools
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.http1.chunked import ChunkedDecoder
from lumina.http1.request import RequestHead
from tests.engine.stage import Stage, answer

LINES = [
    b"Content-Length: 5",
    b"Content-Length: 0",
    b"content-length: 05",
    b"Content-Length: +5",
    b"Content-Length: 5, 5",
]
LINES += [b"Transfer-Encoding: chunked", b"transfer-encoding: Chunked", b"Transfer-Encoding: gzip, chunked"]
LINES += [
    b"Transfer_Encoding: chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding:\tchunked\t",
    b"TE: trailers",
]
LINES += [
    b"Connection: close",
    b"Connection: content-length",
    b"Connection: transfer-encoding, a",
    b"Connection: Upgrade",
]
LINES += [
    b"Upgrade: websocket",
    b"Expect: 100-continue",
    b"A: b",
    b"A:",
    b" A: b",
    b"A: \xff\xe9",
    b"A: b\x0bc",
    b"A: b\rC: d",
]
LINES += [b"A: b\nContent-Length: 5", b"Host: b", b"X-Forwarded-For: 1", b"Trailer: a", b"Cookie: a; b", b"!#$: %&'"]
TARGETS = [b"/api/payments", b"/api/payments/a%20b?c=d", b"/api/payments//x;y", b"/api/payments/%41/../b", b"*", b"//a"]
TARGETS += [
    b"http://a/api/payments/x",
    b"/api/payments?[a]|{b}",
    b"/api/payments/[a]",
    b"/api/payments/%2F%5C",
    b"/a b",
]
BODIES = [
    b"",
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
    b"0\r\n\r\n",
    b"5\nhello\n0\n\n",
]
BODIES += [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n"]
METHODS = [b"GET", b"POST", b"PUT", b"OPTIONS", b"DELETE", b"HEAD"]


class Seen(NamedTuple):
    """One request, as a parser reads it."""

    method: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes


def by_lumina(wire: bytes) -> list[Seen]:
    found = []
    at = 0
    while at < len(wire):
        head = RequestHead()
        rest = wire[at:]
        after = head.parse_bytes(rest)
        assert after > 0, (head.refusal, rest)
        parts = head.parts(rest)
        body = bytearray()
        if head.content_length > 0:
            body += rest[after : after + head.content_length]
            assert len(body) == head.content_length
            after += head.content_length
        elif head.body == 2:
            decoder = ChunkedDecoder()
            after += decoder.feed(rest[after:], body)
            assert decoder.done
        found.append(Seen(parts["method"] or b"", parts["target"] or b"", head.pairs(rest), bytes(body)))
        at += after
    return found


def by_h11(wire: bytes) -> list[Seen]:
    found: list[Seen] = []
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(wire)
    while True:
        event = connection.next_event()
        if event in (h11.NEED_DATA, h11.PAUSED):
            if connection.their_state is not h11.DONE:
                return found
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
        elif isinstance(event, h11.Request):
            found.append(Seen(event.method, event.target, list(event.headers.raw_items()), b""))
        elif isinstance(event, h11.Data):
            found[-1] = found[-1]._replace(body=found[-1].body + event.data)


class Listener:
    """Keeps what httptools tells."""

    def __init__(self) -> None:
        self.found: list[Seen] = []
        self.parser: Any = None

    def on_message_begin(self) -> None:
        self.found.append(Seen(b"", b"", [], b""))

    def on_url(self, url: bytes) -> None:
        self._put(target=self.found[-1].target + url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.found[-1].method:
            self.found[-1].fields.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        self._put(method=self.parser.get_method())

    def on_body(self, body: bytes) -> None:
        self._put(body=self.found[-1].body + body)

    def _put(self, *, method: bytes = b"", target: bytes = b"", body: bytes = b"") -> None:
        last = self.found[-1]
        self.found[-1] = Seen(method or last.method, target or last.target, last.fields, body or last.body)


def by_httptools(wire: bytes) -> list[Seen]:
    listener = Listener()
    listener.parser = httptools.HttpRequestParser(listener)
    with suppress(httptools.HttpParserUpgrade):  # it leaves what follows to another protocol
        listener.parser.feed_data(wire)
    return listener.found


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Return a request that may be sound, with an octet or two changed."""
    lines = [draw(st.sampled_from(METHODS)) + b" " + draw(st.sampled_from(TARGETS)) + b" HTTP/1.1", b"Host: a"]
    lines += draw(st.lists(st.sampled_from(LINES), max_size=4))
    wire = b"\r\n".join([*lines, b"", b""]) + draw(st.sampled_from(BODIES))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(wire) - 1))
        octets = draw(
            st.sampled_from([b"", b"\0", b"\r", b"\n", b" ", b"\t", b":", b",", b";", b"0", b"\xff", b"\x0b"])
        )
        wire = wire[:at] + octets + wire[at + draw(st.integers(0, 1)) :]
    return wire


@settings(max_examples=150, deadline=None)
@given(st.lists(requests(), min_size=1, max_size=3))
def test_all_read_the_same(wires: list[bytes]) -> None:
    with closing(Stage()) as stage:
        client = stage.client()
        client.send(b"".join(wires))
        received = b""
        try:
            upstream = stage.accept()
        except BlockingIOError:
            return
        for _ in range(4):
            received += upstream.read()
            if upstream.ended:
                break
            upstream.send(answer())
    if seen := b"".join(whole(received)):
        read = by_lumina(seen)
        assert by_h11(seen) == read
        if all(message.method in METHODS for message in read):  # it takes no others
            assert by_httptools(seen) == read


def whole(wire: bytes) -> list[bytes]:
    """Return the octets of each message that came whole: what a refusal broke off is nobody's."""
    found = []
    while wire:
        head = RequestHead()
        after = head.parse_bytes(wire)
        assert after > 0, (head.refusal, wire)
        if head.body == 2:
            decoder = ChunkedDecoder()
            taken = decoder.feed(wire[after:], bytearray())
            assert taken >= 0
            after = after + taken if decoder.done else len(wire) + 1
        elif head.content_length > 0:
            after += head.content_length
        if after > len(wire):
            break
        found.append(wire[:after])
        wire = wire[after:]
    return found
