"""Scrapes that are shared."""

import asyncio
from collections.abc import Iterator

import pytest

from lumina.control.exposition import TEXT, Families, Part
from lumina.control.scrapes import Scrapes


class Counted:
    """Something to scrape, which tells how often it was looked at."""

    def __init__(self) -> None:
        self.begun = 0
        self.under_way = 0
        self.most = 0
        self.in_the_middle = asyncio.Event()
        self.families = Families(())

    def collect(self) -> Iterator[Part]:
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for number in range(9):
            yield self.families.told("gauge", f"n{number}", "Looks.", (), [((), self.begun)])
            self.in_the_middle.set()
        self.under_way -= 1


def looks(text: bytes) -> int:
    return int(text.rpartition(b" ")[2])


async def take(scrapes: Scrapes) -> int:
    return looks((await scrapes.take()).page(TEXT))


def test_each_that_comes_alone_has_its_own() -> None:
    async def run() -> list[int]:
        scrapes = Scrapes(Counted().collect)
        return [await take(scrapes) for _ in range(3)]

    assert asyncio.run(run()) == [1, 2, 3]


def test_all_that_come_meanwhile_share_the_next() -> None:
    counted = Counted()

    async def run() -> list[int]:
        scrapes = Scrapes(counted.collect)

        async def come_later() -> list[int]:
            await counted.in_the_middle.wait()
            assert counted.under_way
            return await asyncio.gather(*(take(scrapes) for _ in range(100)))

        first, others = await asyncio.gather(take(scrapes), come_later())
        return [first, *others]

    assert asyncio.run(run()) == [1] + [2] * 100
    assert counted.most == 1


def test_who_leaves_takes_it_from_nobody() -> None:
    async def run() -> int:
        scrapes = Scrapes(Counted().collect)

        async def leave() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await scrapes.take()

        _, stayed = await asyncio.gather(leave(), take(scrapes))
        return stayed

    assert asyncio.run(run()) == 1


def test_one_that_fails_is_everybodys_failure_and_the_next_is_not() -> None:
    counted = Counted()

    def collect() -> Iterator[Part]:
        if not counted.begun:
            counted.begun = 1
            raise ValueError("unreadable")
        yield from counted.collect()

    async def run() -> int:
        scrapes = Scrapes(collect)
        with pytest.raises(ValueError, match="unreadable"):
            await scrapes.take()
        return await take(scrapes)

    assert asyncio.run(run()) == 2
