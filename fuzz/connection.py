"""Whole connections: clients, an engine and recording upstreams play a script, and h11 reads what each of them got.

The script is the input: octets that the client sends, cut by 0xFE and a letter that says what happens next (see
OPERATIONS). What must hold, whatever is sent: an upstream received the requests that the access lines say, and nothing
else; a client got an answer for each, whole exactly if the line says so; the engine comes to rest; when time has
passed, every connection has ended, all gauges are back at zero, and no memory is held that was not held before.
"""

import atexit
import ctypes
import gc
import json
import socket
import struct
from collections.abc import Callable
from select import POLLIN, poll

from fuzz import _judge, _run
from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.snapshot import Snapshot
from tests.plan import plan

CUT = b"\xfe"
BULK = b"x" * 131_072
ROOM = memoryview(bytearray(1 << 18))  # for what one read brings
RESTLESS = 1000  # turns after which it is clear that the engine will not come to rest
LONG = 100.0  # seconds: more than any timeout below
PHASES = 20  # of such a time, one after the other, after which nothing may be left
SLACK = 512  # octets: less than any object of ours

LIMITS = {
    "request_line": 200,
    "header_bytes": 1024,
    "header_count": 20,
    "response_header_bytes": 1024,
    "connection_requests": 6,
    "pipelined_requests": 4,
    "upstream_connections": 2,
    "upstream_uploads": 1,
}


