"""Bodies of many gigabytes, both ways and in both framings, and what they cost in resident memory.

    python -m bench.bulk [--gib 10] [--tls] [--only down-length,up-chunked]

One client, a gateway with one worker and its defaults, one upstream, each a process of its own on the loopback. Every
octet is compared with what was sent. It ends with 1 where a body was not whole or a process of the gateway grew by
32 MiB or more.
"""

import argparse
import contextlib
import os
import random
import re
import socket
import ssl
import sys
import tempfile
import threading
import time
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from bench.fleet import make_certificate
from bench.process import Program, free_port

KINDS = ("down-length", "down-chunked", "up-length", "up-chunked")
GIB = 1 << 30
MAY_GROW = 32 << 20
SAMPLE = 0.02  # seconds between two looks at the memory
PATIENCE = 60.0
PATTERN = random.Random(1).randbytes((1 << 20) + 13)  # repeated without end; its length fits no buffer of anybody
LOOKED_UP = PATTERN + PATTERN
READ = 1 << 18
PARTS = (1 << 20, 1, 65536, 4000, 300_000, 1 << 20)  # of chunks


class WrongBodyError(Exception):
    """What came is not what was sent."""


def pieces(size: int, chunked: bool) -> list[int]:
    """Return the sizes in which a body is handed to the kernel."""
    parts, left, number = [], size, 0
    while left:
        parts.append(min(left, PARTS[number % len(PARTS)] if chunked else 1 << 20))
        left -= parts[-1]
        number += 1
    return parts


def send(sock: socket.socket, size: int, *, chunked: bool) -> None:
    """Send a body."""
    view = memoryview(LOOKED_UP)
    at = 0
    for part in pieces(size, chunked):
        piece = view[at % len(PATTERN) :][:part]
        if chunked:
            sock.sendall(b"%x\r\n" % part)
        sock.sendall(piece)
        if chunked:
            sock.sendall(b"\r\n")
        at += part
    if chunked:
        sock.sendall(b"0\r\n\r\n")


def receive(stream: BufferedReader, size: int, *, chunked: bool) -> int:
    """Read a body, compare it, and return how much of it came. Raises WrongBodyError."""
    at = 0
    while left := int(stream.readline().strip() or b"0", 16) if chunked else size - at:
        while left:
            part = stream.read1(min(left, READ))
            if not part or part != LOOKED_UP[at % len(PATTERN) :][: len(part)]:
                raise WrongBodyError(f"after {at} octets")
            at += len(part)
            left -= len(part)
        if chunked and stream.read(2) != b"\r\n":
            raise WrongBodyError(f"a chunk does not end where its size says, after {at} octets")
    if chunked and stream.readline() != b"\r\n":
        raise WrongBodyError("there are trailers")
    return at


def head_of(stream: BufferedReader) -> tuple[str, dict[str, str]]:
    """Read a head: its first line, and its fields by their names in lower case."""
    line = stream.readline().decode().strip()
    fields = {}
    while name := (field := stream.readline().decode().strip()).partition(":")[0]:
        fields[name.lower()] = field.partition(":")[2].strip()
    return line, fields


def framing(size: int, *, chunked: bool) -> str:
    return "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"


def serve(port: int) -> None:
    """Be the upstream: what is PUT is compared and counted, what is asked for is /FRAMING/SIZE."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            threading.Thread(target=converse, args=(listener.accept()[0],), daemon=True).start()


def converse(sock: socket.socket) -> None:
    """Answer the requests of one connection."""
    with sock, sock.makefile("rb") as stream, contextlib.suppress(OSError):
        while (asked := head_of(stream))[0]:
            line, fields = asked
            chunked = "transfer-encoding" in fields
            if line.startswith("PUT "):
                try:
                    told = str(receive(stream, int(fields.get("content-length", 0)), chunked=chunked))
                except WrongBodyError as error:
                    told = f"wrong {error}"
                sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(told)}\r\n\r\n{told}".encode())
                continue
            _, form, size = line.split(" ")[1].split("/")
            chunked = form == "chunked"
            sock.sendall(f"HTTP/1.1 200 OK\r\n{framing(int(size), chunked=chunked)}\r\n\r\n".encode())
            send(sock, int(size), chunked=chunked)


class Memory(threading.Thread):
    """Looks at the resident memory of a program's processes again and again."""

    def __init__(self, program: Program) -> None:
        super().__init__(daemon=True)
        self.pids = sorted(program.pids())
        for pid in self.pids:  # the kernel's own count of the most is to begin here (proc(5), clear_refs)
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.before = {pid: octets(pid, "VmRSS") for pid in self.pids}
        self.most = dict(self.before)
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(SAMPLE):
            self.most = {pid: max(self.most[pid], octets(pid, "VmRSS")) for pid in self.pids}

    def grown(self) -> list[int]:
        """End, and return by how much each process grew, the supervisor first."""
        self.over.set()
        self.join()
        return [max(self.most[pid], octets(pid, "VmHWM")) - self.before[pid] for pid in self.pids]


