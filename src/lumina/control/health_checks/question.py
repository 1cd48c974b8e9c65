"""One question to an endpoint: whether it takes a connection, or what it answers to a request."""

import asyncio
import contextlib
import ssl
from typing import Any

import h11

from lumina import __version__
from lumina.control.roster import Member
from lumina.proxy_protocol.write import header

BODY = 65536  # octets of an answer's body that are searched
READ = 16384
HEAD = 65536  # octets of an answer's head
STAGGER = 0.25  # seconds that an address has for itself before the next is tried beside it (RFC 8305, section 8)

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class BadAnswerError(Exception):
    """The endpoint is not as it should be; the text says how."""


class Asker:
    """Asks the endpoints of one upstream."""

    def __init__(
        self, health: dict[str, Any], tls: ssl.SSLContext | None, server_name: str | None, proxy_protocol: int = 0
    ) -> None:
        """health: the plan's; tls, server_name: how connections to the upstream are secured.

        proxy_protocol: the version of the header that goes before all else, and says that the connection is our own.
        """
        self._health = health
        self._header = header(None, proxy_protocol) if proxy_protocol else b""
        self._tls = tls if health["kind"] == "http" else None
        self._server_name = server_name

    async def ask(self, member: Member) -> str | None:
        """Return what is wrong with an endpoint, or None."""
        limit = self._health["timeout"]
        try:
            async with asyncio.timeout(limit):
                reader, writer = await self._connect(member)
                try:
                    if self._health["kind"] == "http":
                        await self._exchange(member, reader, writer)
                finally:
                    # Nothing more is wanted of it, so no goodbye is waited for, of TLS least of all.
                    writer.transport.abort()
        except TimeoutError:
            return f"no answer within {limit:g} s"
        except BadAnswerError as error:
            return str(error)
        except h11.RemoteProtocolError as error:
            return f"not HTTP: {str(error).partition(':')[0]}"  # what follows is what came, in Python's words
        except (OSError, EOFError) as error:  # among them what TLS objects to
            return str(error) or type(error).__name__
        return None

    async def _connect(self, member: Member) -> Stream:
        """Return a connection to the first address that takes one, tried one after the other and soon side by side."""
        if member.unix is not None:
            reader, writer = await asyncio.open_unix_connection(member.unix)
            writer.write(self._header)
            return reader, writer
        loop = asyncio.get_running_loop()
        attempts: list[asyncio.Task[Stream]] = []
        try:
            left = list(member.addresses)
            while True:
                if left:
                    address, port = left.pop(0)
                    attempts.append(loop.create_task(self._open(member, address, self._health["port"] or port)))
                await asyncio.wait(
                    [one for one in attempts if not one.done()] or attempts,
                    timeout=STAGGER if left else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for attempt in attempts:
                    if attempt.done() and attempt.exception() is None:
                        attempts.remove(attempt)
                        return attempt.result()
                if not left and all(one.done() for one in attempts):
                    return attempts[-1].result()  # raises what the last one met
        finally:
            for attempt in attempts:
                attempt.cancel()
            for result in await asyncio.gather(*attempts, return_exceptions=True):
                if not isinstance(result, BaseException):
                    result[1].transport.abort()

    async def _open(self, member: Member, address: str, port: int) -> Stream:
        name = self._server_name or member.host
        if self._tls is not None and not self._header:
            return await asyncio.open_connection(address, port, ssl=self._tls, server_hostname=name)
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(self._header)
        if self._tls is not None:
            await writer.start_tls(self._tls, server_hostname=name)
        return reader, writer

    async def _exchange(self, member: Member, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        headers = [
            ("Host", self._health["host"] or member.authority),
            ("User-Agent", f"lumina-health/{__version__}"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        request = h11.Request(method=self._health["method"], target=self._health["path"], headers=headers)
        writer.write(wire.send(request) + wire.send(h11.EndOfMessage()))
        await writer.drain()
        status = await self._status(wire, reader)
        if not any(low <= status <= high for low, high in self._health["statuses"]):
            raise BadAnswerError(f"answered {status}")
        if self._health["body"] is not None:
            await self._search(wire, reader, self._health["body"].encode())

    async def _status(self, wire: h11.Connection, reader: asyncio.StreamReader) -> int:
        while True:
            event = await _next(wire, reader)
            if isinstance(event, h11.Response):
                return event.status_code
            if not isinstance(event, h11.InformationalResponse):
                raise BadAnswerError("closed the connection without an answer")

    async def _search(self, wire: h11.Connection, reader: asyncio.StreamReader, wanted: bytes) -> None:
        body = bytearray()
        while len(body) < BODY:
            event = await _next(wire, reader)
            if not isinstance(event, h11.Data):
                break
            body += event.data
            if wanted in body[:BODY]:
                return
        raise BadAnswerError("answered without the text that is looked for")


async def _next(wire: h11.Connection, reader: asyncio.StreamReader) -> object:
    """Return the next event, reading for it."""
    while (event := wire.next_event()) is h11.NEED_DATA:
        data = b""
        with contextlib.suppress(ConnectionResetError):
            data = await reader.read(READ)
        wire.receive_data(data)
    return event
