"""Lanes: a gateway with many routes, each to an origin of its own, so that every test has one that nobody touched."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.system.gateway import Gateway
from tests.system.wire import Origin, Peer


class Lane:
    """One route of a running gateway and the origin behind it. The prefix is taken off on the way."""

    def __init__(self, gateway: Gateway, prefix: str, origin: Origin) -> None:
        self.gateway = gateway
        self.prefix = prefix
        self.origin = origin

    def path(self, rest: str = "/") -> str:
        return self.prefix + rest

    def client(self) -> Peer:
        return self.gateway.connect()

    def head(self, fields: str = "", *, method: str = "GET", rest: str = "/", version: str = "1.1") -> bytes:
        """Return a request head for this lane; `fields` are whole lines."""
        return f"{method} {self.path(rest)} HTTP/{version}\r\nHost: gateway.test\r\n{fields}\r\n".encode("latin-1")

    def ask(self, fields: str = "", body: bytes = b"", *, method: str = "GET", rest: str = "/") -> Peer:
        """Return a client that has sent one request."""
        client = self.client()
        client.send(self.head(fields, method=method, rest=rest), body)
        return client

    def meet(self, fields: str = "", body: bytes = b"", *, method: str = "GET", rest: str = "/") -> tuple[Peer, Peer]:
        """Return a client that has sent one request, and the connection on which the origin has it, unread."""
        client = self.ask(fields, body, method=method, rest=rest)
        return client, self.origin.accept()

    def line(self, rest: str = "/") -> dict[str, Any]:
        """Return the access line of the request for `rest`; the query is not in it."""
        return self.gateway.access_line(path=self.path(rest))

    def close(self) -> None:
        self.origin.close()


class Lanes:
    """A gateway with `count` lanes, given out one by one."""

    def __init__(self, folder: Path, settings: Mapping[str, Any] | None = None, count: int = 100) -> None:
        self._origins = {f"/lane{number}": Origin() for number in range(count)}
        routes = [
            {"path": path, "upstream": f"http://127.0.0.1:{origin.port}", "strip_prefix": True}
            for path, origin in self._origins.items()
        ]
        try:
            self.gateway = Gateway({**(settings or {}), "routes": routes}, folder)
        except RuntimeError:
            self._close_origins()
            raise
        self._left = iter(self._origins.items())

    def take(self) -> Iterator[Lane]:
        """Yield a fresh lane, and close it when the test is over."""
        lane = Lane(self.gateway, *next(self._left))
        yield lane
        lane.close()

    def stop(self) -> None:
        self.gateway.stop()
        self._close_origins()

    def _close_origins(self) -> None:
        for origin in self._origins.values():
            origin.close()
