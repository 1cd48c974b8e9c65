"""An engine on a stage: real sockets, one thread, and time that hardly passes unless it is told to.

The test plays the client and the upstream by turns and lets the engine act in between with settle(), which turns the
engine until nothing more comes. Nothing sleeps, and nothing depends on being quick.
"""

import contextlib
import json
import math
import select
import socket
import struct
from pathlib import Path
from typing import Any

from lumina.control.listening import INHERITED
from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.snapshot import Snapshot
from tests.plan import ENDPOINT, plan

PACE = 0.001  # of time that passes by itself: a test that is held up for seconds has lost no more than milliseconds
QUIET = 5  # milliseconds without an event after which all is said
MUCH = 16384  # octets: whoever takes as many may have made room for more
PATIENCE = 5.0  # seconds that something sure to come may take
OVER = 60.0  # seconds after which nothing is left of what was idle when the engine began to drain
IN_TURN = {"upstreams__0__balance__policy": "round_robin"}  # endpoints are asked one after the other


def wait_for(*descriptors: int) -> bool:
    """Wait until one of them has something to read, and say whether one has; numbers from 1024 on are good, too."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(PATIENCE * 1000))


class Peer:
    """A plain socket of the test's, and all that came on it."""

    def __init__(self, stage: "Stage", sock: socket.socket) -> None:
        self.stage = stage
        self.sock = sock
        self.ended = False
        self.reset = False
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what is sent is there when the engine turns

    def send(self, data: bytes) -> None:
        """Send all of it, letting the engine take what it takes."""
        view = memoryview(data)
        while view:
            try:
                view = view[self.sock.send(view) :]
            except BlockingIOError:
                self.stage.settle()

    def read(self) -> bytes:
        """Let the engine act, then return what has come since."""
        self.stage.settle()
        found = bytearray()
        while not self.ended:
            try:
                part = self.sock.recv(1 << 20)
            except BlockingIOError:
                if 0 < len(found) < MUCH or not self.stage.settle():
                    break
                continue
            except ConnectionResetError:
                self.ended = self.reset = True
                break
            if not part:
                self.ended = True
            found += part
        return bytes(found)

    def read_until(self, end: bytes) -> bytes:
        """Read on until what came ends so, or the peer ended."""
        found = self.read()
        while not found.endswith(end) and not self.ended:
            if not wait_for(self.sock.fileno(), self.stage.engine.fileno()):
                raise AssertionError(found)
            found += self.read()
        return found

    def finish(self) -> None:
        """Send nothing more."""
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Leave."""
        self.sock.close()

    def reset_now(self) -> None:
        """Leave with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Stage:
    """One engine with one listener in front of it, and one upstream of the test's behind it."""

    def __init__(self, workers: int = 1) -> None:
        self.upstream = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.upstream.setblocking(False)
        self.arena = Arena.create(workers)
        self.engine = Engine(self.arena, 0)
        self.engine.slow(PACE)
        self.adopt()
        listener = entrance()
        self.address = listener.getsockname()
        self.engine.listen(listener.detach())
        self.peers: list[Peer] = []
        self.listeners: list[socket.socket] = []

    def adopt(self, *endpoints: tuple[str, int], **changes: object) -> None:
        """Take up a plan with these endpoints, the upstream of the stage without any, and these changes."""
        self.engine.adopt(Snapshot(plan(*(endpoints or [self.upstream.getsockname()]), **changes)))

    def by_unix(self, path: Path, **changes: object) -> None:
        """Move the upstream to a unix socket, whose kernel takes about 200 KiB that the upstream does not read."""
        self.upstream.close()
        self.upstream = socket.socket(socket.AF_UNIX)
        self.upstream.bind(str(path))
        self.upstream.listen(16)
        self.upstream.setblocking(False)
        changes["upstreams__0__endpoints"] = [
            {**ENDPOINT, "unix": str(path), "host": "", "port": 0, "authority": "local"}
        ]
        self.engine.adopt(Snapshot(plan(**changes)))

    def settle(self) -> bool:
        """Turn the engine until nothing more comes; return whether anything did."""
        poll = select.poll()
        poll.register(self.engine.fileno(), select.POLLIN)
        acted = False
        self.engine.turn()  # what was put off announces itself to nobody
        while poll.poll(QUIET):
            self.engine.turn()
            acted = True
        return acted

    def wait(self, peer: Peer) -> bytes:
        """Let time pass, ticks included, until something comes for `peer`; return it."""
        poll = select.poll()
        poll.register(peer.sock, select.POLLIN)
        for _ in range(int(PATIENCE / self.engine.TICK)):
            self.engine.skip(self.engine.TICK)
            self.settle()
            if poll.poll(QUIET):
                return peer.read()
        raise AssertionError("nothing came")

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, ticks included, and all that is due in it happen."""
        for _ in range(math.ceil(seconds / self.engine.TICK)):
            self.engine.skip(self.engine.TICK)
            self.settle()

    def client(self) -> Peer:
        """Connect to the gateway."""
        return self.take(socket.create_connection(self.address))

    def accept(self) -> Peer:
        """Return the connection that the gateway has made to the upstream."""
        return self.meet(self.upstream)

    def conversation(self) -> tuple[Peer, Peer]:
        """Return a client that was answered once, and the connection to the upstream, which waits for more."""
        client = self.client()
        client.send(get())
        upstream = self.accept()
        upstream.read()
        upstream.send(answer())
        client.read()
        return client, upstream

    def listen(self) -> socket.socket:
        """Open what can be another endpoint than the stage's own."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        self.listeners.append(listener)
        return listener

    def meet(self, listener: socket.socket) -> Peer:
        """Return the connection that the gateway has made to another endpoint than the stage's own."""
        self.settle()
        return self.take(listener.accept()[0])

    def take(self, sock: socket.socket) -> Peer:
        """Take a connection for one of the stage's, which are closed with it."""
        self.peers.append(Peer(self, sock))
        return self.peers[-1]

    def lines(self) -> list[dict[str, Any]]:
        """Return the access lines written since the last look."""
        self.settle()
        return [json.loads(line) for line in self.arena.drain_log(0).splitlines()]

    def close(self) -> None:
        """Take the stage down. The engine and the arena close their descriptors as they go."""
        for peer in self.peers:
            peer.close()
        for listener in (self.upstream, *self.listeners):
            listener.close()
        self.settle()
        self.engine.drain()
        self.settle()
        self.engine.skip(OVER)  # a gateway that is its own upstream waits for itself
        self.settle()
        del self.engine, self.arena


