"""How soon an upstream learns that the client it works for has left, in every phase of a request.

    python -m bench.departures [--rounds 20]

The client closes its connection (FIN), or resets it (RST), plain and over TLS; the time until the upstream's connection
ends is taken. Where the upstream has none yet, it is the time until the attempt to connect is given up, or until the
request has its access line. It ends with 1 where anything took 100 ms or longer, or was not logged as it has to be.
"""

import argparse
import contextlib
import json
import os
import select
import socket
import ssl
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.fleet import make_certificate
from bench.process import Program, free_port

ALLOWED = 0.100  # seconds
PATIENCE = 20.0
BLOCK = bytes(1 << 16)
LARGE = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
UPGRADE = "Connection: Upgrade\r\nUpgrade: chat\r\n"
POST = "Content-Length: 1000000000\r\n"
WAYS = ("FIN", "RST")


def reset(sock: socket.socket) -> None:
    """Have the close that follows send RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def fill(sock: socket.socket) -> None:
    """Send until nothing more is taken for a moment."""
    sock.settimeout(0.2)
    with contextlib.suppress(TimeoutError):
        while True:
            sock.send(BLOCK)
    sock.settimeout(PATIENCE)


def until(condition: Callable[[], object]) -> None:
    """Look again and again until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it never came about")
        time.sleep(0.0005)


class Stage:
    """A gateway, the upstream behind it, and the connections of one round."""

    def __init__(self, folder: Path, trust: ssl.SSLContext | None, certificate: Path) -> None:
        self.folder = folder
        self.trust = trust
        self.port = free_port()
        self.origin = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.origin.settimeout(PATIENCE)
        self.full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.open: list[socket.socket] = []
        self.waiting = [socket.socket() for _ in range(4)]
        for one in self.waiting:  # so that this port takes no connection and refuses none
            one.setblocking(False)
            one.connect_ex(self.full.getsockname())
        origin, full = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in (self.origin, self.full))
        tls = f", tls: {{certificate: {certificate}, key: {certificate}}}" if trust else ""
        (folder / "config.yaml").write_text(
            f"server: {{port: {self.port}, workers: 1{tls}}}\naccess_log: {{path: {folder}/access.log}}\n"
            f"timeouts: {{connect: 60s}}\n"
            f'upstreams: {{one: {{endpoints: ["{origin}"], caps: {{connections: 1}}}}}}\n'
            f'routes: [{{path: a, upstream: "{origin}"}}, {{path: full, upstream: "{full}"}},\n'
            "  {path: one, upstream: one}]\n"
        )
        (folder / "access.log").touch()
        self.begun = ""  # a line of which only a part is there
        self.log = (folder / "access.log").open()

    def ask(self, path: str, fields: str = "", method: str = "GET", more: str = "") -> socket.socket:
        """Send a request on a connection of its own."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = self.trust.wrap_socket(plain, server_hostname="localhost") if self.trust else plain
        sock.sendall(f"{method} /api/{path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n{more}".encode())
        self.open.append(sock)
        return sock

    def accept(self) -> socket.socket:
        """Take the upstream's end of a request, and read its head."""
        sock = self.origin.accept()[0]
        sock.settimeout(PATIENCE)
        self.open.append(sock)
        got = b""
        while b"\r\n\r\n" not in got:
            got += sock.recv(65536)
        return sock

    def meet(self, answer: str = "", **asked: str) -> tuple[socket.socket, socket.socket]:
        """Return both ends of a request, of whose answer so much has come."""
        client = self.ask("a/x", **asked)
        upstream = self.accept()
        if answer:
            upstream.sendall(answer.encode())
            got = b""
            while b"\r\n\r\n" not in got:
                got += client.recv(65536)
        return client, upstream

    def lines(self) -> list[str]:
        """Return the access lines that have been written to their end since the last look, as status and reason."""
        whole, _, self.begun = (self.begun + self.log.read()).rpartition("\n")
        found = [json.loads(line) for line in whole.splitlines()]
        return [f"{line['status']} {line['reason']}" for line in found]

    def connecting(self) -> bool:
        """Say whether an attempt to connect to the full port is under way (SYN_SENT in /proc/net/tcp)."""
        port = f":{self.full.getsockname()[1]:04X} "
        ours = {f":{one.getsockname()[1]:04X} " for one in self.waiting}
        rows = Path("/proc/net/tcp").read_text().splitlines()
        return any(port in row and " 02 " in row and not any(name in row for name in ours) for row in rows)

    def clear(self) -> None:
        """Close what a round has left open."""
        for sock in self.open:
            sock.close()
        self.open.clear()


def seen_by(upstream: socket.socket) -> Callable[[], None]:
    """Return what waits until the upstream's connection ends, whatever had still come on it."""

    def wait() -> None:
        poll = select.poll()
        poll.register(upstream, select.POLLRDHUP)
        if not poll.poll(PATIENCE * 1000):
            raise TimeoutError("the upstream was not told")

    return wait


Ready = tuple[socket.socket, Callable[[], None], str]  # who is to leave, what waits for its effect, what is logged
GONE = "499 client_gone"


def in_line(stage: Stage) -> Ready:
    stage.ask("one/x")
    stage.accept()
    client = stage.ask("one/y")
    time.sleep(0.05)
    return client, lambda: until(lambda: (stage.folder / "access.log").stat().st_size > stage.log.tell()), GONE


