"""Scenarios of networks that fail: each endpoint is in a network namespace of its own, behind a link of its own.

Loss is real: packets are dropped at random where they come in, and both sides' TCP makes good for it, late. Delay is
netem's where the kernel has it. It takes root, ip and nft (`missing()` says what is not there).
"""

import asyncio
import ipaddress
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

from bench.stand import PATH, Bench, Seen, failed, p99
from tests.control.name_server import NameServer

LINKS = ipaddress.ip_network("198.18.0.0/15")  # for benchmarks between networks (RFC 2544, appendix C.2.2)
LOSS = 20  # of a hundred packets
NAME = "payments.test"


def run(*words: str) -> bool:
    """Run a command; say whether it went well."""
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def must(*words: str) -> None:
    subprocess.run(words, capture_output=True, check=True)


def missing() -> str:
    """Return what keeps namespaces from being made here, or nothing."""
    for program in ("ip", "nft"):
        if shutil.which(program) is None:
            return f"there is no {program}"
    probe = f"lumina-probe-{os.getpid()}"
    if not run("ip", "netns", "add", probe):
        return "network namespaces may not be made"
    nft = run("ip", "netns", "exec", probe, "nft", "add", "table", "ip", "probe")
    run("ip", "netns", "del", probe)
    return "" if nft else "nft does not work"


class Link:
    """A namespace with one end of a link in it; the other end is here."""

    def __init__(self, number: int) -> None:
        self.space = f"lumina-{os.getpid()}-{number}"
        self.near = f"lm{os.getpid()}n{number}"
        block = LINKS.network_address + 4 * ((os.getpid() * 8 + number) % 32768)
        self.here, self.there = str(block + 1), str(block + 2)
        must("ip", "netns", "add", self.space)
        self.lay()
        must("ip", "addr", "add", f"{self.here}/30", "dev", self.near)
        must("ip", "link", "set", self.near, "up")
        for device in ("lo", "far"):
            must("ip", "-n", self.space, "link", "set", device, "up")
        must("ip", "-n", self.space, "addr", "add", f"{self.there}/30", "dev", "far")

    def lay(self) -> None:
        """Make the two ends."""
        must("ip", "link", "add", self.near, "type", "veth", "peer", "name", "far", "netns", self.space)

    def inside(self, *words: str) -> list[str]:
        """Return the command that runs another inside."""
        return ["ip", "netns", "exec", self.space, *words]

    def cut(self) -> None:
        """Pull the plug: nobody is told, and nothing goes through."""
        must("ip", "-n", self.space, "link", "set", "far", "down")

    def mend(self) -> None:
        must("ip", "-n", self.space, "link", "set", "far", "up")

    def lose(self, percent: int) -> str:
        """Lose packets, and delay them by 50 ms where the kernel can; return what it does."""
        netem = ("delay", "50ms", "10ms", "loss", f"{percent}%")
        if run("tc", "-n", self.space, "qdisc", "add", "dev", "far", "root", "netem", *netem):
            return "delay and loss"
        chain = f"type filter hook input priority 0; numgen random mod 100 < {percent} drop;"
        must(*self.inside("nft", f"table ip lossy {{ chain in {{ {chain} }}; }}"))
        return "loss"

    def dead_end(self) -> str:
        """Return an IPv6 address that seems to be at the other end, where nobody answers for it."""
        network = f"fd42:{os.getpid() % 65536:x}:{self.here.rpartition('.')[2]}"
        must("ip", "addr", "add", f"{network}::1/64", "dev", self.near, "nodad")
        return f"{network}::2"

    def end(self) -> None:
        run("ip", "link", "del", self.near)
        run("ip", "netns", "del", self.space)


class Far(Bench):
    """A bench whose upstreams are in namespaces."""

    kinds: tuple[type[Link], ...] = (Link,)  # of the links, over and over

    def __init__(self, folder: Path, count: int, **how: Any) -> None:  # noqa: ANN401 (as Bench)
        self.links: list[Link] = []
        try:
            for number in range(count):
                self.links.append(self.kinds[number % len(self.kinds)](number))
            super().__init__(folder, count, **how)
        except BaseException:
            self._end()
            raise

    def host(self, port: int) -> str:
        return self.links[self.upstreams.index(port)].there

    def command(self, port: int) -> list[str]:
        return self.links[self.upstreams.index(port)].inside(*super().command(port))

    def _end(self) -> None:
        for link in self.links:
            link.end()

    def __enter__(self) -> Self:
        try:
            return super().__enter__()
        except BaseException:
            self._end()
            raise

    def __exit__(self, *how: object) -> None:
        super().__exit__(*how)
        self._end()