class Endpoints:
    """The stage's upstream and others beside it, as endpoints of one upstream."""

    def __init__(self, stage: Stage, count: int = 2, /, **changes: object) -> None:
        self.stage = stage
        self.listeners = (stage.upstream, *(stage.listen() for _ in range(1, count)))
        self.changes = changes
        self.use(*range(count))

    def use(self, *places: int) -> None:
        """Work with those in these places."""
        self.stage.adopt(*(self.listeners[place].getsockname() for place in places), **self.changes)

    def asked(self) -> tuple[int, Peer]:
        """Return who was asked, by a new connection, and that."""
        self.stage.settle()
        for place, listener in enumerate(self.listeners):
            with contextlib.suppress(OSError):  # nothing came, or nobody listens there any more
                return place, self.stage.take(listener.accept()[0])
        raise AssertionError("nobody was asked")


def entrance(host: str = "127.0.0.1", *, dual: bool = False) -> socket.socket:
    """Return a listening socket whose connections inherit what the supervisor's do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, 0), family=family, backlog=128, dualstack_ipv6=dual)
    for option, value in INHERITED:
        listener.setsockopt(socket.IPPROTO_TCP, option, value)
    listener.setblocking(False)
    return listener


def nobody() -> tuple[str, int]:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host, port = closed.getsockname()
    return host, port


def get(path: str = "/api/payments/x", fields: str = "") -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n".encode()


def answer(body: bytes = b"ok", fields: str = "", status: str = "200 OK") -> bytes:
    """Return an answer with a content length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


def head_of(message: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return the first line, the fields with lower-case names, and the body."""
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body
