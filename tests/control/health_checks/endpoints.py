"""Endpoints whose health a test decides, on real sockets."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Any

from lumina.control.roster import Member

HEALTH: dict[str, Any] = {
    "kind": "http",
    "method": "GET",
    "path": "/up?full",
    "host": None,
    "port": None,
    "interval": 0.02,
    "timeout": 30.0,
    "statuses": [[200, 399]],
    "body": None,
    "healthy": 2,
    "unhealthy": 2,
    "initial": "up",
}
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


class Endpoint:
    """Answers each request with `answer`, or with nothing at all where that is None."""

    def __init__(self, answer: bytes | None = GOOD) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            if self.answer is None:
                await reader.read()
            else:
                writer.write(self.answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.transport.abort() if self.answer is None else writer.close()

    @contextlib.asynccontextmanager
    async def listening(
        self, *, port: int = 0, path: str | None = None, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator["Endpoint"]:
        """Listen on a port of 127.0.0.1, or on a unix socket."""
        if path is None:
            server = await asyncio.start_server(self._converse, "127.0.0.1", port, ssl=tls)
            self.port = server.sockets[0].getsockname()[1]
        else:
            server = await asyncio.start_unix_server(self._converse, path)
        async with server:
            yield self
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def member(self, *addresses: str, unix: str | None = None) -> Member:
        """Return it as a roster has it."""
        found = addresses or ("127.0.0.1",)
        places = () if unix else tuple((address, self.port) for address in found)
        host = None if unix else "gate.test"
        return Member(0, 0, f"127.0.0.1:{self.port}", 0, places, unix, host, "gate.test", 1, 0)
