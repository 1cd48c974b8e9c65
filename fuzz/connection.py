"""Whole connections: clients, an engine and recording upstreams play a script, and h11 reads what each of them got.

The script is the input: octets that the client sends, cut by 0xFE and a letter that says what happens next (see
OPERATIONS). What must hold, whatever is sent: an upstream received the requests that the access lines say, and nothing
else, and was told who the client is; a client got an answer for each, whole exactly if the line says so; the engine
comes to rest; when time has passed, every connection has ended, all gauges are back at zero, and no memory or
descriptor is held that was not held before.
"""

import contextlib
import ctypes
import gc
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from select import POLLIN, poll

from fuzz import _judge, _run
from fuzz._ends import CLIENT, NAME, SERVER, End, Place, SealedEnd, header, place
from fuzz.forwarded import TRUSTED
from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.snapshot import Snapshot
from tests.plan import plan

CUT = b"\xfe"
OPEN = Path("/proc/self/fd")
BULK = b"x" * 131_072
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


FRONT, SEALED = place(), place(sealed=True)
TOLD, SEALED_TOLD = place(announced=True), place(sealed=True, announced=True)
GATES = (FRONT, SEALED, TOLD, SEALED_TOLD)  # of the gateway
FIRST, SECOND, THIRD, FOURTH = place(), place(), place(announced=True), place(sealed=True, announced=True)
BACKS = (FIRST, SECOND, THIRD, FOURTH)  # of the upstreams
STRANGERS, PROXIES, BALANCERS, BEYOND = "127.0.1", "127.0.2", "127.0.3", "127.0.4"  # networks that clients come from
ANNOUNCED = {"trusted": [f"{BALANCERS}.0/24"], "others": "serve"}
with socket.create_server(("127.0.0.1", 0)) as vacant:
    CLOSED = vacant.getsockname()
ARENA = Arena.create(1)


def snapshot(version: int, **limits: int) -> Snapshot:
    """Return routes to four upstreams: one has an endpoint that nobody listens at, two are told whose a connection is.

    version: of the PROXY protocol, and which fields say who the client is.
    """
    made = plan(FIRST.address, timeouts__tunnel_idle=50.0)
    pair = plan(CLOSED, SECOND.address, upstreams__0__name="pair")
    told = plan(THIRD.address, upstreams__0__name="told", upstreams__0__proxy_protocol=version)
    tls = {"verify": True, "ca": None, "server_name": NAME}
    sealed = plan(
        FOURTH.address, upstreams__0__name="sealed", upstreams__0__tls=tls, upstreams__0__proxy_protocol=3 - version
    )
    made["upstreams"] += [*pair["upstreams"], *told["upstreams"], *sealed["upstreams"]]
    for upstream in made["upstreams"]:
        upstream["timeouts"]["tunnel_idle"] = 50.0
    route = made["routes"][0]
    made["routes"] += [
        {**route, "name": "all", "prefix": "/", "strip": False},
        {**route, "name": "small", "prefix": "/small", "upstream": 1, "body_bytes": 10, "preserve_host": False},
        {**route, "name": "told", "prefix": "/told", "upstream": 2},
        {**route, "name": "sealed", "prefix": "/sealed", "upstream": 3},
    ]
    made["server"]["trusted_proxies"] = list(TRUSTED)
    made["server"]["forwarded"] = _judge.FAMILIES[version]
    made["limits"].update({name: value for name, value in {**LIMITS, **limits}.items() if name in made["limits"]})
    return Snapshot(made)


SNAPSHOTS = (snapshot(1), snapshot(2, requests=2, header_count=30))


