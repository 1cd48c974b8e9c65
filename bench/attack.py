"""Slow and greedy clients against a gateway with its defaults, and an honest one beside them.

    python -m bench.attack [--scale 1.0] [--seconds 75]

Everything stays on the loopback: attackers have addresses of their own in 127.0.0.0/8, the honest client is 127.0.0.1.
What is told: how long each kind of attacker could stay, what an honest client noticed, and what it cost in memory.
"""

import argparse
import asyncio
import contextlib
import heapq
import json
import os
import re
import resource
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from bench.native.build import compile_native, native
from bench.process import Program, free_port

PREFIX = "/api/payments"
QUIET = 10.0  # seconds in which the honest client is alone
PACE = 0.01  # seconds between two of its requests
OPENED_AT_ONCE = 20
BIG = 64 << 20  # octets: more than the kernel takes for a client that does not read
BLOCK = b"x" * 65536
SHOWN_OUT = 60.0  # seconds after which no attacker may be left


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as an application does that wants the whole body first; under /b there is much to read."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            size = BIG if head.startswith(b"GET /b ") else 2
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for at in range(0, size, len(BLOCK)):
                writer.write(BLOCK[: size - at])
                await writer.drain()
    writer.close()


async def serve(port: int) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


class Kind(NamedTuple):
    """One way to hold on to a connection: say `opening`, then every `pause` seconds send `drip` and read `sip`."""

    name: str
    connections: int
    opening: bytes = b""
    drip: bytes = b""
    sip: int = 0
    pause: float = 5.0


POST = f"POST {PREFIX}/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n".encode()
KINDS = (
    Kind("silent", 1000),
    Kind("slow head", 2000, b"GET / HTTP/1.1\r\nHost: a\r\n", b"A: 1\r\n"),
    Kind("slow body", 1000, POST, b"x"),
    Kind("no body", 500, POST),
    Kind("slow read", 300, f"GET {PREFIX}/b HTTP/1.1\r\nHost: a\r\n\r\n".encode(), sip=64),
)


