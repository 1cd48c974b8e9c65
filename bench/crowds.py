"""Scenarios of too many requests: who is served then, and whether health and metrics still answer at once."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from bench.native.build import compile_native, native
from bench.process import Program, hold_port
from bench.stand import PATH, Bench, Seen, failed, p99
from bench.watch import CONTROL

ROOM, WORK = 8, 0.04  # requests at once at the upstream, seconds each: 200 a second
CAPACITY = ROOM / WORK
LOW = "{path: payments, upstream: payments, priority: normal}, {path: reports, upstream: payments, priority: low}"
LOW_PATH = "/api/reports/x"
OTHERS = frozenset(sorted(os.sched_getaffinity(0))[1:]) or Bench.cpus  # CPUs beside the first


async def flood(bench: Bench, rates: dict[str, float], seconds: float) -> None:
    """Let requests come at these rates for their paths, each on a connection of its own, whatever becomes of them."""
    started: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()

    async def ask(path: str) -> None:
        once = iter((False, True))
        await bench.client(lambda: next(once), path=path)

    async def come(path: str, rate: float) -> None:
        due = time.monotonic()
        end = due + seconds
        while due < end:
            due += 1.0 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = loop.create_task(ask(path))
            started.add(task)
            task.add_done_callback(started.discard)

    await asyncio.gather(*(come(path, rate) for path, rate in rates.items()))
    await asyncio.gather(*started)


@contextlib.contextmanager
def program(bench: Bench, name: str, words: list[str]) -> Iterator[Program]:
    """Run something beside, on the CPUs that a gateway in a crowd leaves alone; what it says goes into its log."""
    with Program(words, log=bench.folder / f"{name}.log", cpus=OTHERS) as running:
        yield running


@contextlib.contextmanager
def watcher(bench: Bench, seconds: float) -> Iterator[Program]:
    """Ask for health and metrics for so long, and a server that does nothing else, on the gateway's CPUs."""
    with hold_port() as holder:
        control = holder.getsockname()[1]
        words = [sys.executable, "-m", "bench.faulty", str(control), f"{bench.folder}/control"]
        with Program(words, log=bench.folder / "control.log", cpus=bench.cpus) as beside:
            beside.wait_until_listening(control)
            ask = [sys.executable, "-m", "bench.watch", str(bench.port), str(seconds), str(control)]
            with program(bench, "watch", ask) as running:
                yield running


def pages(bench: Bench) -> dict[str, float]:
    """Return what the watcher saw: the slowest hundredth and the slowest, in milliseconds, and what was not 200."""
    found: dict[str, float] = {}
    seen = json.loads((bench.folder / "watch.log").read_text().splitlines()[-1])
    for path, page in seen.items():
        found[f"{path} p99 ms"] = 1000 * page["p99"]
        found[f"{path} slowest ms"] = 1000 * page["slowest"]
    del seen[CONTROL]
    found["pages asked"] = sum(page["asked"] for page in seen.values())
    found["pages late"] = sum(page["late"] for page in seen.values())
    found["pages failed"] = sum(page["failed"] for page in seen.values())
    return found


async def overload(bench: Bench, _: int) -> Seen:
    """Three times as many requests as the upstream can answer."""
    await flood(bench, {PATH: CAPACITY * 0.5}, 3.0)
    begin = time.monotonic()
    with watcher(bench, 11.0):
        await flood(bench, {PATH: CAPACITY * 3.0}, 12.0)
    late = [answer for answer in bench.answers if begin + 4.0 <= answer.began + answer.seconds < begin + 12.0]
    well = [answer for answer in late if answer.status == 200]
    facts = {"goodput of capacity": len(well) / 8.0 / CAPACITY, **pages(bench)}
    factor = bench.asked() / len(bench.answers)
    return Seen("overload", len(bench.answers), len(late) - len(well), p99(well), factor, facts)


