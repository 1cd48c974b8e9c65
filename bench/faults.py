"""What clients see of real processes killed, stopped, overloaded and closing under load, with nothing configured.

    python -m bench.faults [SCENARIO ...] [--requests N]

Each scenario states the view of the clients (requests sent, answered, failed, the slowest hundredth) and how many
requests came to the upstream for each of theirs. Everything is on loopback, bounded in count and time, and ended by
process id.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, Self

from bench.process import Program, free_port

GET = b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
PATIENCE = 30.0  # seconds that a client waits for an answer


class Answer(NamedTuple):
    """One exchange as its client saw it."""

    began: float
    seconds: float
    status: int  # 0: none came
    method: str


class Bench:
    """A gateway with some upstream processes behind it, and the clients' notes."""

    def __init__(self, folder: Path, count: int, extra: str = "", options: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.port = free_port()
        self.upstreams = [free_port() for _ in range(count)]
        self.options = options
        self.programs: dict[int, Program] = {}
        self.answers: list[Answer] = []
        urls = ", ".join(f'"http://127.0.0.1:{port}"' for port in self.upstreams)
        (folder / "config.yaml").write_text(
            f"server: {{port: {self.port}, workers: 2}}\naccess_log: {{path: {folder}/access.log}}\n"
            f"upstreams: {{payments: {{endpoints: [{urls}]{extra}}}}}\n"
            "routes: [{path: payments, upstream: payments}]\n"
        )

    def __enter__(self) -> Self:
        cpus = frozenset(os.sched_getaffinity(0))
        for port in self.upstreams:
            self.start(port)
        command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", f"{self.folder}/config.yaml"]
        self.gateway = Program(command, log=self.folder / "gateway.log", cpus=cpus)
        self.gateway.wait_until_listening(self.port)
        return self

    def __exit__(self, *_: object) -> None:
        for program in [*self.programs.values(), self.gateway]:
            for pid in program.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            program.stop()

    def start(self, port: int) -> None:
        """Start the upstream at `port`, in the place of one that was killed."""
        if port in self.programs:
            self.programs[port].stop()
        words = [sys.executable, "-m", "bench.faulty", str(port), f"{self.folder}/counts", *self.options]
        self.programs[port] = Program(words, log=self.folder / "upstream.log", cpus=frozenset(os.sched_getaffinity(0)))
        self.programs[port].wait_until_listening(port)

    def signal(self, port: int, sign: signal.Signals) -> None:
        """Send a signal to the upstream at `port`."""
        for pid in self.programs[port].pids():
            os.kill(pid, sign)

    def asked(self) -> int:
        """Return how many requests the upstreams have read so far."""
        counts = self.folder / "counts"
        return counts.stat().st_size if counts.exists() else 0

    async def client(self, over: Callable[[], bool], methods: tuple[str, ...] = ("GET",), pace: float = 0.0) -> None:
        """Ask one thing after the other on a connection that is kept, until it is over."""
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        number = 0
        while not over():
            method = methods[number % len(methods)]
            number += 1
            began = time.monotonic()
            status = 0
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
                async with asyncio.timeout(PATIENCE):
                    if reader is None or writer is None:
                        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.write(POST if method == "POST" else GET)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                    await reader.readexactly(length)
                    status = int(head[9:12])
            self.answers.append(Answer(began, time.monotonic() - began, status, method))
            if status != 200 and writer is not None:
                writer.close()
                reader = writer = None
            if pace:
                await asyncio.sleep(pace)
        if writer is not None:
            writer.close()

    async def load(self, clients: int, over: Callable[[], bool], **how: Any) -> None:  # noqa: ANN401 (as client())
        """Let so many clients ask until it is over."""
        await asyncio.gather(*(self.client(over, **how) for _ in range(clients)))


class Seen(NamedTuple):
    """What came of one scenario."""

    name: str
    sent: int
    failed: int
    p99: float  # seconds, at the time that the scenario is about
    factor: float  # requests that the upstream read for each that a client sent, at that time
    facts: dict[str, float]


def p99(answers: list[Answer]) -> float:
    times = sorted(answer.seconds for answer in answers)
    return times[len(times) * 99 // 100] if times else 0.0


def failed(answers: list[Answer]) -> int:
    return sum(answer.status != 200 for answer in answers)


async def stale(bench: Bench, requests: int) -> Seen:
    """Two upstreams that close idle connections at random; every third request is a POST."""
    await bench.load(16, lambda: len(bench.answers) >= requests, methods=("GET", "POST", "GET"))
    statuses = Counter(answer.status for answer in bench.answers)
    factor = bench.asked() / len(bench.answers)
    return Seen("stale", len(bench.answers), failed(bench.answers), p99(bench.answers), factor, {"502": statuses[502]})


async def restart(bench: Bench, _: int) -> Seen:
    """Three upstreams, restarted one after the other, without a word of warning."""
    rolling = asyncio.Event()

    async def roll() -> None:
        for port in bench.upstreams:
            await asyncio.sleep(1.0)
            bench.signal(port, signal.SIGKILL)
            await asyncio.sleep(1.0)
            await asyncio.to_thread(bench.start, port)
        await asyncio.sleep(1.0)
        rolling.set()

    await asyncio.gather(roll(), bench.load(32, rolling.is_set, pace=0.002))
    factor = bench.asked() / len(bench.answers)
    return Seen("restart", len(bench.answers), failed(bench.answers), p99(bench.answers), factor, {})


async def hang(bench: Bench, _: int) -> Seen:
    """One of three upstreams accepts and says nothing for a while, and then goes on."""
    over = asyncio.Event()
    facts: dict[str, float] = {}
    first = bench.upstreams[0]

    async def stop() -> None:
        await asyncio.sleep(2.0)
        facts["stopped"] = time.monotonic()
        bench.signal(first, signal.SIGSTOP)
        await asyncio.sleep(8.0)
        bench.signal(first, signal.SIGCONT)
        before = cpu(bench.programs[first])
        facts["continued"] = time.monotonic()
        deadline = facts["continued"] + 30.0
        while cpu(bench.programs[first]) < before + 0.05 and time.monotonic() < deadline:  # noqa: ASYNC110 (see cpu)
            await asyncio.sleep(0.1)
        facts["back after"] = time.monotonic() - facts["continued"]
        over.set()

    await asyncio.gather(stop(), bench.load(32, over.is_set, pace=0.005))
    later = [answer for answer in bench.answers if facts["stopped"] + 2.0 < answer.began < facts["continued"]]
    factor = bench.asked() / len(bench.answers)
    facts = {"slowest": max(answer.seconds for answer in bench.answers), "back after": facts["back after"]}
    return Seen("hang", len(bench.answers), failed(bench.answers), p99(later), factor, facts)


def cpu(program: Program) -> float:
    """Return the CPU time of another process, whose progress wakes nobody here."""
    return program.cpu_seconds()


async def outage(bench: Bench, _: int) -> Seen:
    """All upstreams are overloaded beyond use (they answer 503), for a while, and then they are well again."""
    over = asyncio.Event()
    times: dict[str, float] = {}
    counts: dict[str, int] = {}

    async def fail() -> None:
        await asyncio.sleep(2.0)
        times["down"], counts["down"] = time.monotonic(), bench.asked()
        (bench.folder / "down").touch()
        await asyncio.sleep(8.0)
        times["up"], counts["up"] = time.monotonic(), bench.asked()
        (bench.folder / "down").unlink()
        await asyncio.sleep(8.0)
        over.set()

    await asyncio.gather(fail(), bench.load(32, over.is_set, pace=0.01))
    during = [answer for answer in bench.answers if times["down"] <= answer.began < times["up"]]
    after = [answer for answer in bench.answers if answer.began > times["up"] + 5.0]
    factor = (counts["up"] - counts["down"]) / len(during)
    facts: dict[str, float] = {"failed after 5 s": failed(after), "answered after": len(after)}
    return Seen("outage", len(bench.answers), failed(after), p99(after), factor, facts)


async def overload(bench: Bench, _: int) -> Seen:
    """Three times as many requests as the upstream can answer."""
    over = asyncio.Event()
    capacity = ROOM / WORK  # requests a second of the one upstream
    started: set[asyncio.Task[None]] = set()

    async def ask() -> None:
        once = iter((False, True))
        await bench.client(lambda: next(once))

    async def flood(rate: float, seconds: float) -> None:
        end = time.monotonic() + seconds
        due = time.monotonic()
        while due < end:
            due += 1.0 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.get_running_loop().create_task(ask())
            started.add(task)
            task.add_done_callback(started.discard)

    await flood(capacity * 0.5, 3.0)
    begin = time.monotonic()
    await flood(capacity * 3.0, 12.0)
    over.set()
    await asyncio.gather(*started)
    late = [answer for answer in bench.answers if begin + 4.0 <= answer.began + answer.seconds < begin + 12.0]
    well = [answer for answer in late if answer.status == 200]
    facts = {"goodput of capacity": len(well) / 8.0 / capacity}
    return Seen("overload", len(bench.answers), len(late) - len(well), p99(well), 0.0, facts)


ROOM, WORK = 8, 0.04  # requests at once, seconds each: 200 a second

Scenario = Callable[[Bench, int], Coroutine[Any, Any, Seen]]
SCENARIOS: dict[str, tuple[Scenario, int, tuple[str, ...]]] = {
    "stale": (stale, 2, ("--closing", "0.2")),
    "restart": (restart, 3, ("--seconds", "0.002")),
    "hang": (hang, 3, ("--seconds", "0.002")),
    "outage": (outage, 3, ("--seconds", "0.002")),
    "overload": (overload, 1, ("--room", str(ROOM), "--seconds", str(WORK))),
}


def play(name: str, requests: int) -> Seen:
    """Play one scenario and return what was seen."""
    scenario, count, options = SCENARIOS[name]
    with (
        tempfile.TemporaryDirectory(prefix="lumina-faults-") as folder,
        Bench(Path(folder), count, options=(*options, "--down", f"{folder}/down")) as bench,
    ):
        return asyncio.run(scenario(bench, requests))


def main(arguments: list[str]) -> int:
    """Play the scenarios that the command line asks for, and print a table."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], default=[])
    parser.add_argument("--requests", type=int, default=1_000_000, help="of the scenario `stale`")
    asked = parser.parse_args(arguments)
    print(
        "| scenario | requests | failed | p99 | upstream requests for each | |\n|---|--:|--:|--:|--:|---|", flush=True
    )
    for name in asked.scenarios or SCENARIOS:
        seen = play(name, asked.requests)
        facts = ", ".join(f"{key}: {value:.3g}" for key, value in seen.facts.items())
        row = f"| {name} | {seen.sent} | {seen.failed} | {seen.p99 * 1000:.0f} ms | {seen.factor:.2f} | {facts} |"
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
