"""Clients and upstreams that do whatever they like, one thing at a time, by a seed.

Nobody here waits for anybody: each step is one thing that one of them does. Whom they trouble, an engine or a whole
worker, is for who makes a storm of it to say; with keys, they speak TLS with it.
"""

import contextlib
import errno
import random
import socket
import ssl
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trustme

ENDPOINTS = 3
CALLERS = 24  # connections of clients at once
LONG = b"x" * 200_000
LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset

HEADS = {
    "get": b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "head": b"HEAD /api/payments/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "hurried": b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\nX-Request-Timeout: 1\r\n\r\n",
    "last": b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "old": b"GET /api/payments/x HTTP/1.0\r\n\r\n",
    "upgrade": b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    "nowhere": b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "garbage": b"\x16\x03\x01 not this\r\n\r\n",
}
BODIES = {
    "post": b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "put": b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + LONG,
    "chunks": b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "asking": b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    "broken": b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloZ",
}
ANSWERS = {
    "ok": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "none": b"HTTP/1.1 204 No Content\r\n\r\n",
    "long": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + LONG,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "last": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "bad": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "go on": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "early": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "switch": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello",
    "more": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
    "garbage": b"what is this?\r\n\r\n",
    "wrong": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n",
}


class Keys:
    """What it takes to speak TLS, at either end."""

    def __init__(self, folder: Path) -> None:
        self.file = str(folder / "storm.pem")
        trustme.CA().issue_cert("a.example").private_key_and_cert_chain_pem.write_to_path(self.file)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self.file)
        self.client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.client.check_hostname = False
        self.client.verify_mode = ssl.CERT_NONE