async def priorities(bench: Bench, _: int) -> Seen:
    """The same, but that half of what can be answered is normal, and all the rest of low priority."""
    await flood(bench, {PATH: CAPACITY * 0.5}, 3.0)
    begin = time.monotonic()
    with watcher(bench, 11.0):
        await flood(bench, {PATH: CAPACITY * 0.5, LOW_PATH: CAPACITY * 2.5}, 12.0)
    late = [answer for answer in bench.answers if answer.began >= begin + 4.0]
    normal = [answer for answer in late if answer.path == PATH]
    low = [answer for answer in late if answer.path == LOW_PATH and answer.status == 200]
    facts = {"normal": len(normal), "low answered of capacity": len(low) / 8.0 / CAPACITY, **pages(bench)}
    factor = bench.asked() / len(bench.answers)
    return Seen("priorities", len(bench.answers), failed(normal), p99(normal), factor, facts)


async def crowd(bench: Bench, _: int) -> Seen:
    """More connections that are never idle than the worker has time for: most of a low route, some of a normal one."""
    assert isinstance(bench, Quick)
    with contextlib.ExitStack() as stack:
        for path, connections in bench.crowd.items():
            stack.enter_context(clients(bench, path, connections, bench.seconds))
        await asyncio.sleep(1.0)  # until all are connected
        stack.enter_context(watcher(bench, bench.seconds - 2.0))
        await asyncio.sleep(bench.seconds)
    lines = [json.loads(line) for line in (bench.folder / "access.log").read_text().splitlines()]
    counts = Counter((line["route"], line["status"]) for line in lines if line["status"] != 499)  # wrk just leaves
    normal = sorted(line["duration"] for line in lines if line["route"] == "payments")
    total = Counter(line["route"] for line in lines)
    facts = {
        f"{route} {status}": float(count) for (route, status), count in sorted(counts.items()) if route != "_admin"
    }
    lost = sum(count for (route, status), count in counts.items() if route == "payments" and status != 200)
    return Seen("crowd", total["payments"], lost, normal[len(normal) * 99 // 100], 0.0, {**facts, **pages(bench)})


async def burst(bench: Bench, _: int) -> Seen:
    """As many come all at once, again and again: each time the kernel has all their connections at the same moment."""
    assert isinstance(bench, Quick)
    with contextlib.ExitStack() as stack:
        await asyncio.sleep(1.0)  # until the worker is there
        stack.enter_context(watcher(bench, bench.seconds - 1.0))
        for _ in range(bench.seconds // 2):
            with contextlib.ExitStack() as wave:
                for path, connections in bench.crowd.items():
                    wave.enter_context(clients(bench, path, connections, 1))
                await asyncio.sleep(2.0)
        await asyncio.sleep(1.0)
    lines = [json.loads(line) for line in (bench.folder / "access.log").read_text().splitlines()]
    asked = [line for line in lines if line["route"] == "payments" and line["status"] != 499]
    lost = sum(line["status"] not in {200, 503} for line in asked)
    refused = sum(line["status"] == 503 for line in asked)
    normal = sorted(line["duration"] for line in asked)
    facts = {"normal refused": float(refused), **pages(bench)}
    return Seen("burst", len(asked), lost, normal[len(normal) * 99 // 100], 0.0, facts)


def clients(bench: Bench, path: str, connections: int, seconds: int) -> contextlib.AbstractContextManager[Program]:
    """Let so many connections ask for a path, each as fast as it is answered."""
    url = f"http://127.0.0.1:{bench.port}{path}"
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency", url]
    return program(bench, path.rpartition("/")[0].rpartition("/")[2], words)


class Quick(Bench):
    """A bench whose upstream is never what is waited for, and whose gateway has a CPU that others leave alone."""

    crowd: ClassVar[dict[str, int]] = {LOW_PATH: 2000, PATH: 200}  # connections
    seconds = 12
    workers = 1
    cpus = frozenset(sorted(os.sched_getaffinity(0))[:1])

    def __init__(self, folder: Path, count: int, **how: object) -> None:
        compile_native()
        super().__init__(folder, count, **how)  # type: ignore[arg-type]

    def start(self, port: int) -> None:
        body = self.folder / "body"
        body.write_bytes(b"ok")
        words = native(f"origin.serve({port}, {{'': {str(body)!r}}})")
        self.programs[port] = Program(words, log=self.folder / "upstream.log", cpus=OTHERS)
        self.programs[port].wait_until_listening(port)
