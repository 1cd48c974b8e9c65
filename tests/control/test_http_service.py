"""The small server behind the admin socket and the demo service, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from lumina.control.http_service import MAX_BODY, Request, Response, conversations


async def echo(request: Request) -> Response:
    """Answer with what was asked."""
    facts = {**request._asdict(), "body": request.body.decode()}
    return Response(200, [("Content-Type", "application/json")], json.dumps(facts).encode())


async def count(_: Request) -> Response:
    """Answer piece by piece."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"one", b"two"):
            yield piece

    return Response(200, [], pieces())


def talk(directory: Path, sent: bytes, answer: Callable[[Request], Awaitable[Response]] = echo) -> bytes:
    """Send octets, half-close, and return all that comes back."""

    async def run() -> bytes:
        path = str(directory / "s")
        async with await asyncio.start_unix_server(conversations(answer), path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(sent)
            writer.write_eof()
            got = await reader.read()
            writer.close()
            return got

    return asyncio.run(run())


def bodies(wire: bytes) -> list[dict[str, object]]:
    """Return the JSON bodies of answers that came one after the other."""
    return [json.loads(part[part.index(b"{") :]) for part in wire.split(b"HTTP/1.1 ") if b"{" in part]


def test_a_request_is_read_with_its_query_headers_and_body(tmp_path: Path) -> None:
    sent = b"POST /a%20b?x=1&y=2 HTTP/1.1\r\nHost: h\r\nX-Two: 2\r\nContent-Length: 4\r\n\r\nbody"
    (seen,) = bodies(talk(tmp_path, sent))
    assert seen == {
        "method": "POST",
        "path": "/a%20b",
        "query": {"x": "1", "y": "2"},
        "headers": {"host": "h", "x-two": "2", "content-length": "4"},
        "body": "body",
    }


def test_requests_on_one_connection_are_answered_in_order(tmp_path: Path) -> None:
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number for number in range(3))
    assert [seen["path"] for seen in bodies(talk(tmp_path, sent))] == ["/0", "/1", "/2"]


def test_head_is_answered_without_a_body_but_with_its_length(tmp_path: Path) -> None:
    head, _, body = talk(tmp_path, b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").partition(b"\r\n\r\n")
    assert b"content-length: 8" in head.lower()
    assert body == b""


def test_a_body_in_pieces_is_sent_in_pieces(tmp_path: Path) -> None:
    wire = talk(tmp_path, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", count)
    assert wire.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


def test_continue_is_said_to_who_waits_for_it(tmp_path: Path) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"

    async def run() -> bytes:
        path = str(tmp_path / "s")
        async with await asyncio.start_unix_server(conversations(echo), path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(sent[:-2])
            said = await reader.readuntil(b"\r\n\r\n")
            writer.write(sent[-2:])
            writer.write_eof()
            await reader.read()
            writer.close()
            return said

    assert asyncio.run(run()).startswith(b"HTTP/1.1 100 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"nonsense\r\n\r\n", b"400", id="no request"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"400", id="no Host"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1),
            b"413",
            id="too much body",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_and_the_connection_closed(
    tmp_path: Path, sent: bytes, status: bytes
) -> None:
    wire = talk(tmp_path, sent)
    assert wire.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in wire.lower()


def test_a_client_that_leaves_early_harms_nobody(tmp_path: Path) -> None:
    async def run() -> bytes:
        path = str(tmp_path / "s")
        async with await asyncio.start_unix_server(conversations(echo), path):
            _, leaver = await asyncio.open_unix_connection(path)
            leaver.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf")
            leaver.transport.abort()
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"GET /after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            got = await reader.read()
            writer.close()
            return got

    assert b'"/after"' in asyncio.run(run())
