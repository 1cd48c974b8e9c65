"""How long a server-sent event is on its way from the upstream's flush to the client.

    python -m bench.events [--events 500] [--pace 0.005]

One client, a gateway with one worker, one upstream, each a process of its own on the loopback. The upstream writes the
time into each event when it sends it; the client compares (the monotonic clock is one for the whole machine). Beside
it the same without a gateway. It ends with 1 where an event took 20 ms or longer.
"""

import argparse
import contextlib
import os
import re
import socket
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from bench.fleet import make_certificate
from bench.process import Program, free_port

ALLOWED = 0.020  # seconds
PATIENCE = 20.0
EVENT = re.compile(rb"data: (\d{20})\n\n")
HEADS = {
    "chunked": "Transfer-Encoding: chunked\r\n",
    "until-close": "Connection: close\r\n",
    "length": "Content-Length: {size}\r\n",
}


def event() -> bytes:
    return b"data: %020d\n\n" % time.monotonic_ns()


def serve(port: int, count: int, pace: float) -> None:
    """Be the upstream: send so many events for each request, at this pace; the last part of the path is the framing."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            arguments = (listener.accept()[0], count, pace)
            threading.Thread(target=stream, args=arguments, daemon=True).start()


def stream(sock: socket.socket, count: int, pace: float) -> None:
    """Answer one request with events, and close."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with sock, contextlib.suppress(OSError):
        asked = b""
        while b"\r\n\r\n" not in asked:
            if not (part := sock.recv(65536)):
                return
            asked += part
        form = asked.split(b" ")[1].rpartition(b"/")[2].decode()
        fields = HEADS[form].format(size=count * len(event()))
        sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{fields}\r\n".encode())
        for _ in range(count):
            time.sleep(pace)
            data = event()
            sock.sendall(b"%x\r\n%b\r\n" % (len(data), data) if form == "chunked" else data)
        if form == "chunked":
            sock.sendall(b"0\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass


def listen(port: int, target: str, trust: ssl.SSLContext | None) -> list[float]:
    """Ask for events and return how long each was on its way, in seconds."""
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    took: list[float] = []
    with trust.wrap_socket(plain, server_hostname="localhost") if trust else plain as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        held = b""
        while part := sock.recv(65536):
            now = time.monotonic_ns()
            held += part
            end = 0
            for found in EVENT.finditer(held):
                took.append((now - int(found[1])) / 1e9)
                end = found.end()
            held = held[end:]
    return took


class Seen(NamedTuple):
    """How long the events of one kind took, in seconds."""

    way: str
    form: str
    took: list[float]

    def at(self, share: float) -> float:
        """Return what that share of them took at most."""
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))]

    def row(self) -> str:
        """Return the row of the table."""
        times = " | ".join(f"{self.at(share) * 1e3:.2f}" for share in (0.5, 0.99, 1.0))
        return f"| {self.way} | {self.form} | {len(self.took)} | {times} |"


def measure(folder: Path, count: int, pace: float) -> list[Seen]:
    """Let events come in every framing: directly, through a gateway, and through one that speaks TLS."""
    origin, port, secure = free_port(), free_port(), free_port()
    file = make_certificate(folder)
    tls = f", tls: {{certificate: {file}, key: {file}}}"
    cpus = frozenset(os.sched_getaffinity(0))
    lumina = str(Path(sys.executable).with_name("lumina"))
    seen = []
    with contextlib.ExitStack() as stack:
        words = [sys.executable, "-m", "bench.events", "--origin", str(origin)]
        words += ["--events", str(count), "--pace", str(pace)]
        server = stack.enter_context(Program(words, log=folder / "origin.log", cpus=cpus))
        server.wait_until_listening(origin)
        for number, more in ((port, ""), (secure, tls)):
            config = folder / f"{number}.yaml"
            config.write_text(
                f"server: {{port: {number}, workers: 1{more}}}\naccess_log: {{path: {folder}/access.log}}\n"
                f'routes: [{{path: events, upstream: "http://127.0.0.1:{origin}"}}]\n'
            )
            program = Program([lumina, "serve", "--config", str(config)], log=folder / "gateway.log", cpus=cpus)
            stack.enter_context(program).wait_until_listening(number)
        trust = ssl.create_default_context(cafile=str(file))
        for form in HEADS:
            for way, to, context in (("directly", origin, None), ("plain", port, None), ("TLS", secure, trust)):
                path = f"/{form}" if way == "directly" else f"/api/events/{form}"
                seen.append(Seen(way, form, listen(to, path, context)))
    return seen


def main(arguments: list[str]) -> int:
    """Measure, print what was seen, and judge."""
    parser = argparse.ArgumentParser(prog="bench.events", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=500, help="of each kind")
    parser.add_argument("--pace", type=float, default=0.005, help="seconds between two")
    parser.add_argument("--origin", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.origin:
        serve(asked.origin, asked.events, asked.pace)
    with tempfile.TemporaryDirectory(prefix="lumina-events-") as folder:
        seen = measure(Path(folder), asked.events, asked.pace)
    print("| client | framing | events | median, ms | 99 of 100, ms | longest, ms |\n|---|---|--:|--:|--:|--:|")
    print("\n".join(one.row() for one in seen))
    whole = all(len(one.took) == asked.events for one in seen)
    return 0 if whole and max(one.at(1.0) for one in seen if one.way != "directly") < ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
