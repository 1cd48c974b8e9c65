"""A process that asks for health and metrics again and again, and says how long each answer took.

    python -m bench.watch PORT SECONDS CONTROL

It is a process of its own, ahead of others where that is allowed, so that what it measures is the gateway and not
itself. The pages are asked for one after the other, on a connection that is kept and on a new one in turns. What it
says is JSON: for each page the slowest hundredth and the slowest in seconds, and how many were asked for, how many
were not 200, and how many were late. CONTROL is the port of a server that does nothing else than to answer at once, on
the gateway's CPUs: what its answers take is what the machine alone costs just then.
"""

import contextlib
import itertools
import json
import os
import socket
import sys
import time
from typing import NamedTuple

PAGES = ("/health", "/health/ready", "/metrics")
CONTROL = "control"
PAUSE = 0.01  # seconds between two answers and questions
PATIENCE = 10.0
LATE = 0.05  # seconds


class Page(NamedTuple):
    """What came of one page."""

    p99: float
    slowest: float
    asked: int
    failed: int
    late: int  # answers that took longer than LATE


def ask(sock: socket.socket, path: str) -> int:
    """Ask for a page and return the status, once all of it has come; 0: it did not."""
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := sock.recv(65536)):
            return 0
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(body)
    while left > 0:
        if not (part := sock.recv(65536)):
            return 0
        left -= len(part)
    return int(head[9:12])


def watch(port: int, seconds: float, control: int) -> dict[str, Page]:
    """Ask for so long, and return what came of each page."""
    where = {**dict.fromkeys(PAGES, port), CONTROL: control}
    times: dict[str, list[float]] = {page: [] for page in where}
    failed = dict.fromkeys(where, 0)
    end = time.monotonic() + seconds
    kept: dict[int, socket.socket] = {}
    turns = itertools.cycle((page, fresh) for page in where for fresh in (True, False))
    for page, is_fresh in turns:
        if time.monotonic() > end:
            break
        here = where[page]
        began = time.monotonic()
        status = 0
        with contextlib.suppress(OSError, ValueError):
            if is_fresh:
                with socket.create_connection(("127.0.0.1", here), PATIENCE) as fresh:
                    status = ask(fresh, page)
            else:
                if here not in kept:
                    kept[here] = socket.create_connection(("127.0.0.1", here), PATIENCE)
                status = ask(kept[here], page)
        times[page].append(time.monotonic() - began)
        if status != 200:
            failed[page] += 1
            if here in kept:
                kept.pop(here).close()
        time.sleep(PAUSE)
    return {
        page: Page(
            sorted(took)[len(took) * 99 // 100], max(took), len(took), failed[page], sum(one > LATE for one in took)
        )
        for page, took in times.items()
    }


def main(arguments: list[str]) -> int:
    """Watch, and say what was seen."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    seen = watch(int(arguments[0]), float(arguments[1]), int(arguments[2]))
    print(json.dumps({page: result._asdict() for page, result in seen.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