class Play:
    """One engine between our ends."""

    def __init__(self) -> None:
        self.engine = Engine(ARENA, 0)
        self.live = -1
        self.adopt()
        self.open = descriptors()
        for gate in GATES:
            context = SERVER if gate.sealed else None
            self.engine.listen(gate.sock.dup().detach(), context, False, ANNOUNCED if gate.announced else None)
        self.quiet = poll()
        self.quiet.register(self.engine.fileno(), POLLIN)
        self.clients: list[End] = []
        self.upstreams: list[End] = []
        self.now = 0  # the client that acts
        self.come(FRONT, STRANGERS)

    @property
    def client(self) -> End:
        return self.clients[self.now % len(self.clients)]

    def settle(self) -> None:
        """Let the engine and our ends act until nothing more happens."""
        for _ in range(RESTLESS):
            self.engine.turn()
            self.upstreams += accepted(BACKS)
            for end in (*self.clients, *self.upstreams):
                end.act()
            if not self.quiet.poll(0):
                return
        raise AssertionError("the engine does not come to rest")

    def come(self, gate: Place, network: str, version: int = 0, *, sealed: bool = False, beyond: str = BEYOND) -> None:
        """Let another client connect, from an address of its own by which its access lines are known.

        version: that of a PROXY header, which says that it comes from another network.
        """
        number = len(self.clients) + 1
        if number > 4:
            return
        sock = socket.create_connection(gate.address, source_address=(f"{network}.{number}", 0))
        client = SealedEnd(sock, serves=False) if sealed else End(sock)
        if version:
            client.add(header(version, f"{beyond}.{number}"), raw=True)
        if version and sealed:  # else its octets say so
            client.address = f"{beyond}.{number}"
        client.listens = gate.announced and not sealed
        client.stray = gate.sealed and not sealed
        self.clients.append(client)
        self.now = number - 1

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
        self.engine.upstream_tls(3, CLIENT)

    def drain(self) -> None:
        self.engine.drain()

    def step(self, letter: bytes, octets: bytes) -> None:
        """Do what the letter says, and send the octets."""
        OPERATIONS.get(letter, Play.settle)(self)
        senders = self.upstreams[-1:] if letter in (b"s", b"S") else [self.client]
        if letter in (b"b", b"S"):
            octets = octets[2:] + BULK[: 2 * int.from_bytes(octets[:2])]
        for sender in senders:
            sender.add(octets, raw=letter == b"z")
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
        own = {str(end.sock.fileno()) for end in (*self.clients, *self.upstreams)}
        left = {place for place in descriptors() - self.open - own if "pipe:" not in str((OPEN / place).readlink())}
        assert not left, left  # a few empty pipes are kept for later

    def over(self) -> bool:
        """Say whether the engine holds nothing: no connection on either side, no exchange, nobody who waits."""
        if self.engine.connections:
            return False
        found = ARENA.read()
        gauges = [*found["upstream_connections"].values(), *found["waiting"].values(), *found["pending"].values()]
        return not (found["workers"][0]["in_flight"] or any(gauges))

    def judge(self) -> None:
        """Hold what was received against the access lines."""
        lines = [json.loads(line) for line in ARENA.drain_log(0).splitlines()]
        parties = [_judge.whose(client, listed=client.address.startswith(BALANCERS)) for client in self.clients]
        names = [party.name for party in parties]
        assert all(_judge.peer(line) in names for line in lines), (lines, names)
        for line in lines:
            line["sealed"] = self.clients[names.index(_judge.peer(line))].sealed
            line["doubled"] = names.count(_judge.peer(line)) > 1  # whose a line is, nobody knows
            line["trusted"] = _judge.peer(line).startswith(PROXIES)
        for upstream in self.upstreams:
            assert upstream.told or not upstream.received or not upstream.announced, upstream.head
            if not upstream.gone:  # else it did not take what had come
                _judge.forwarded(bytes(upstream.received), lines, upstream.told)
        for client, party in zip(self.clients, parties, strict=True):
            own = [line for line in lines if _judge.peer(line) == party.name and not line["doubled"]]
            if party.refused:
                assert not client.received, client.received
                assert not own, own
            elif client.stray:  # it speaks no TLS where it should
                assert not any(line["attempts"] for line in own), own
            elif names.count(party.name) == 1:
                _judge.asked(bytes(client.sent[party.size :]), own)
                all_read = client.reading and not client.gone
                _judge.answered(bytes(client.received), own, ended=client.ended, reset=client.reset, all_read=all_read)

    def leave(self) -> None:
        self.upstreams += accepted((*GATES, *BACKS))
        for end in (*self.clients, *self.upstreams):
            end.leave()


OPERATIONS: dict[bytes, Callable[[Play], None]] = {
    # "s": the upstream sends what follows. "c", and any letter that is not here: the client goes on, in a piece of its
    # own. "S" and "b" are the same with more behind it: twice as many octets as the next two say. "z": beneath TLS.
    # Who comes: from nowhere in particular, a trusted proxy; a balancer with a PROXY header of version 1, and of 2
    # for a trusted proxy; a balancer whose header is in the script, and a stranger whose is; by TLS, behind a
    # PROXY header too, and in the clear where it should not be.
    b"n": lambda play: play.come(FRONT, STRANGERS),
    b"x": lambda play: play.come(FRONT, PROXIES),
    b"h": lambda play: play.come(TOLD, BALANCERS, 1),
    b"H": lambda play: play.come(TOLD, BALANCERS, 2, beyond=PROXIES),
    b"k": lambda play: play.come(TOLD, BALANCERS),
    b"K": lambda play: play.come(TOLD, STRANGERS),
    b"e": lambda play: play.come(SEALED, STRANGERS, sealed=True),
    b"E": lambda play: play.come(SEALED_TOLD, BALANCERS, 2, sealed=True),
    b"y": lambda play: play.come(SEALED, STRANGERS),
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


def accepted(places: tuple[Place, ...]) -> list[End]:
    found: list[End] = []
    for where in places:
        with contextlib.suppress(BlockingIOError):
            while True:
                sock = where.sock.accept()[0]
                made = (
                    SealedEnd(sock, serves=True, announced=True)
                    if where.sealed
                    else End(sock, announced=where.announced)
                )
                found.append(made)
    return found


def descriptors() -> set[str]:
    """Return those that are open."""
    found = list(OPEN.iterdir())
    return {each.name for each in found if os.path.lexists(each)}  # all but the one that listed them


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


def counter() -> Callable[[], int] | None:
    """Return what tells how many octets are allocated, where a sanitizer counts them."""
    count = getattr(ctypes.CDLL(None), "__sanitizer_get_current_allocated_bytes", None)
    if count is not None:
        count.restype = ctypes.c_size_t
    return count


def check(data: bytes) -> None:
    """Raise where a promise is broken."""
    allocated = counter()
    for _ in range(4):  # what is allocated once is a cache, what is allocated each time is lost
        if allocated is None:
            play(data)
            return
        gc.collect()
        before, had = allocated(), descriptors()
        play(data)
        gc.collect()
        kept = allocated() - before
        assert descriptors() <= had, "descriptors are lost"
        if kept < SLACK:
            return
    raise AssertionError("memory is lost")


if __name__ == "__main__":
    gc.freeze()
    _run.main(check)
