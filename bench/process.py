"""A program under measurement: started on chosen CPUs, weighed with all its children, and ended with them."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 20.0  # seconds for a program to listen, and to end when it is asked to
PAUSE = 0.02  # seconds between two looks


class StartError(Exception):
    """A program ended, or did not listen in time. The message has the end of its log."""


class Program:
    """One program in a session of its own, so that its children are found and ended with it."""

    def __init__(
        self, argv: list[str], *, log: Path, cpus: frozenset[int], environment: dict[str, str] | None = None
    ) -> None:
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                ["taskset", "--cpu-list", ",".join(map(str, sorted(cpus))), *argv],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_until_listening(self, port: int, host: str = "127.0.0.1") -> None:
        """Return as soon as `port` of `host` takes connections. Raises StartError."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
                return
            time.sleep(PAUSE)
        what = "ended" if self._process.poll() is not None else "does not listen"
        raise StartError(f"{what}: {self.last_words()}")

    def last_words(self) -> str:
        """Return the last line of its log that says anything."""
        lines = self.log.read_text(errors="replace")[-4000:].split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "(it said nothing)")

    def pids(self) -> list[int]:
        """Return the processes of its session that live now."""
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if _session(pid) == self._process.pid]

    def cpu_seconds(self) -> float:
        """Return the user and system time that its processes have used so far, to the nanosecond."""
        total = 0.0
        for pid in self.pids():
            with contextlib.suppress(OSError):  # gone since
                total += time.clock_gettime(_cpu_clock(pid))
        return total

    def resident_bytes(self) -> int:
        """Return the memory that its processes hold, pages that they share counted for each."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
                total += 1024 * int(found[1]) if found else 0
        return total

    def stop(self) -> None:
        """End it and all that it started: asked first, then made to."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
            if self._ended(PATIENCE / 4):
                return

    def _ended(self, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self._process.poll() is not None and not self.pids():
                return True
            time.sleep(PAUSE)
        return False


def _session(pid: int) -> int:
    try:
        # After the name in parentheses: state, parent, group, session (proc(5)).
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return 0
    return 0 if state == "Z" else int(session)


def _cpu_clock(pid: int) -> int:
    """Return the clock of a whole process, threads that have ended included (as clock_getcpuclockid(3) builds it)."""
    return ~pid << 3 | 2


def hold_port() -> socket.socket:
    """Return a socket that keeps a port of the loopback, as long as it is open, for a server that we start and end.

    Nobody else is given the port, not even for the near end of a connection; and a server that sets SO_REUSEADDR, as
    ours do, can listen there, since the holder does not.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
