"""Clients that hold on to a gateway: what each kind does, and how long it could.

Everybody is bounded: so many connections, so many a second, and an end. They run in a process of their own, which
prints what became of each kind.
"""

import heapq
import json
import os
import re
import resource
import select
import socket
import struct
import sys
import time
from collections import Counter
from typing import NamedTuple

PREFIX = "/api/payments"
OPENED_AT_ONCE = 20
OPENED_A_SECOND = 1500
FLOOD_A_SECOND = 500  # connections that come and go
FLOOD_SECONDS = 30.0
ONE_ADDRESS = "127.99.9.9"
BIND_LATE = 24  # IP_BIND_ADDRESS_NO_PORT: the port is chosen when it is known where to


class Kind(NamedTuple):
    """One way to hold on to a connection: say `opening`, then every `pause` seconds send `drip` and read `sip`."""

    name: str
    connections: int
    opening: bytes = b""
    drip: bytes = b""
    sip: int = 0
    pause: float = 5.0
    address: str = ""  # that all of them come from; else each has its own


def _post(field: str) -> bytes:
    return f"POST {PREFIX}/x HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n".encode()


KINDS = (
    Kind("silent", 1000),
    Kind("slow head", 2000, b"GET / HTTP/1.1\r\nHost: a\r\n", b"A: 1\r\n"),
    Kind("slow body", 1000, _post("Content-Length: 1000000"), b"x"),
    Kind("slow chunks", 500, _post("Transfer-Encoding: chunked"), b"1\r\nx\r\n"),
    Kind("no body", 500, _post("Content-Length: 1000000")),
    Kind("slow read", 300, f"GET {PREFIX}/b HTTP/1.1\r\nHost: a\r\n\r\n".encode(), sip=64),
    Kind("one address", 9000, address=ONE_ADDRESS),
)
ENDED = re.compile(rb"\r\nContent-Length: (\d+)\r\n(?:.*?\r\n)?\r\n", re.IGNORECASE | re.DOTALL)