def connecting(stage: Stage) -> Ready:
    client = stage.ask("full/x")
    until(stage.connecting)
    return client, lambda: until(lambda: not stage.connecting()), GONE


def sending(stage: Stage) -> Ready:
    client, upstream = stage.meet(fields=POST, method="POST", more="a part")
    return client, seen_by(upstream), GONE


def sending_in_vain(stage: Stage) -> Ready:
    client, upstream = stage.meet(fields=POST, method="POST")
    fill(client)
    return client, seen_by(upstream), GONE


def waiting(stage: Stage) -> Ready:
    client, upstream = stage.meet()
    return client, seen_by(upstream), GONE


def hinted(stage: Stage) -> Ready:
    client, upstream = stage.meet("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    return client, seen_by(upstream), GONE


def pipelining(stage: Stage) -> Ready:
    client, upstream = stage.meet(more="GET /api/a/y HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    return client, seen_by(upstream), GONE


def answered(head: str) -> Callable[[Stage], Ready]:
    """Return the phase within an answer that begins so."""

    def begin(stage: Stage) -> Ready:
        client, upstream = stage.meet(head)
        return client, seen_by(upstream), GONE

    return begin


def spliced(stage: Stage) -> Ready:
    client, upstream = stage.meet(LARGE)
    for _ in range(64):  # by turns: less than all of it waits in the kernel for who does not read
        upstream.sendall(BLOCK)
        left = len(BLOCK)
        while left > 0:
            left -= len(client.recv(left))
    return client, seen_by(upstream), GONE


def spliced_in_vain(stage: Stage) -> Ready:
    client, upstream = stage.meet(LARGE)
    fill(upstream)
    return client, seen_by(upstream), GONE


def tunnel(stage: Stage) -> Ready:
    client, upstream = stage.meet("HTTP/1.1 101 Switching Protocols\r\n" + UPGRADE + "\r\n", fields=UPGRADE)
    return client, seen_by(upstream), "101"


PHASES: dict[str, Callable[[Stage], Ready]] = {
    "in line for an endpoint": in_line,
    "connecting": connecting,
    "sending the body": sending,
    "sending the body, which the upstream does not take": sending_in_vain,
    "waiting for the first byte": waiting,
    "after 103": hinted,
    "with three more requests in the pipeline": pipelining,
    "in a body of known length": answered("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\na part"),
    "in a chunked body": answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
    "in a body until close": answered("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na part"),
    "in a body that the kernel moves": spliced,
    "in one that the client does not take": spliced_in_vain,
    "in a tunnel": tunnel,
}


def play(stage: Stage, phase: str, way: str) -> tuple[float, str]:
    """Let a client leave in a phase; return how long it took to be noticed, and what was logged of it."""
    client, wait, logged = PHASES[phase](stage)
    stage.lines()
    if way == "RST":
        reset(client)
    began = time.monotonic()
    client.close()
    wait()
    took = time.monotonic() - began
    lines = stage.lines()
    ended = [sock for sock in stage.open if sock is not client]
    if logged == "101":  # each side of a tunnel ends on its own
        for sock in ended:
            sock.close()
    end = time.monotonic() + PATIENCE
    while not lines and time.monotonic() < end:
        time.sleep(0.001)
        lines = stage.lines() or lines
    stage.clear()
    return took, "" if lines and lines[0].startswith(logged) else f"{lines}"


@contextlib.contextmanager
def staged(folder: Path, certificate: Path, *, tls: bool) -> Iterator[Stage]:
    """Set a stage for the time of the context."""
    folder.mkdir()
    stage = Stage(folder, ssl.create_default_context(cafile=str(certificate)) if tls else None, certificate)
    command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", f"{folder}/config.yaml"]
    cpus = frozenset(os.sched_getaffinity(0))
    with Program(command, log=folder / "gateway.log", cpus=cpus) as program, contextlib.ExitStack() as stack:
        program.wait_until_listening(stage.port)
        for sock in (stage.origin, stage.full, *stage.waiting):
            stack.enter_context(sock)
        stack.enter_context(stage.log)
        stack.callback(stage.clear)
        yield stage


def main(arguments: list[str]) -> int:
    """Play every phase, print what was seen, and judge."""
    parser = argparse.ArgumentParser(prog="bench.departures", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=20, help="of each phase")
    asked = parser.parse_args(arguments)
    bad = 0
    print("| the client leaves | by | plain: median, ms | longest, ms | TLS: median, ms | longest, ms |")
    print("|---|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="lumina-departures-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        certificate = make_certificate(folder)
        stages = [stack.enter_context(staged(folder / str(tls), certificate, tls=tls)) for tls in (False, True)]
        for phase, begin in PHASES.items():
            for way in WAYS:
                if way == "FIN" and begin is sending_in_vain:
                    continue  # it waits behind what the client has sent and nobody reads: the gateway cannot see it
                cells, wrong = [], set()
                for stage in stages:
                    seen = [play(stage, phase, way) for _ in range(asked.rounds)]
                    took = sorted(seconds for seconds, _ in seen)
                    wrong |= {line for _, line in seen if line}
                    bad += took[-1] >= ALLOWED
                    cells += [f"{took[len(took) // 2] * 1e3:.2f}", f"{took[-1] * 1e3:.2f}"]
                bad += len(wrong)
                said = f" logged as {', '.join(sorted(wrong))}" if wrong else ""
                print(f"| {phase} | {way} | {' | '.join(cells)} |{said}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
