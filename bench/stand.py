"""What scenarios play on: a gateway with some upstream processes behind it, and the notes of clients."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

from bench.process import Program, hold_port

PATH = "/api/payments/x"
ROUTES = "{path: payments, upstream: payments}"
RARE = 0.01  # of the answers
PATIENCE = 30.0  # seconds that a client waits for an answer


def request(method: str, path: str) -> bytes:
    """Return a request; a POST has a body."""
    body = "Content-Length: 2\r\n\r\nhi" if method == "POST" else "\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n{body}".encode()


class Answer(NamedTuple):
    """One exchange as its client saw it."""

    began: float
    seconds: float
    status: int  # 0: none came
    method: str
    path: str


class Bench:
    """A gateway with some upstream processes behind it, and the clients' notes."""

    workers = 2
    more = ""  # of the configuration
    cpus = frozenset(os.sched_getaffinity(0))  # the gateway's

    def __init__(self, folder: Path, count: int, options: tuple[str, ...] = (), routes: str = ROUTES) -> None:
        self.folder = folder
        # A port that a killed upstream leaves is not free: a stranger's answers would be taken for its own.
        self.held = [hold_port() for _ in range(count + 1)]
        self.port, *self.upstreams = (holder.getsockname()[1] for holder in self.held)
        self.options = options
        self.programs: dict[int, Program] = {}
        self.answers: list[Answer] = []
        (folder / "config.yaml").write_text(
            f"server: {{port: {self.port}, workers: {self.workers}}}\naccess_log: {{path: {folder}/access.log}}\n"
            f"upstreams: {{payments: {{endpoints: [{', '.join(self.urls())}]}}}}\n"
            f"routes: [{routes}]\n{self.more}"
        )

    def urls(self) -> list[str]:
        """Return the endpoints as the configuration has them."""
        return [f'"http://{self.host(port)}:{port}"' for port in self.upstreams]

    def host(self, _: int) -> str:
        """Return the address of the upstream at a port."""
        return "127.0.0.1"

    def command(self, port: int) -> list[str]:
        """Return what starts the upstream at `port`."""
        counts = f"{self.folder}/counts"
        return [sys.executable, "-m", "bench.faulty", str(port), counts, "--host", self.host(port), *self.options]

    def __enter__(self) -> Self:
        for port in self.upstreams:
            self.start(port)
        command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", f"{self.folder}/config.yaml"]
        self.gateway = Program(command, log=self.folder / "gateway.log", cpus=self.cpus)
        self.gateway.wait_until_listening(self.port)
        return self

    def __exit__(self, *_: object) -> None:
        self.explain()
        for program in [*self.programs.values(), self.gateway]:
            for pid in program.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            program.stop()
        for holder in self.held:
            holder.close()

    def explain(self) -> None:
        """Say what became of the first few requests that failed: it is rare, and hard to see twice.

        Refusals are told where they are as rare; where there is too much to do they are many, and meant.
        """
        log = self.folder / "access.log"
        refused = sum(answer.status == 503 for answer in self.answers)
        meant = {200, 503} if refused > RARE * len(self.answers) else {200}
        lost = [answer for answer in self.answers if answer.status not in meant][:3]
        if not lost or not log.exists():
            return
        with log.open() as lines:
            told = [line for line in lines if json.loads(line)["status"] not in meant]
        print(*lost, *told[:9], sep="\n", file=sys.stderr)

    def start(self, port: int) -> None:
        """Start the upstream at `port`, in the place of one that was killed."""
        if port in self.programs:
            self.programs[port].stop()
        cpus = frozenset(os.sched_getaffinity(0))
        self.programs[port] = Program(self.command(port), log=self.folder / "upstream.log", cpus=cpus)
        self.programs[port].wait_until_listening(port, self.host(port))

    def beside(self, words: list[str]) -> Program:
        """Start something else that is to end with the bench."""
        return Program(words, log=self.folder / "beside.log", cpus=frozenset(os.sched_getaffinity(0)))

    def signal(self, port: int, sign: signal.Signals) -> None:
        """Send a signal to the upstream at `port`."""
        for pid in self.programs[port].pids():
            os.kill(pid, sign)

    def asked(self) -> int:
        """Return how many requests the upstreams have read so far."""
        counts = self.folder / "counts"
        return counts.stat().st_size if counts.exists() else 0

    async def client(
        self, over: Callable[[], bool], methods: tuple[str, ...] = ("GET",), pace: float = 0.0, path: str = PATH
    ) -> None:
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
                    writer.write(request(method, path))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                    await reader.readexactly(length)
                    status = int(head[9:12])
            self.answers.append(Answer(began, time.monotonic() - began, status, method, path))
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
