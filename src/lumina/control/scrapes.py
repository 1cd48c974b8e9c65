"""Scrapes, one at a time: all who ask while one is under way share the next, so that asking often costs no more."""

import asyncio
from collections.abc import Callable, Iterable

from lumina.control.exposition import Part, page


class Scrape:
    """All families, as they stood at one time."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._pages: dict[str, bytes] = {}

    def page(self, kind: str) -> bytes:
        """Return the page of the given type."""
        if kind not in self._pages:
            self._pages[kind] = page(self._parts, kind)
        return self._pages[kind]


class Scrapes:
    """What is asked for metrics."""

    def __init__(self, collect: Callable[[], Iterable[Part]]) -> None:
        """collect: tells the families one by one, each in a time that others may have to wait."""
        self._collect = collect
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Task[Scrape] | None = None

    async def take(self) -> Scrape:
        """Return a scrape that has begun since it was asked for: it tells of all that had happened by then."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._scrape())
        return await asyncio.shield(self._next)  # who leaves takes it from nobody else

    async def _scrape(self) -> Scrape:
        async with self._one_at_a_time:
            self._next = None
            parts = []
            for part in self._collect():
                parts.append(part)
                await asyncio.sleep(0)  # health is asked for meanwhile
            return Scrape(parts)