class End:
    """Our end of a connection, and all that was sent and came on it."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.sent = bytearray()
        self.unsent = bytearray()
        self.received = bytearray()
        self.ended = self.reset = self.gone = False
        self.reading = True

    def act(self) -> None:
        """Send and read as far as that goes without waiting."""
        if self.gone:
            return
        try:
            while self.unsent:
                count = self.sock.send(self.unsent)
                self.sent += self.unsent[:count]
                del self.unsent[:count]
        except BlockingIOError:
            pass
        except OSError as error:
            self.unsent.clear()
            self.reset = self.reset or isinstance(error, ConnectionResetError)  # it is told only once
        while self.reading and not self.ended:
            try:
                count = self.sock.recv_into(ROOM)
            except BlockingIOError:
                return
            except OSError:
                self.ended = self.reset = True
                return
            self.received += ROOM[:count]
            self.ended = not count

    def finish(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:  # it is gone already
            self.unsent.clear()

    def leave(self) -> None:
        """Close with a reset, which leaves nothing behind in the kernel either."""
        if not self.gone:
            self.gone = True
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()


def listener() -> socket.socket:
    made = socket.create_server(("127.0.0.1", 0), backlog=64)
    made.setblocking(False)
    atexit.register(made.close)
    return made


FRONT, FIRST, SECOND = listener(), listener(), listener()
with socket.create_server(("127.0.0.1", 0)) as vacant:
    CLOSED = vacant.getsockname()
ARENA = Arena.create(1)


def snapshot(**limits: int) -> Snapshot:
    """Return three routes to two upstreams, the second of which has an endpoint that nobody listens at."""
    made = plan(FIRST.getsockname(), timeouts__tunnel_idle=50.0)
    pair = plan(CLOSED, SECOND.getsockname(), upstreams__0__name="pair")
    made["upstreams"] += pair["upstreams"]
    for upstream in made["upstreams"]:
        upstream["timeouts"]["tunnel_idle"] = 50.0
    route = made["routes"][0]
    made["routes"] += [
        {**route, "name": "all", "prefix": "/", "strip": False},
        {**route, "name": "small", "prefix": "/small", "upstream": 1, "body_bytes": 10, "preserve_host": False},
    ]
    made["limits"].update({name: value for name, value in {**LIMITS, **limits}.items() if name in made["limits"]})
    return Snapshot(made)


SNAPSHOTS = (snapshot(), snapshot(requests=2, header_count=30))


class Play:
    """One engine between our ends."""

    def __init__(self) -> None:
        self.engine = Engine(ARENA, 0)
        self.live = 0
        self.engine.adopt(SNAPSHOTS[0])
        self.engine.listen(FRONT.dup().detach())
        self.quiet = poll()
        self.quiet.register(self.engine.fileno(), POLLIN)
        self.clients: list[End] = []
        self.upstreams: list[End] = []
        self.now = 0  # the client that acts
        self.come()

    @property
    def client(self) -> End:
        return self.clients[self.now % len(self.clients)]

    def settle(self) -> None:
        """Let the engine and our ends act until nothing more happens."""
        for _ in range(RESTLESS):
            self.engine.turn()
            for place in (FIRST, SECOND):
                self.upstreams += accepted(place)
            for end in (*self.clients, *self.upstreams):
                end.act()
            if not self.quiet.poll(0):
                return
        raise AssertionError("the engine does not come to rest")

    def come(self) -> None:
        """Let another client connect, from an address of its own by which its access lines are known."""
        address = f"127.0.1.{len(self.clients) + 1}"
        if len(self.clients) < 4:
            sock = socket.create_connection(FRONT.getsockname(), source_address=(address, 0))
            self.clients.append(End(sock))
            self.now = len(self.clients) - 1

    def other_client(self) -> None:
        self.now += 1

    def other_upstream(self) -> None:
        self.upstreams[:] = [*self.upstreams[1:], *self.upstreams[:1]]

    def client_finishes(self) -> None:
        if not self.client.gone:
            self.client.finish()

    def client_leaves(self) -> None:
        self.client.leave()

    def client_turns_deaf(self) -> None:
        self.client.reading = not self.client.reading

    def upstream_finishes(self) -> None:
        if self.upstreams and not self.upstreams[-1].gone:
            self.upstreams[-1].finish()

    def upstream_leaves(self) -> None:
        if self.upstreams:
            self.upstreams[-1].leave()

    def a_moment_passes(self) -> None:
        self.engine.skip(1.0)

    def time_passes(self) -> None:
        self.engine.skip(20.0)

    def adopt(self) -> None:
        self.live += 1
        self.engine.adopt(SNAPSHOTS[self.live % 2])

    def drain(self) -> None:
        self.engine.drain()

    def step(self, letter: bytes, octets: bytes) -> None:
        """Do what the letter says, and send the octets."""
        OPERATIONS.get(letter, Play.settle)(self)
        senders = self.upstreams[-1:] if letter in (b"s", b"S") else [self.client]
        if letter in (b"b", b"S"):
            octets = octets[2:] + BULK[: 2 * int.from_bytes(octets[:2])]
        for sender in senders:
            sender.unsent += octets
        self.settle()

    def end(self) -> None:
        """Let time pass until everything has ended by itself."""
        for _ in range(PHASES):
            self.settle()
            if self.over():
                break
            self.engine.skip(LONG)
        else:
            raise AssertionError(f"not everything has ended: {ARENA.read()}")
        self.engine.drain()
        self.settle()

    def over(self) -> bool:
        """Say whether the engine holds nothing: no connection on either side, no exchange."""
        if self.engine.connections:
            return False
        found = ARENA.read()
        gauges = found["upstream_connections"].values()
        return not (found["workers"][0]["in_flight"] or any(gauges))

    def judge(self) -> None:
        """Hold what was received against the access lines."""
        lines = [json.loads(line) for line in ARENA.drain_log(0).splitlines()]
        by_id = {line["request_id"]: line for line in lines}
        assert len(by_id) == len(lines), lines
        for upstream in self.upstreams:
            if not upstream.gone:  # else it did not take what had come
                _judge.forwarded(bytes(upstream.received), by_id)
        for number, client in enumerate(self.clients, 1):
            own = [line for line in lines if line["client"] == f"127.0.1.{number}"]
            _judge.asked(bytes(client.sent), own)
            all_read = client.reading and not client.gone
            _judge.answered(bytes(client.received), own, ended=client.ended, reset=client.reset, all_read=all_read)

    def leave(self) -> None:
        for place in (FRONT, FIRST, SECOND):
            self.upstreams += accepted(place)
        for end in (*self.clients, *self.upstreams):
            end.leave()


OPERATIONS: dict[bytes, Callable[[Play], None]] = {
    # "s": the upstream sends what follows. "c", and any letter that is not here: the client goes on, in a piece of its
    # own. "S" and "b" are the same with more behind it: twice as many octets as the next two say.
    b"n": Play.come,
    b"p": Play.other_client,
    b"o": Play.other_upstream,
    b"f": Play.client_finishes,
    b"r": Play.client_leaves,
    b"w": Play.client_turns_deaf,
    b"F": Play.upstream_finishes,
    b"R": Play.upstream_leaves,
    b"t": Play.a_moment_passes,
    b"T": Play.time_passes,
    b"a": Play.adopt,
    b"d": Play.drain,
}


def accepted(place: socket.socket) -> list[End]:
    found = []
    while True:
        try:
            found.append(End(place.accept()[0]))
        except BlockingIOError:
            return found


def play(data: bytes) -> None:
    """Play a script to its end."""
    first, *rest = data.split(CUT)
    acts = [(b"c", first), *((part[:1], part[1:]) for part in rest)]
    stage = Play()
    try:
        for letter, octets in acts:
            stage.step(letter, octets)
        stage.end()
        stage.judge()
    finally:
        stage.leave()


def held() -> int:
    """Return how many octets are allocated, where a sanitizer counts them."""
    count = getattr(ctypes.CDLL(None), "__sanitizer_get_current_allocated_bytes", None)
    if count is None:
        return 0
    count.restype = ctypes.c_size_t
    gc.collect()
    return int(count())


def check(data: bytes) -> None:
    """Raise where a promise is broken."""
    for _ in range(4):  # what is allocated once is a cache, what is allocated each time is lost
        before = held()
        play(data)
        if held() - before < SLACK:
            return
    raise AssertionError("memory is lost")


if __name__ == "__main__":
    gc.freeze()
    _run.main(check)
