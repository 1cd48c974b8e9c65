"""A scenario of SRV records that change under load: endpoints come and go, with their processes."""

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

from bench.networks import seen_of
from bench.stand import Bench, Seen
from tests.control.name_server import NameServer

HOST = "one.payments.test"
NAME = "_http._tcp.payments.test"
# Who is listed, one after the other: (priority, weight, which upstream).
LISTS = [
    [(0, 1, 0), (0, 1, 1)],
    [(0, 1, 1), (0, 3, 2)],
    [(0, 1, 2)],
    [(0, 1, 2), (0, 1, 0)],
    [(0, 1, 0), (1, 1, 1)],
    [(0, 1, 1)],
    [(0, 1, 0), (0, 1, 1), (0, 1, 2)],
]
NOTICE = 0.7  # seconds between the end of an entry and that of its process: more than max_ttl below
PAUSE = 1.2  # seconds from one list to the next


class Listed(Bench):
    """A bench whose upstreams are found by SRV records."""

    def __init__(self, folder: Path, count: int, **how: Any) -> None:  # noqa: ANN401 (as Bench)
        self.server = NameServer()
        self.more = f'resolver: {{nameservers: ["{self.server.where}"], timeout: 1s, min_ttl: 100ms, max_ttl: 200ms}}\n'
        super().__init__(folder, count, **how)
        self.server.zone[HOST, "A"] = ["127.0.0.1"]
        self.list([(0, 1, place) for place in range(count)])

    def urls(self) -> list[str]:
        return [f'"http+srv://{NAME}"']

    def list(self, entries: list[tuple[int, int, int]]) -> None:
        """Let these, and no others, be found."""
        self.server.zone[NAME, "SRV"] = [
            f"{priority} {weight} {self.upstreams[place]} {HOST}." for priority, weight, place in entries
        ]

    def __exit__(self, *how: object) -> None:
        super().__exit__(*how)
        self.server.close()


async def listed(bench: Bench, _: int) -> Seen:
    """Endpoints come into the records and go under load, and are killed when they are gone; at last nobody tells."""
    assert isinstance(bench, Listed)
    over = asyncio.Event()
    times: list[float] = []
    facts: dict[str, float] = {}

    async def change() -> None:
        running = set(range(len(bench.upstreams)))
        await asyncio.sleep(1.0)
        times.append(time.monotonic())
        for entries in LISTS:
            wanted = {place for *_, place in entries}
            for place in wanted - running:
                await asyncio.to_thread(bench.start, bench.upstreams[place])
            bench.list(entries)
            await asyncio.sleep(NOTICE)
            for place in running - wanted:
                bench.signal(bench.upstreams[place], signal.SIGKILL)
            running = wanted
            await asyncio.sleep(PAUSE - NOTICE)
        asked = len(bench.server.asked)
        bench.server.failing = True
        await asyncio.sleep(1.5)
        bench.server.failing = False
        bench.server.zone.clear()  # there is no such name
        await asyncio.sleep(1.5)
        facts["asked in vain"] = len(bench.server.asked) - asked
        times.append(time.monotonic())
        over.set()

    await asyncio.gather(change(), bench.load(32, over.is_set, pace=0.005, methods=("GET", "POST", "GET")))
    facts["lists"] = len(LISTS)
    return seen_of("listed", bench, times[0], times[1], facts)