class Attacker:
    """One connection of an attacker."""

    def __init__(self, kind: Kind, number: int, port: int) -> None:
        self.kind = kind
        self.socket = socket.socket()
        if kind.sip:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.setsockopt(socket.IPPROTO_IP, BIND_LATE, 1)
        self.socket.bind((kind.address or some_address(number), 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.began = time.monotonic()
        self.stayed: float | None = None
        self.answered = False
        self.told = b""
        if kind.opening:
            try:
                self.socket.send(kind.opening)
            except OSError:
                self.leave(self.began)

    def act(self, now: float) -> None:
        """Do the least that keeps up appearances."""
        try:
            if self.kind.drip:
                self.socket.send(self.kind.drip)
            if self.kind.sip:
                self._sip(now)
        except BlockingIOError:
            return
        except OSError:
            self.leave(now)

    def _sip(self, now: float) -> None:
        """Read a little; but one that its kernel holds the whole answer for has got what it asked: it is idle."""
        if not self.told:
            seen = self.socket.recv(4096, socket.MSG_PEEK)
            self.told = seen[9:12]
            head = ENDED.search(seen)
            if head and len(seen) - head.end() >= int(head[1]):
                self.answered = True
                self.leave(now)
                return
        self.socket.recv(self.kind.sip)

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
        """Note how long it could stay, and close."""
        self.stayed = now - self.began
        self.socket.close()


class Flood:
    """Connections that come and go: half of them begin a request, and end as connections that break do."""

    def __init__(self, port: int, seconds: float, scale: float) -> None:
        self.port = port
        self.scale = scale
        self.began = time.monotonic()
        self.seconds = seconds
        self.opened = 0
        self.refused = 0

    def go_on(self, now: float) -> None:
        """Open and close what is due by now."""
        due = int(min(now - self.began, self.seconds) * FLOOD_A_SECOND * self.scale) - self.opened
        for _ in range(min(due, OPENED_AT_ONCE)):
            self.opened += 1
            with socket.socket() as one:
                one.setsockopt(socket.IPPROTO_IP, BIND_LATE, 1)
                one.bind((some_address(60000 + self.opened), 0))
                try:
                    one.connect(("127.0.0.1", self.port))
                    if self.opened % 2:
                        one.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                except OSError:
                    self.refused += 1


def some_address(number: int) -> str:
    """Return one of many addresses of the loopback, not 127.0.0.1."""
    return f"127.{1 + number // 60000 % 90}.{number // 250 % 240}.{1 + number % 250}"


class Siege:
    """All of them, in one loop."""

    def __init__(self, port: int, kinds: list[Kind], seconds: float, flood: Flood) -> None:
        self.port = port
        self.kinds = kinds
        self.end = time.monotonic() + seconds
        self.flood = flood
        self.poll = select.epoll()
        self.there: dict[int, Attacker] = {}
        self.everyone: list[Attacker] = []
        self.due: list[tuple[float, int]] = []

    def last(self) -> None:
        """Attack until every connection was ended, or until the time is over."""
        rounds = range(max(kind.connections for kind in self.kinds))
        waiting = [kind for round_ in rounds for kind in self.kinds if round_ < kind.connections]
        began = time.monotonic()
        opened = 0
        while (now := time.monotonic()) < self.end and (opened < len(waiting) or self.there):
            allowed = min(opened + OPENED_AT_ONCE, int((now - began) * OPENED_A_SECOND), len(waiting))
            for kind in waiting[opened:allowed]:
                self._open(kind, now)
            opened = max(opened, allowed)
            self.flood.go_on(now)
            for fd, events in self.poll.poll(0.01):
                one = self.there[fd]
                one.look(events, time.monotonic())
                if one.stayed is not None:
                    del self.there[fd]
            self._act(now)

    def _open(self, kind: Kind, now: float) -> None:
        one = Attacker(kind, len(self.everyone), self.port)
        self.everyone.append(one)
        if one.stayed is not None:
            return
        self.there[one.socket.fileno()] = one
        heapq.heappush(self.due, (now + kind.pause, len(self.everyone) - 1))
        self.poll.register(one.socket, select.EPOLLRDHUP | (0 if kind.sip else select.EPOLLIN))

    def _act(self, now: float) -> None:
        while self.due and self.due[0][0] <= now:
            number = heapq.heappop(self.due)[1]
            one = self.everyone[number]
            if one.stayed is not None:
                continue
            fd = one.socket.fileno()
            one.act(now)
            heapq.heappush(self.due, (now + one.kind.pause, number))
            if one.stayed is not None:
                del self.there[fd]

    def told(self) -> list[dict[str, object]]:
        """Return what became of each kind."""
        flood = {"kind": "come and go", "opened": self.flood.opened, "ended": self.flood.opened, "answered": 0}
        kinds = [summary(kind, [one for one in self.everyone if one.kind == kind]) for kind in self.kinds]
        return [*kinds, {**flood, "longest": 0.0, "answers": {"-": self.flood.opened}}]


def summary(kind: Kind, attackers: list[Attacker]) -> dict[str, object]:
    """Return what became of one kind."""
    held = [one for one in attackers if not one.answered]
    stayed = [one.stayed for one in held if one.stayed is not None]
    answers = Counter(one.told.decode(errors="replace") or "-" for one in attackers)
    return {
        "kind": kind.name,
        "opened": len(attackers),
        "ended": len(stayed),
        "answered": len(attackers) - len(held),
        "longest": max(stayed, default=0.0),
        "answers": dict(answers),
    }


def take_descriptors() -> None:
    """Let this process, and what it starts, have as many descriptors as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def attack(port: int, scale: float, hurry: float, seconds: float) -> list[dict[str, object]]:
    """Attack a gateway on that port, with so many of all connections, and return what became of each kind."""
    kinds = [
        kind._replace(connections=max(2, round(kind.connections * scale)), pause=kind.pause / hurry) for kind in KINDS
    ]
    siege = Siege(port, kinds, seconds, Flood(port, FLOOD_SECONDS / hurry, scale))
    siege.last()
    return siege.told()


if __name__ == "__main__":
    take_descriptors()
    asked_port, asked_scale, asked_hurry, asked_seconds = sys.argv[1:]
    os.nice(10)  # it is the gateway's work that may slow honest clients down, not the attackers' own
    print(json.dumps(attack(int(asked_port), float(asked_scale), float(asked_hurry), float(asked_seconds))))
