"""A small HTTP/1.1 server on asyncio and h11, for what need not be fast: the admin socket and the demo service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import h11

MAX_BODY = 1024 * 1024  # octets of a request body; nothing served here needs more
READ_SIZE = 65536

Headers = list[tuple[str, str]]


class Request(NamedTuple):
    """A request, read to its end."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case; of several with one name the last
    body: bytes


class Response(NamedTuple):
    """An answer; a `body` that is an iterator is sent as it comes."""

    status: int
    headers: Headers
    body: bytes | AsyncIterator[bytes]


Answer = Callable[[Request], Awaitable[Response]]
Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class BodyTooLargeError(Exception):
    """The request has more body than we care to hold."""


class Conversation:
    """One connection and the exchanges on it, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._wire = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        """Answer requests until one side closes."""
        try:
            while await self._exchange():
                self._wire.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
        except BodyTooLargeError:
            await self._refuse(413)
        except (OSError, h11.LocalProtocolError):
            pass  # the peer is gone; there is nobody to tell
        finally:
            self._writer.close()

    async def _exchange(self) -> bool:
        """Answer one request; False when the connection ends."""
        request = await self._request()
        if request is None:
            return False
        await self._respond(await self._answer(request), with_body=request.method != "HEAD")
        return self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                if self._wire.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                self._wire.receive_data(await self._reader.read(READ_SIZE))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY:
                    raise BodyTooLargeError
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _request(head, bytes(body))
            else:
                return None

    async def _respond(self, response: Response, *, with_body: bool) -> None:
        headers = list(response.headers)
        if isinstance(response.body, bytes):
            headers.append(("Content-Length", str(len(response.body))))
        reason = HTTPStatus(response.status).phrase
        await self._send(h11.Response(status_code=response.status, headers=headers, reason=reason))
        if with_body:
            if isinstance(response.body, bytes):
                await self._send(h11.Data(data=response.body))
            else:
                async for piece in response.body:
                    await self._send(h11.Data(data=piece))
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        data = self._wire.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _refuse(self, status: int) -> None:
        if self._wire.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            with contextlib.suppress(OSError):
                await self._respond(Response(status, [("Connection", "close")], b""), with_body=True)


def _request(head: h11.Request, body: bytes) -> Request:
    target = urlsplit(head.target.decode("ascii", "replace"))
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode("ascii"), target.path or "/", dict(parse_qsl(target.query)), headers, body)


def conversations(answer: Answer) -> Converse:
    """Return what `asyncio.start_server` calls for each connection, so that `answer` answers on it."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(reader, writer, answer).run()

    return converse
