"""A message does not depend on how its octets arrive, from the client's socket to the upstream's and back."""

import re
from contextlib import closing, suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.stage import Stage

REQUESTS = [
    b"GET /api/payments/a?b HTTP/1.1\r\nHost: a\r\nAccept: b\r\n\r\n",
    b"POST /api/payments/a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
    (
        b"POST /api/payments/%61/../%2f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nA: b\r\n\r\n"
    ),
    (
        b"PUT /api/payments/b HTTP/1.1\r\nHost: a\r\nConnection: c, d\r\nTransfer-Encoding: chunked\r\nD: e\r\n\r\n"
        b"1\r\nx\r\n0\r\nB: 1\r\nC: 2\r\n\r\n"
    ),
    b"GET /api/payments/c HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: b,, c\r\nUpgrade: d\r\n\r\n",
]
REFUSED = [
    b"GET /api/payments HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n",
    b"GET /api/payments/%252e%252e/a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /api/payments HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
]
ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nA:  b \r\n\r\nhello world",
    b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nConnection: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: 1\r\nB: 2\r\n\r\n",
    b"HTTP/1.1 426 Not so\r\nConnection: upgrade\r\nUpgrade: a\r\nUpgrade: h2, b\r\nContent-Length: 0\r\n\r\n",
]
CUTS = st.lists(st.integers(1, 200), max_size=5).map(sorted)
UNLIKE = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}|Date: [^\r]+|next-hop=[^\r]+")


def pieces(wire: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *[cut for cut in cuts if cut < len(wire)], len(wire)]
    return [wire[start:stop] for start, stop in pairwise(places) if start < stop]


def content(wire: bytes) -> bytes:
    """Return the message with its chunks put together: where they are cut may follow the arrival."""
    head, _, rest = UNLIKE.sub(b"?", wire).partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return head + b"|" + rest
    found = b""
    while rest and not rest.startswith(b"0\r\n"):
        size, _, rest = rest.partition(b"\r\n")
        found += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    return head + b"|" + found + b"|" + rest


def exchange(request: list[bytes], answer: list[bytes]) -> tuple[bytes, bytes, bool]:
    """Return what the upstream received, what the client did, and whether the upstream's connection was closed."""
    with closing(Stage()) as stage:
        client = stage.client()
        for piece in request:
            client.send(piece)
            stage.settle()
        upstream = stage.accept()
        received = upstream.read()
        for piece in answer:
            if upstream.ended:
                break
            with suppress(BrokenPipeError, ConnectionResetError):  # it has seen enough
                upstream.send(piece)
            stage.settle()
        got = client.read()
        upstream.read()
        return content(received), content(got), upstream.ended


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("request_", REQUESTS)
@settings(max_examples=5, deadline=None)
@given(there=CUTS, back=CUTS)
def test_an_exchange(request_: bytes, answer: bytes, there: list[int], back: list[int]) -> None:
    whole = exchange([request_], [answer])
    assert exchange(pieces(request_, there), pieces(answer, back)) == whole


@pytest.mark.parametrize("request_", REFUSED)
@settings(max_examples=8, deadline=None)
@given(cuts=CUTS)
def test_a_refusal(request_: bytes, cuts: list[int]) -> None:
    found = []
    for parts in ([request_], pieces(request_, cuts)):
        with closing(Stage()) as stage:
            client = stage.client()
            for piece in parts:
                client.send(piece)
                stage.settle()
            found.append((UNLIKE.sub(b"?", client.read()), client.ended))
            with pytest.raises(BlockingIOError):
                stage.accept()
    assert found[0] == found[1]
    assert found[0][0].startswith(b"HTTP/1.1 400 ")
