"""Slow, greedy and many clients against a gateway with its defaults, and honest ones beside them.

    python -m bench.attack [--scale 1.0] [--hurry 1.0] [--seconds 75]

Everything stays on the loopback: attackers have addresses of their own in 127.0.0.0/8, honest clients are 127.0.0.1.
What is told: how long each kind of attacker could stay, what honest clients noticed, and what it cost in memory.
"""

import argparse
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from bench.attackers import PREFIX, take_descriptors
from bench.native.build import compile_native, native
from bench.process import Program, free_port

QUIET = 10.0  # seconds in which the honest clients are alone
PACE = 0.01  # seconds between two requests of one
BIG = 64 << 20  # octets: more than the kernel takes for a client that does not read
KEPT_BY_KERNEL = (
    65536  # octets of an answer that the service's kernel takes: all of them would fill the machine's memory
)
SHOWN_OUT = 60.0  # seconds after which no attacker may be left
TIMES_SLOWER = 2.0  # that an honest client's p99 may be
MEMORY = 128 << 20  # octets that all of it may cost the gateway
ADDRESS_LIMIT = 8192  # limits.client_connections
TIMES = {"header": 15, "body": 30, "write": 30, "rate_grace": 10, "keep_alive": 75}  # the defaults, for who hurries


class Honest(threading.Thread):
    """A client that asks one thing after the other, on one connection, at an easy pace."""

    def __init__(self, port: int, path: str, pace: float) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.path = path
        self.pace = pace
        self.times: list[float] = []
        self.failed: Counter[str] = Counter()
        self.over = threading.Event()
        self._client: socket.socket | None = None

    def run(self) -> None:
        """Ask until it is over."""
        while not self.over.wait(self.pace):
            began = time.perf_counter()
            try:
                got = self._ask()
            except OSError as error:
                got = type(error).__name__.encode()
            if not got.startswith(b"HTTP/1.1 200 "):
                reason = re.search(rb'"reason": "(\w+)"', got)
                self.failed[(reason[1] if reason else got[:60]).decode(errors="replace")] += 1
                self._leave()
            self.times.append(time.perf_counter() - began)
        self._leave()

    def _ask(self) -> bytes:
        if self._client is None:
            self._client = socket.create_connection(("127.0.0.1", self.port), 20)
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.sendall(f"GET {self.path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        got = b""
        while not got.endswith((b"\r\n\r\nxx", b"}\n")) and (part := self._client.recv(65536)):
            got += part
        return got

    def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def p99(self) -> float:
        """Return the 99th percentile of its waits, in milliseconds."""
        return statistics.quantiles(self.times, n=100)[98] * 1000


class Seen(NamedTuple):
    """What honest clients had, and the most memory that was held meanwhile."""

    beside: Honest  # asks another service, often
    within: Honest  # asks the one that is attacked
    direct: Honest  # asks the other service too, without a gateway: what the machine alone makes of it
    memory: int


class Outcome(NamedTuple):
    """All that a siege has shown."""

    kinds: list[dict[str, Any]]
    quiet: Seen
    busy: Seen
    limits: dict[str, int]  # how often each was met, and what was shed by
    allowed: int  # connections of one address
    hurry: float

    def failed(self) -> Counter[str]:
        """Return why requests to the service that nobody attacks failed."""
        return self.quiet.beside.failed + self.busy.beside.failed

    def memory(self) -> int:
        """Return the octets that the gateway held more than before."""
        return self.busy.memory - self.quiet.memory

    def slower(self) -> float:
        """Return how many times the honest client's p99 grew, beyond what it grew by without a gateway."""
        grew = self.busy.direct.p99() - self.quiet.direct.p99()
        return (self.busy.beside.p99() - max(0.0, grew)) / self.quiet.beside.p99()

    def too_many(self) -> int:
        """Return how many connections of one address should have been refused, and were not."""
        opened = next(int(one["opened"]) for one in self.kinds if one["kind"] == "one address")
        return max(0, opened - self.allowed - self.limits.get("client_connections", 0))

    def faults(self) -> list[str]:
        """Return what is not as it is promised."""
        left = sum(one["opened"] - one["answered"] - one["ended"] for one in self.kinds)
        longest = max(one["longest"] for one in self.kinds) * self.hurry
        return [
            text
            for wrong, text in (
                (left, f"{left} attackers were still there"),
                (longest > SHOWN_OUT, f"an attacker stayed for more than {SHOWN_OUT:g} s"),
                (self.failed(), "honest requests failed"),
                (self.too_many(), f"{self.too_many()} connections of one address too many"),
                (self.slower() > TIMES_SLOWER, f"p99 of an honest client grew more than {TIMES_SLOWER:g} times"),
                (self.memory() > MEMORY, f"it took more than {MEMORY >> 20} MiB"),
            )
            if wrong
        ]


def watch(ports: tuple[int, int], program: Program, until: subprocess.Popen[str] | None, seconds: float) -> Seen:
    """Let honest clients ask the gateway and the service beside it while the attack lasts, or for a while."""
    port, other = ports
    honest = [Honest(port, "/api/other/", PACE), Honest(port, f"{PREFIX}/", PACE * 10), Honest(other, "/", PACE)]
    for one in honest:
        one.start()
    most = 0
    pids = program.pids()  # once: to look for them takes time that the honest clients of this process lack
    end = time.monotonic() + seconds
    while time.monotonic() < end if until is None else until.poll() is None:
        most = max(most, sum(map(resident, pids)))
        time.sleep(0.2)
    for one in honest:
        one.over.set()
        one.join()
    return Seen(honest[0], honest[1], honest[2], most)


def resident(pid: int) -> int:
    """Return the octets of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def refused(port: int) -> dict[str, int]:
    """Return how often each limit was met, and each kind of refusal needed, as the gateway's metrics say."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answered:
        text = answered.read().decode()
    found = re.findall(r'^lumina_(?:limits_met|shed)_total\{\w+="(\w+)"\} (\d+)', text, re.MULTILINE)
    return {word: int(count) for word, count in found if int(count)}


def configuration(folder: Path, ports: tuple[int, int, int], allowed: int, hurry: float) -> str:
    """Return a configuration of defaults; with fewer attackers one address may have fewer connections, too."""
    port, origin, other = ports
    text = f"server: {{port: {port}, workers: 1}}\naccess_log: {{path: {folder}/access.log}}\n"
    if allowed != ADDRESS_LIMIT:
        text += f"limits: {{client_connections: {allowed}}}\n"
    if hurry != 1.0:
        text += "timeouts: {" + ", ".join(f"{name}: {time / hurry}" for name, time in TIMES.items()) + "}\n"
    return (
        text + f'routes: [{{path: payments, upstream: "http://127.0.0.1:{origin}"}},\n'
        f'  {{path: other, upstream: "http://127.0.0.1:{other}"}}]\n'
    )


def scenario(folder: Path, scale: float, hurry: float, seconds: float) -> Outcome:
    """Besiege a gateway, and return what was seen."""
    cpus = sorted(os.sched_getaffinity(0))
    others = frozenset(cpus[1:] or cpus)
    small, big = folder / "small", folder / "big"
    small.write_bytes(b"xx")
    big.write_bytes(bytes(BIG))
    port, origin, other = free_port(), free_port(), free_port()
    allowed = max(1, round(ADDRESS_LIMIT * scale))
    (folder / "config.yaml").write_text(configuration(folder, (port, origin, other), allowed, hurry))
    compile_native()
    # GET /b has much to read; a POST, whose sixth octet is its path's first, is answered when its body is there: never.
    besieged = f"origin.serve({origin}, {{'': {str(small)!r}, 'b': {str(big)!r}, '/': ''}}, {KEPT_BY_KERNEL})"
    command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", str(folder / "config.yaml")]
    with (
        Program(native(besieged), log=folder / "origin.log", cpus=others) as attacked,
        Program(
            native(f"origin.serve({other}, {{'': {str(small)!r}}})"), log=folder / "other.log", cpus=others
        ) as server,
        Program(command, log=folder / "gateway.log", cpus=frozenset(cpus[:1])) as gateway,
    ):
        attacked.wait_until_listening(origin)
        server.wait_until_listening(other)
        gateway.wait_until_listening(port)
        watch((port, other), gateway, None, 1.0)  # who asks first waits for what is made once
        quiet = watch((port, other), gateway, None, QUIET / hurry)
        words = [str(word) for word in (port, scale, hurry, seconds / hurry)]
        pinned = ["taskset", "--cpu-list", ",".join(map(str, sorted(others)))]
        attack = [*pinned, sys.executable, "-m", "bench.attackers", *words]
        attackers = subprocess.Popen(attack, stdout=subprocess.PIPE, text=True)
        busy = watch((port, other), gateway, attackers, 0.0)
        kinds = json.loads(attackers.communicate()[0])
        return Outcome(kinds, quiet, busy, refused(port), allowed, hurry)


def report(outcome: Outcome) -> str:
    """Return what was seen, for people."""
    lines = [
        "| attack | connections | shown out | answered | the longest stayed | answers |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for one in outcome.kinds:
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(one["answers"].items()))
        stayed = f"{one['longest']:.1f} s"
        cells = (one["kind"], one["opened"], one["ended"], one["answered"], stayed, answers)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    quiet, busy = outcome.quiet, outcome.busy
    alone, others = quiet.beside.p99(), busy.beside.p99()
    direct = f"p99 {busy.direct.p99():.2f} ms; alone {quiet.direct.p99():.2f} ms"
    asked, within = len(busy.beside.times), len(busy.within.times)
    lines += [
        "",
        f"an honest client of another service: {asked} requests, p99 {others:.2f} ms; alone {alone:.2f} ms",
        f"one that asks that service without a gateway: {direct}",
        f"one of the attacked service: {within} requests, p99 {busy.within.p99():.2f} ms",
        f"failed of the one: {dict(outcome.failed()) or 'none'}; of the other: {dict(busy.within.failed) or 'none'}",
        f"limits met: {', '.join(f'{limit} {count}' for limit, count in sorted(outcome.limits.items()))}",
        f"resident memory: {outcome.memory() / (1 << 20):.1f} MiB more",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run the scenario and print what it showed; 1 where something is not as it is promised."""
    parser = argparse.ArgumentParser(prog="bench.attack", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the attackers, 1.0 being %(default)s")
    parser.add_argument("--hurry", type=float, default=1.0, help="divide the gateway's times by this, to try it out")
    parser.add_argument("--seconds", type=float, default=75.0, help="how long the attack may last")
    asked = parser.parse_args(arguments)
    take_descriptors()
    sys.setswitchinterval(0.0005)  # seconds: honest clients are threads, and wait for one another no longer
    with tempfile.TemporaryDirectory(prefix="lumina-attack-") as folder:
        outcome = scenario(Path(folder), asked.scale, asked.hurry, asked.seconds)
    print(report(outcome))
    for fault in outcome.faults():
        print(f"NOT AS PROMISED: {fault}")
    return 1 if outcome.faults() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
