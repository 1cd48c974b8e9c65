"""The measuring: rounds taken in turns, and the median of what each gave."""

import contextlib
import socket
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bench.fleet import Contender, Fleet
from bench.load import Generator, LoadError, script
from bench.peers import HOST
from bench.works import IDLE, IDLE_CONNECTIONS, Work

FIRST_CONNECTIONS = 1000
FIRST_REQUESTS = 5
SETTLE = 1.0  # seconds between the last answer and the look at memory


@dataclass(frozen=True)
class Sample:
    """One round of one work on one contender."""

    cost: float  # CPU microseconds a request, or KB of memory a connection
    rate: float = 0.0  # requests a second; what the machine let through, not what the proxy could do
    p99: float = 0.0  # seconds


@dataclass(frozen=True)
class Figure:
    """The rounds of one work on one contender."""

    samples: list[Sample]

    @property
    def cost(self) -> float:
        return statistics.median(sample.cost for sample in self.samples)

    @property
    def rate(self) -> float:
        return statistics.median(sample.rate for sample in self.samples)

    @property
    def p99(self) -> float:
        return statistics.median(sample.p99 for sample in self.samples)

    @property
    def spread(self) -> float:
        """How far apart the rounds lie, as a part of the median."""
        costs = [sample.cost for sample in self.samples]
        return (max(costs) - min(costs)) / self.cost if self.cost else 0.0


@dataclass
class Measured:
    """Figures by work and contender, and what could not be measured."""

    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


Item = TypeVar("Item")
Measure = Callable[[Contender, Work], Sample]


def in_turns(fleet: Fleet, works: list[Work], rounds: int, measure: Measure) -> Measured:
    """Measure each work on all its contenders, A B C, B C A, ...: what disturbs the machine disturbs them alike.

    Memory comes first, in one round: it is measured on programs that have done nothing yet.
    """
    measured = Measured(refused=dict(fleet.refused))
    for work in sorted(works, key=lambda work: work != IDLE):
        samples: dict[str, list[Sample]] = {contender.name: [] for contender in fleet.of(work)}
        for turn in range(1 if work == IDLE else rounds):
            for contender in rotated(fleet.of(work), turn):
                try:
                    samples[contender.name].append(measure(contender, work))
                except (LoadError, OSError) as error:
                    measured.refused[f"{work.name}, {contender.name}"] = str(error)
        figures = {name: Figure(taken) for name, taken in samples.items() if taken}
        measured.figures[work.name] = figures
        print(f"{work.name:8}" + "".join(f"  {name} {figure.cost:.2f}" for name, figure in figures.items()), flush=True)
    return measured


def rotated(contenders: list[Item], turn: int) -> list[Item]:
    """Return them in the order of this turn: each one comes first in its own."""
    first = turn % len(contenders) if contenders else 0
    return contenders[first:] + contenders[:first]


def measure_with(generator: Generator, seconds: int) -> Measure:
    """Return what takes one sample."""

    def measure(contender: Contender, work: Work) -> Sample:
        return held_memory(contender) if work == IDLE else cpu_time(contender, work, generator, seconds)

    return measure


def cpu_time(contender: Contender, work: Work, generator: Generator, seconds: int) -> Sample:
    """Load the contender and return what a request cost it. Raises LoadError."""
    paths = contender.paths(work)
    lua = script(work.headers, paths)
    before = contender.program.cpu_seconds()
    load = generator.run(contender.url(paths[0]), seconds=seconds, connections=work.connections, lua=lua)
    used = contender.program.cpu_seconds() - before
    return Sample(1e6 * used / load.requests, load.rate, load.p99)


def held_memory(contender: Contender) -> Sample:
    """Return the KB that the contender holds for a client that has had one answer and keeps its connection.

    Others come first and ask more: what a program takes once, such as the buffers of its log, is not a connection's.
    """
    path = contender.paths(IDLE)[0]
    with contextlib.ExitStack() as clients:
        for _ in range(FIRST_CONNECTIONS):
            ask(clients.enter_context(socket.create_connection((HOST, contender.port), 10)), path, FIRST_REQUESTS)
        time.sleep(SETTLE)
        before = contender.program.resident_bytes()
        for _ in range(IDLE_CONNECTIONS):
            ask(clients.enter_context(socket.create_connection((HOST, contender.port), 10)), path, 1)
        time.sleep(SETTLE)
        grown = contender.program.resident_bytes() - before
    return Sample(grown / IDLE_CONNECTIONS / 1000)


def ask(client: socket.socket, path: str, times: int) -> None:
    """Ask for a small answer so many times. Raises LoadError."""
    for _ in range(times):
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode("ascii"))
        read_small_answer(client)


def read_small_answer(client: socket.socket) -> None:
    """Read one answer whose body is JSON. Raises LoadError."""
    answer = b""
    while not answer.endswith((b"}", b"}\r\n0\r\n\r\n")):
        got = client.recv(4096)
        if not got:
            raise LoadError("a connection was closed")
        answer += got
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise LoadError(f"answered {answer[:40]!r}")