def octets(pid: int, field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return 1024 * int(found[1]) if found else 0


class Seen(NamedTuple):
    """What came of one body."""

    kind: str
    size: int
    seconds: float
    wrong: str  # why it was not whole; empty where it was
    grown: list[int]  # octets, the supervisor first

    @property
    def good(self) -> bool:
        return not self.wrong and max(self.grown) < MAY_GROW


def move(kind: str, size: int, port: int, trust: ssl.SSLContext | None) -> str:
    """Move one body; return why it was not whole, or nothing."""
    way, _, form = kind.partition("-")
    chunked = form == "chunked"
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
    sock = trust.wrap_socket(plain, server_hostname="localhost") if trust else plain
    with sock, sock.makefile("rb") as stream:
        try:
            if way == "down":
                sock.sendall(f"GET /api/bulk/{form}/{size} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                line, _ = head_of(stream)
                came = receive(stream, size, chunked=chunked)
                return "" if came == size else f"{came} octets after {line}"
            head = f"PUT /api/bulk/x HTTP/1.1\r\nHost: a\r\n{framing(size, chunked=chunked)}\r\n\r\n"
            sock.sendall(head.encode())
            send(sock, size, chunked=chunked)
            line, fields = head_of(stream)
            told = stream.read(int(fields.get("content-length", 0))).decode()
        except (OSError, ValueError, WrongBodyError) as error:
            return repr(error)
        return "" if told == str(size) else f"{told} after {line}"


def measure(folder: Path, size: int, kinds: list[str], *, tls: bool) -> list[Seen]:
    """Move a body of each kind through a gateway of its own, and return what came of each."""
    port, origin = free_port(), free_port()
    file = make_certificate(folder) if tls else None
    secure = f", tls: {{certificate: {file}, key: {file}}}" if file else ""
    trust = ssl.create_default_context(cafile=str(file)) if file else None
    (folder / "config.yaml").write_text(
        f"server: {{port: {port}, workers: 1{secure}}}\naccess_log: {{path: {folder}/access.log}}\n"
        f'routes: [{{path: bulk, upstream: "http://127.0.0.1:{origin}"}}]\n'
    )
    cpus = frozenset(os.sched_getaffinity(0))
    upstream = [sys.executable, "-m", "bench.bulk", "--origin", str(origin)]
    command = [str(Path(sys.executable).with_name("lumina")), "serve", "--config", str(folder / "config.yaml")]
    seen = []
    with (
        Program(upstream, log=folder / "origin.log", cpus=cpus) as server,
        Program(command, log=folder / "gateway.log", cpus=cpus) as gateway,
    ):
        server.wait_until_listening(origin)
        gateway.wait_until_listening(port)
        for kind in kinds:
            move(kind, 1 << 20, port, trust)  # what is made for the first body of all is not this one's
            memory = Memory(gateway)
            memory.start()
            began = time.monotonic()
            wrong = move(kind, size, port, trust)
            seen.append(Seen(kind, size, time.monotonic() - began, wrong, memory.grown()))
    return seen


def main(arguments: list[str]) -> int:
    """Move the bodies and print what was seen."""
    parser = argparse.ArgumentParser(prog="bench.bulk", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--gib", type=float, default=10.0, help="size of each body")
    parser.add_argument("--tls", action="store_true", help="between the client and the gateway")
    parser.add_argument("--only", default=",".join(KINDS), help="some of %(default)s")
    parser.add_argument("--origin", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.origin:
        serve(asked.origin)
    with tempfile.TemporaryDirectory(prefix="lumina-bulk-") as folder:
        seen = measure(Path(folder), int(asked.gib * GIB), asked.only.split(","), tls=asked.tls)
    print("| body | GiB | seconds | MiB/s | supervisor grew, MiB | worker grew, MiB | whole |")
    print("|---|--:|--:|--:|--:|--:|---|")
    for one in seen:
        speed = one.size / (1 << 20) / one.seconds
        grown = " | ".join(f"{octets / (1 << 20):.1f}" for octets in one.grown)
        print(f"| {one.kind} | {one.size / GIB:g} | {one.seconds:.1f} | {speed:.0f} | {grown} | {one.wrong or 'yes'} |")
    return 0 if all(one.good for one in seen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
