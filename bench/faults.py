"""What clients see of real processes killed, stopped, overloaded and closing under load, with nothing configured.

    python -m bench.faults [SCENARIO ...] [--requests N]

Each scenario states the view of the clients (requests sent, answered, failed, the slowest hundredth) and how many
requests came to the upstream for each of theirs. Everything is on loopback, bounded in count and time, and ended by
process id.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

from bench import crowds, distance, networks, records
from bench.process import Program
from bench.stand import ROUTES, Bench, Seen, failed, p99


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


Scenario = Callable[[Bench, int], Coroutine[Any, Any, Seen]]


class Setting(NamedTuple):
    """A scenario, and what it needs."""

    play: Scenario
    upstreams: int
    options: tuple[str, ...]  # of each upstream
    routes: str = ROUTES
    bench: type[Bench] = Bench


NARROW = ("--room", str(crowds.ROOM), "--seconds", str(crowds.WORK))
SCENARIOS = {
    "stale": Setting(stale, 2, ("--closing", "0.2")),
    "restart": Setting(restart, 3, ("--seconds", "0.002")),
    "hang": Setting(hang, 3, ("--seconds", "0.002")),
    "outage": Setting(outage, 3, ("--seconds", "0.002")),
    "overload": Setting(crowds.overload, 1, NARROW),
    "priorities": Setting(crowds.priorities, 1, NARROW, crowds.LOW),
    "lossy": Setting(networks.lossy, 3, ("--seconds", "0.002"), bench=networks.Far),
    "cut": Setting(networks.cut, 3, ("--seconds", "0.002"), bench=networks.Far),
    "moved": Setting(networks.moved, 2, ("--seconds", "0.002"), bench=networks.Named),
    "eyeballs": Setting(networks.eyeballs, 1, ("--seconds", "0.002"), bench=networks.Torn),
    "distant": Setting(distance.distant, 3, ("--seconds", "0.002"), bench=distance.Distant),
    "uneven": Setting(distance.uneven, 3, ("--seconds", "0.002"), bench=distance.Uneven),
    "listed": Setting(records.listed, 3, ("--seconds", "0.002"), bench=records.Listed),
    "crowd": Setting(crowds.crowd, 1, (), crowds.LOW, crowds.Quick),
    "burst": Setting(crowds.burst, 1, (), crowds.LOW, crowds.Quick),
}


def play(name: str, requests: int, bench: type[Bench] | None = None) -> Seen:
    """Play one scenario, perhaps on another bench than its own, and return what was seen."""
    setting = SCENARIOS[name]
    kind = bench or setting.bench
    with tempfile.TemporaryDirectory(prefix="lumina-faults-") as folder:
        options = (*setting.options, "--down", f"{folder}/down")
        with kind(Path(folder), setting.upstreams, options=options, routes=setting.routes) as stage:
            return asyncio.run(setting.play(stage, requests))


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