class Attacker:
    """One connection of an attacker."""

    def __init__(self, kind: Kind, number: int, port: int) -> None:
        self.kind = kind
        self.socket = socket.socket()
        if kind.sip:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.bind((f"127.{1 + number // 60000}.{number // 250 % 240}.{1 + number % 250}", 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.began = time.monotonic()
        self.stayed: float | None = None
        self.told = b""
        if kind.opening:
            self.socket.send(kind.opening)

    def act(self, now: float) -> None:
        """Do the least that keeps up appearances."""
        try:
            if self.kind.drip:
                self.socket.send(self.kind.drip)
            if self.kind.sip:
                self.socket.recv(self.kind.sip)
        except BlockingIOError:
            return
        except OSError:
            self.leave(now)

    def look(self, events: int, now: float) -> None:
        """Notice what the gateway says, and whether it has ended the connection."""
        if self.kind.sip:
            if events & (select.EPOLLHUP | select.EPOLLERR):
                self.leave(now)
            return
        try:
            data = self.socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.told = self.told or data[9:12]
        if not data:
            self.leave(now)

    def leave(self, now: float) -> None:
        self.stayed = now - self.began
        self.socket.close()


def attack(port: int, kinds: list[Kind], seconds: float) -> None:
    """Attack until every connection was ended, or for so many seconds, and print what became of each kind."""
    poll = select.epoll()
    waiting = [
        kind for round_ in range(max(k.connections for k in kinds)) for kind in kinds if round_ < kind.connections
    ]
    attackers: dict[int, Attacker] = {}
    everyone: list[Attacker] = []
    due: list[tuple[float, int]] = []
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end and (waiting or attackers):
        for kind in waiting[:OPENED_AT_ONCE]:
            one = Attacker(kind, len(everyone), port)
            everyone.append(one)
            attackers[one.socket.fileno()] = one
            heapq.heappush(due, (now + kind.pause, len(everyone) - 1))
            poll.register(one.socket, select.EPOLLRDHUP | (0 if kind.sip else select.EPOLLIN))
        del waiting[:OPENED_AT_ONCE]
        for fd, events in poll.poll(0.02):
            attackers[fd].look(events, time.monotonic())
            if attackers[fd].stayed is not None:
                del attackers[fd]
        while due and due[0][0] <= now:
            number = heapq.heappop(due)[1]
            one, fd = everyone[number], everyone[number].socket.fileno()
            if one.stayed is None:
                one.act(now)
                heapq.heappush(due, (now + one.kind.pause, number))
                if one.stayed is not None:
                    del attackers[fd]
    print(json.dumps([summary(kind, [one for one in everyone if one.kind == kind]) for kind in kinds]))


def summary(kind: Kind, attackers: list[Attacker]) -> dict[str, object]:
    stayed = [one.stayed for one in attackers if one.stayed is not None]
    answers = Counter(one.told.decode() or "-" for one in attackers)
    return {
        "kind": kind.name,
        "opened": len(attackers),
        "ended": len(stayed),
        "longest": max(stayed, default=0.0),
        "answers": dict(answers),
    }


class Honest(threading.Thread):
    """A client that asks one thing after the other, on one connection, at an easy pace."""

    def __init__(self, port: int, path: str, pace: float) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.pace = pace
        self.times: list[float] = []
        self.failed = 0
        self.over = threading.Event()
        self._client = socket.create_connection(("127.0.0.1", port), 20)
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self) -> None:
        """Ask until it is over."""
        while not self.over.wait(self.pace):
            began = time.perf_counter()
            self._client.sendall(f"GET {self.path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            got = b""
            while not got.endswith((b"\r\n\r\nxx", b"}\n")) and (part := self._client.recv(65536)):
                got += part
            self.failed += not got.startswith(b"HTTP/1.1 200 ")
            self.times.append(time.perf_counter() - began)
        self._client.close()

    def p99(self) -> float:
        """Return the 99th percentile of its waits, in seconds."""
        return statistics.quantiles(self.times, n=100)[98]


class Seen(NamedTuple):
    """What honest clients had, and the most memory that was held meanwhile."""

    beside: Honest  # asks another service, often
    within: Honest  # asks the one that is attacked
    memory: int


def watch(port: int, program: Program, until: subprocess.Popen[str] | None) -> Seen:
    """Let honest clients ask while the attack lasts, or for a while."""
    honest = [Honest(port, "/api/other/", PACE), Honest(port, f"{PREFIX}/", 0.1)]
    for one in honest:
        one.start()
    most = 0
    end = time.monotonic() + QUIET
    while time.monotonic() < end if until is None else until.poll() is None:
        most = max(most, program.resident_bytes())
        time.sleep(0.5)
    for one in honest:
        one.over.set()
        one.join()
    return Seen(honest[0], honest[1], most)


def main(arguments: list[str]) -> int:
    """Run the scenario and print what it showed; 1 where an attacker stayed too long or the honest client failed."""
    parser = argparse.ArgumentParser(prog="bench.attack", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the attackers, 1.0 being %(default)s")
    parser.add_argument("--seconds", type=float, default=75.0, help="how long the attack may last")
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--origin", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if asked.origin:
        os.nice(10)
        asyncio.run(serve(asked.origin))
    if asked.port:
        os.nice(10)  # it is the gateway's work that may slow the honest client down, not the attackers' own
        attack(
            asked.port,
            [k._replace(connections=max(1, round(k.connections * asked.scale))) for k in KINDS],
            asked.seconds,
        )
        return 0
    with tempfile.TemporaryDirectory(prefix="lumina-attack-") as folder:
        return scenario(Path(folder), asked)


def scenario(folder: Path, asked: argparse.Namespace) -> int:
    cpus = sorted(os.sched_getaffinity(0))
    others = frozenset(cpus[1:] or cpus)
    (folder / "small").write_bytes(b"xx")
    port, origin, other = free_port(), free_port(), free_port()
    (folder / "config.yaml").write_text(
        f"server: {{port: {port}, workers: 1}}\naccess_log: {{path: {folder}/access.log}}\n"
        f'routes: [{{path: payments, upstream: "http://127.0.0.1:{origin}"}},\n'
        f'  {{path: other, upstream: "http://127.0.0.1:{other}"}}]\n'
    )
    compile_native()
    bodies = {"": str(folder / "small")}
    upstream = [sys.executable, "-m", "bench.attack", "--origin", str(origin)]
    command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", str(folder / "config.yaml")]
    with (
        Program(upstream, log=folder / "origin.log", cpus=others) as attacked,
        Program(native(f"origin.serve({other}, {bodies!r})"), log=folder / "other.log", cpus=others) as server,
        Program(command, log=folder / "gateway.log", cpus=frozenset(cpus[:1])) as gateway,
    ):
        attacked.wait_until_listening(origin)
        server.wait_until_listening(other)
        gateway.wait_until_listening(port)
        quiet = watch(port, gateway, None)
        options = ["--port", str(port), "--scale", str(asked.scale), "--seconds", str(asked.seconds)]
        attackers = subprocess.Popen(
            [sys.executable, "-m", "bench.attack", *options], stdout=subprocess.PIPE, text=True
        )
        busy = watch(port, gateway, attackers)
        kinds = json.loads(attackers.communicate()[0])
    return report(kinds, quiet, busy)


def report(kinds: list[dict[str, object]], quiet: Seen, busy: Seen) -> int:
    """Print what was seen, and return how the process ends."""
    print("| attack | connections | shown out | the longest stayed | answers |\n|---|--:|--:|--:|---|")
    for one in kinds:
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(dict(one["answers"]).items()))  # type: ignore[call-overload]
        print(f"| {one['kind']} | {one['opened']} | {one['ended']} | {one['longest']:.1f} s | {answers} |")
    left = sum(int(str(one["opened"])) - int(str(one["ended"])) for one in kinds)
    late = [one for one in kinds if float(str(one["longest"])) > SHOWN_OUT]
    alone, beside = quiet.beside.p99() * 1000, busy.beside.p99() * 1000
    failed = sum(one.failed for one in (quiet.beside, quiet.within, busy.beside, busy.within))
    print(
        f"\nan honest client of another service: {len(busy.beside.times)} requests, "
        f"p99 {beside:.2f} ms, {beside / alone:.2f} times what it was alone ({alone:.2f} ms)\n"
        f"one of the attacked service: {len(busy.within.times)} requests; failed of both: {failed}\n"
        f"resident memory: {(busy.memory - quiet.memory) / (1 << 20):.1f} MiB more"
    )
    return 1 if left or late or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