class Actor:
    """One socket, and what is still to be sent on it. Where it speaks TLS, the handshake is part of what it does."""

    def __init__(self, sock: socket.socket, chance: random.Random) -> None:
        self.sock = sock
        self.chance = chance
        self.out = b""
        self.over = False
        self.got = b""
        sock.setblocking(False)

    def send(self) -> None:
        """Send some of it, or all."""
        self._send(self.chance.choice([1, 10, 100, 1000, len(self.out), len(self.out)]))

    def ask(self) -> None:
        """Send what is left of it, and read what is there."""
        if self.out and not self.over:
            self._send(len(self.out))
        self.receive()

    def _send(self, size: int) -> None:
        try:
            self.out = self.out[self.sock.send(self.out[:size]) :]
        except LATER:
            pass
        except OSError:
            self.close()

    def receive(self, most: int = 1 << 20) -> None:
        """Read what is there."""
        try:
            part = self.sock.recv(most)
            self.got += part
            if not part:
                self.over = True
        except LATER:
            pass
        except OSError:
            self.close()

    def finish(self) -> None:
        """Send no more."""
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self.sock, ssl.SSLSocket):
                self.sock.unwrap()  # says so, and waits for nothing
            else:
                self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave without a word."""
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close()

    def close(self) -> None:
        self.over = True
        self.sock.close()


class Storm(ABC):
    """All who trouble a gateway with everything turned on."""

    address: tuple[str, int]  # where it listens

    def __init__(self, seed: int, keys: Keys | None) -> None:
        self.chance = random.Random(seed)
        self.keys = keys
        self.upstreams: list[socket.socket | None] = [None] * ENDPOINTS
        self.ports = [0] * ENDPOINTS
        for place in range(ENDPOINTS):
            self.open(place)
        self.callers: list[Actor] = []
        self.answerers: list[Actor] = []
        self.patient: list[Actor] = []  # who asks for one thing, in one piece, and waits

    @abstractmethod
    def adopt(self) -> None:
        """Let it work by another configuration."""

    @abstractmethod
    def turn(self) -> None:
        """Let it act."""

    @abstractmethod
    def skip(self, seconds: float) -> None:
        """Let so much time pass for it."""

    # What may happen.

    def open(self, place: int) -> None:
        """Let an upstream listen, again at the port that it had."""
        with contextlib.suppress(OSError):
            self.upstreams[place] = socket.create_server(("127.0.0.1", self.ports[place]), backlog=16)
            self.upstreams[place].setblocking(False)  # type: ignore[union-attr]
            self.ports[place] = self.upstreams[place].getsockname()[1]  # type: ignore[union-attr]

    def changes(self) -> dict[str, Any]:
        """Return what is different in another plan."""
        pick = self.chance.choice
        return {
            "upstreams__0__caps": {
                "connections": pick([2, 4]),
                "idle": pick([0, 1, 4]),
                "uploads": pick([1, 2]),
                "requests": pick([0, 0, 2]),
                "queue": pick([0, 1, 6]),
            },
            "upstreams__0__balance": {
                "policy": pick(["random_two", "least_requests", "ewma", "round_robin", "hash"]),
                "by": "client",
                "name": None,
                "load": 1.25,
            },
            "upstreams__0__adaptive": pick([None, {"tolerance": 1.5, "minimum": 1, "maximum": 6}]),
            "upstreams__0__hedge": pick([None, {"quantile": 0.5, "factor": 1.0, "floor": 0.01}]),
            "upstreams__0__proxy_protocol": pick([0, 0, 1, 2] if self.keys is None else [0] * 6 + [1, 2]),
            "upstreams__0__slow_start": pick([0.0, 5.0]),
            "upstreams__0__retries__timeout": pick([False, True]),
            "upstreams__0__retries__budget_ratio": pick([0.2, 1.0]),
            "upstreams__0__breaker": pick([None, None, BREAKER]),
            "upstreams__0__timeouts": {
                "tunnel_idle": 5.0,
                "connect": 0.5,
                "tls": 0.5,
                "queue": 0.5,
                "first_byte": pick([1.0, 5.0]),
                "between_bytes": 1.0,
                "per_try": pick([0.0, 0.3]),
                "request": pick([0.0, 3.0]),
                "pool_idle": pick([1.0, 20.0]),
            },
            "overload": {"loop_lag": pick([0.0, 0.05]), "queue_age": pick([0.0, 0.1]), "memory": 0},
            "timeouts__header": 5.0,
            "timeouts__body": 5.0,
            "timeouts__write": 5.0,
            "timeouts__keep_alive": 10.0,
            "limits__pipelined_requests": pick([2, 100]),
            "limits__connection_requests": pick([3, 1000]),
            "limits__client_connections": pick([12, 1000, 1000]),
            "limits__requests": pick([6, 1000, 1000]),
            "upstreams__0__tls": None if self.keys is None else UNVERIFIED,
        }

    def endpoints(self) -> list[tuple[str, int]]:
        """Return some of the upstreams' addresses."""
        return [("127.0.0.1", port) for port in self.ports[: self.chance.choice([1, 2, 3, 3])]]

    def _actor(self, sock: socket.socket, *, accepted: bool) -> Actor | None:
        """Return who acts by a connection; None: it is gone already."""
        sock.setblocking(False)
        if self.keys is None:
            return Actor(sock, self.chance)
        context = self.keys.server if accepted else self.keys.client
        try:
            return Actor(context.wrap_socket(sock, accepted, do_handshake_on_connect=False), self.chance)
        except OSError:
            sock.close()
            return None

    def come(self) -> None:
        """A client connects and has something in mind."""
        if len(self.callers) >= CALLERS:
            return
        sock = socket.socket()
        sock.setblocking(False)
        if sock.connect_ex(self.address) not in {0, errno.EINPROGRESS}:
            sock.close()
            return
        caller = self._actor(sock, accepted=False)
        if caller is None:
            return
        kinds = self.chance.choices([*HEADS, *BODIES], k=self.chance.choice([1, 1, 1, 2, 5]))
        caller.out = b"".join({**HEADS, **BODIES}[kind] for kind in kinds)
        self.callers.append(caller)

    def ask(self) -> None:
        """A client comes that asks for one thing and waits, however long it takes."""
        if len(self.patient) >= CALLERS:
            return
        caller = self._actor(socket.create_connection(self.address), accepted=False)
        if caller is not None:
            caller.out = HEADS["last"]
            self.patient.append(caller)

    def act(self, actor: Actor) -> None:
        """One of those who are there does one thing."""
        deed = self.chance.random()
        if actor.over:
            actor.close()
        elif deed < 0.45 and actor.out:
            actor.send()
        elif deed < 0.85:
            actor.receive(self.chance.choice([1, 1000, 1 << 20]))
        elif deed < 0.88:
            actor.finish()
        elif deed < 0.90:
            actor.reset()
        elif deed < 0.92:
            actor.close()

    def accept(self) -> None:
        """Upstreams take what has come to them."""
        for listener in self.upstreams:
            with contextlib.suppress(OSError):
                while listener is not None and self.chance.random() < 0.9:
                    answerer = self._actor(listener.accept()[0], accepted=True)
                    if answerer is not None:
                        self.answerers.append(answerer)

    def reply(self, answerer: Actor) -> None:
        """An upstream's connection gets an answer to send, whatever was asked on it, if anything was."""
        if not answerer.over and not answerer.out and (answerer.got or self.chance.random() < 0.02):
            kinds = [*ANSWERS, *["ok", "chunks", "long"] * 5]
            answerer.out = ANSWERS[self.chance.choice(kinds)]
            answerer.got = b""

    def restart(self) -> None:
        """The upstreams that went away come back, or one goes away."""
        gone = [place for place in range(ENDPOINTS) if self.upstreams[place] is None]
        for place in gone:
            self.open(place)
        if not gone and self.chance.random() < 0.3:
            place = self.chance.randrange(ENDPOINTS)
            listener = self.upstreams[place]
            self.upstreams[place] = None
            assert listener is not None
            listener.close()

    def step(self) -> None:
        """Let one thing happen."""
        deed = self.chance.random()
        if deed < 0.08:
            self.come()
        elif deed < 0.11:
            self.ask()
        elif deed < 0.35 and self.callers:
            self.act(self.chance.choice(self.callers))
        elif deed < 0.45:
            self.accept()
        elif deed < 0.95 and self.answerers:
            answerer = self.chance.choice(self.answerers[-8:])
            self.reply(answerer)
            self.act(answerer)
        elif deed < 0.965:
            self.restart()
        elif deed < 0.968:
            self.adopt()
        elif deed < 0.985:
            self.skip(self.chance.choice([0.01, 0.05, 0.05, 0.3, 2.0]))
        for caller in self.patient:
            caller.ask()
        self.turn()
        self.callers = list(alive(self.callers))
        self.answerers = list(alive(self.answerers))

    # The end.

    def listening(self) -> int:
        """Return how many upstreams listen."""
        return sum(listener is not None for listener in self.upstreams)

    def leave(self) -> None:
        """Let everybody go."""
        for actor in [*self.callers, *self.answerers, *self.patient]:
            actor.close()

    def close(self) -> None:
        """Take down what is left of them."""
        self.leave()
        for listener in self.upstreams:
            if listener is not None:
                listener.close()


UNVERIFIED = {"verify": False, "ca": None, "server_name": "a.example"}
BREAKER = {
    "consecutive": 5,
    "failure_rate": 0.9,
    "slow_rate": 1.0,
    "slow": 0.0,
    "requests": 20,
    "window": 10.0,
    "open": 1.0,
    "trials": 1,
}


def alive(actors: list[Actor]) -> Iterator[Actor]:
    """Keep those who are still there."""
    for actor in actors:
        if actor.over:
            actor.close()
        else:
            yield actor
