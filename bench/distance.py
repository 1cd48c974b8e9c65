"""Scenarios of upstreams that are far away: packets take their time, not always the same, and some are lost.

It is netem that does it where the kernel has that, and bench.wire where it has not.
"""

import subprocess
import sys
import time
from pathlib import Path

from bench.networks import Far, Link, must, run, seen_of
from bench.stand import Bench, Seen

DELAY, JITTER, LOSS = 0.05, 0.02, 0.02  # seconds and a share, each way
LIFE = 120.0  # seconds until a wire ends by itself
PATIENCE = 10.0  # seconds for it to begin
SHAPE = ("netem", "delay", f"{DELAY * 1000:.0f}ms", f"{JITTER * 1000:.0f}ms", "loss", f"{LOSS * 100:.0f}%")


def wire_missing() -> str:
    """Return what keeps a long link from being made here, or nothing."""
    return "" if Path("/dev/net/tun").exists() else "there is no /dev/net/tun"


class Long(Link):
    """A link that is long, and loses a few packets, both ways."""

    wire: subprocess.Popen[bytes] | None = None

    def lay(self) -> None:
        Link.lay(self)
        if run("tc", "qdisc", "add", "dev", self.near, "root", *SHAPE):
            must("tc", "-n", self.space, "qdisc", "add", "dev", "far", "root", *SHAPE)
            return
        must("ip", "link", "del", self.near)
        far = f"{self.near}f"
        figures = ("--delay", str(DELAY), "--jitter", str(JITTER), "--loss", str(LOSS), "--seconds", str(LIFE))
        words = [sys.executable, "-m", "bench.wire", self.near, far, *figures]
        self.wire = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not run("ip", "link", "set", far, "netns", self.space, "name", "far") and time.monotonic() < deadline:
            time.sleep(0.02)

    def end(self) -> None:
        if self.wire is not None:
            self.wire.terminate()
            self.wire.wait()
        super().end()


class Distant(Far):
    """All upstreams are far away."""

    kinds = (Long,)


class Uneven(Far):
    """Two are near, and one is far away."""

    kinds = (Long, Link, Link)


async def distant(bench: Bench, _: int) -> Seen:
    """All of three upstreams are far away: everything takes at least twice the delay, and some of it longer."""
    begin = time.monotonic()
    await bench.load(32, lambda: time.monotonic() > begin + 12.0, pace=0.01, methods=("GET", "POST", "GET"))
    times = sorted(answer.seconds for answer in bench.answers)
    facts = {"half within": times[len(times) // 2], "posts": sum(answer.method == "POST" for answer in bench.answers)}
    return seen_of("distant", bench, begin, begin + 12.0, facts)


async def uneven(bench: Bench, _: int) -> Seen:
    """One of three upstreams is far away."""
    begin = time.monotonic()
    await bench.load(32, lambda: time.monotonic() > begin + 12.0, pace=0.01)
    return seen_of("uneven", bench, begin, begin + 12.0, {})