class Named(Far):
    """The same, known by a name."""

    def __init__(self, folder: Path, count: int, **how: Any) -> None:  # noqa: ANN401 (as Bench)
        self.server = NameServer()
        self.more = (
            f'resolver: {{nameservers: ["{self.server.where}"], timeout: 1s, min_ttl: 100ms, max_ttl: 200ms}}\n'
            "timeouts: {connect: 2s}\n"
        )
        super().__init__(folder, count, **how)
        self.upstreams = [self.upstreams[0]] * count  # one port at each address
        self.serve(0)

    def urls(self) -> list[str]:
        return [f'"http://{NAME}:{self.upstreams[0]}"']

    def serve(self, place: int) -> None:
        """Let the name stand for the upstream at this place."""
        self.server.zone[NAME, "A"] = [self.links[place].there]

    def __enter__(self) -> Self:
        self.upstreams = self.upstreams[:1]
        super().__enter__()
        for link in self.links[1:]:
            words = link.inside(*Bench.command(self, self.upstreams[0]))
            words[words.index("--host") + 1] = link.there
            self.programs[len(self.programs)] = self.beside(words)
        return self

    def __exit__(self, *how: object) -> None:
        super().__exit__(*how)
        self.server.close()


def seen_of(name: str, bench: Bench, since: float, until: float, facts: dict[str, float]) -> Seen:
    """Return what came of a scenario whose failure lasted from `since` to `until`; p99 is of 2 s into it and later."""
    late = [answer for answer in bench.answers if since + 2.0 <= answer.began < until]
    factor = bench.asked() / len(bench.answers)
    slowest = max(answer.seconds for answer in bench.answers)
    facts = {"slowest": slowest, **facts}
    return Seen(name, len(bench.answers), failed(bench.answers), p99(late), factor, facts)


async def lossy(bench: Bench, _: int) -> Seen:
    """The link to one of three loses every fifth packet, and delays the others where that can be had."""
    assert isinstance(bench, Far)
    over = asyncio.Event()
    times: list[float] = []

    async def fail() -> None:
        await asyncio.sleep(2.0)
        times.append(time.monotonic())
        bench.links[0].lose(LOSS)
        await asyncio.sleep(8.0)
        times.append(time.monotonic())
        over.set()

    await asyncio.gather(fail(), bench.load(32, over.is_set, pace=0.01))
    return seen_of("lossy", bench, times[0], times[1], {})


async def cut(bench: Bench, _: int) -> Seen:
    """The link to one of three is cut under load, and mended."""
    assert isinstance(bench, Far)
    over = asyncio.Event()
    times: list[float] = []

    async def fail() -> None:
        await asyncio.sleep(2.0)
        times.append(time.monotonic())
        bench.links[0].cut()
        await asyncio.sleep(8.0)
        bench.links[0].mend()
        times.append(time.monotonic())
        await asyncio.sleep(6.0)
        over.set()

    await asyncio.gather(fail(), bench.load(32, over.is_set, pace=0.01))
    after = [answer for answer in bench.answers if answer.began > times[1] + 3.0]
    return seen_of("cut", bench, times[0], times[1], {"p99 after ms": 1000 * p99(after)})


async def moved(bench: Bench, _: int) -> Seen:
    """A name comes to stand for another address under load; then the old one is gone, and then the name server."""
    assert isinstance(bench, Named)
    over = asyncio.Event()
    times: list[float] = []
    facts: dict[str, float] = {}

    async def fail() -> None:
        await asyncio.sleep(2.0)
        times.append(time.monotonic())
        bench.serve(1)
        await asyncio.sleep(3.0)
        bench.links[0].cut()
        await asyncio.sleep(2.0)
        bench.server.failing = True
        asked = len(bench.server.asked)
        await asyncio.sleep(4.0)
        facts["asked in vain"] = len(bench.server.asked) - asked
        times.append(time.monotonic())
        over.set()

    await asyncio.gather(fail(), bench.load(32, over.is_set, pace=0.01, path=PATH))
    return seen_of("moved", bench, times[0], times[1], facts)


async def eyeballs(bench: Bench, _: int) -> Seen:
    """A name has an IPv6 address that leads nowhere beside the IPv4 address that works (RFC 8305)."""
    assert isinstance(bench, Named)
    end = time.monotonic() + 5.0
    await bench.load(32, lambda: time.monotonic() > end, pace=0.01)
    return seen_of(
        "eyeballs", bench, end - 5.0, end, {"AAAA asked": sum(kind == "AAAA" for _, kind in bench.server.asked)}
    )


class Torn(Named):
    """One upstream, whose name has a second address that is of no use."""

    def serve(self, place: int) -> None:
        super().serve(place)
        self.server.zone[NAME, "AAAA"] = [self.links[place].dead_end()]
