"""Host names of endpoints, turned into addresses and kept fresh.

A name is asked for again every 30 seconds, a little early or late so that workers do not ask together. What was last
known stays in use while the resolver fails: a broken name server must not take down endpoints that work.
"""

import asyncio
import ipaddress
import random
import socket
from collections.abc import Callable
from typing import Any, NamedTuple

Addresses = list[tuple[str, int]]
Resolve = Callable[[int, int, Addresses], None]
Report = Callable[[str, dict[str, Any]], None]

REFRESH = 30.0  # seconds; what resolvers that are told no TTL commonly take
SPREAD = 0.2  # of the period, either way
RETRY = 2.0  # seconds before a name that never had an address is asked for again
FIRST_WAIT = 2.0  # seconds that a worker waits for names before it reports ready without them


class Name(NamedTuple):
    """An endpoint that needs the resolver."""

    upstream: int
    endpoint: int
    host: str
    port: int


def is_numeric(host: str) -> bool:
    """Say whether `host` is an IP address already."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def names_in(plan: dict[str, Any]) -> list[Name]:
    """Return the endpoints of `plan` that are named rather than numbered."""
    return [
        Name(index, place, endpoint["host"], endpoint["port"])
        for index, upstream in enumerate(plan["upstreams"])
        for place, endpoint in enumerate(upstream["endpoints"])
        if endpoint["host"] is not None and not is_numeric(endpoint["host"])
    ]


async def look_up(host: str, port: int) -> Addresses:
    """Return every address of `host`, both families, in the order the system prefers.

    All of them: a server on `localhost` may listen on 127.0.0.1 alone while the name says ::1 first.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(entry[4][0]), int(entry[4][1])) for entry in found))


class Resolver:
    """Keeps the addresses of a plan's names known to the engine."""

    def __init__(self, names: list[Name], resolve: Resolve, report: Report) -> None:
        """`resolve` takes (upstream, endpoint, addresses); `report` takes an event's name and its facts."""
        self._names: dict[tuple[str, int], list[Name]] = {}
        for name in names:
            self._names.setdefault((name.host, name.port), []).append(name)
        self._known: dict[tuple[str, int], Addresses] = {}
        self._failing: set[tuple[str, int]] = set()
        self._resolve = resolve
        self._report = report
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Ask for every name once, wait a bounded time for the answers, and go on asking."""
        if not self._names:
            return
        first = [asyncio.get_running_loop().create_task(self.refresh(host, port)) for host, port in self._names]
        await asyncio.wait(first, timeout=FIRST_WAIT)
        self._tasks = [
            asyncio.get_running_loop().create_task(self._keep(key, task))
            for key, task in zip(self._names, first, strict=True)
        ]

    async def refresh(self, host: str, port: int) -> None:
        """Ask for one name now; on failure keep what is known and report it, once."""
        key = (host, port)
        try:
            addresses = await look_up(host, port)
        except (OSError, UnicodeError) as error:  # a label over 63 octets fails in the IDNA codec
            if key not in self._failing:
                self._failing.add(key)
                self._report(
                    "name not resolved", {"host": host, "error": str(error), "kept": len(self._known.get(key, []))}
                )
            return
        if key in self._failing:
            self._failing.discard(key)
            self._report("name resolved again", {"host": host, "addresses": [address[0] for address in addresses]})
        if addresses != self._known.get(key):
            self._known[key] = addresses
            for name in self._names[key]:
                self._resolve(name.upstream, name.endpoint, addresses)

    async def _keep(self, key: tuple[str, int], first: asyncio.Task[None]) -> None:
        await first
        while True:
            period = REFRESH if key in self._known else RETRY
            await asyncio.sleep(period * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 (spread, not secrecy)
            await self.refresh(*key)

    def stop(self) -> None:
        """Ask for nothing more."""
        for task in self._tasks:
            task.cancel()
