"""A program under test or beside it: started, waited for, listened to, and ended by its own id."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

PATIENCE = 20.0  # seconds that anything may take on a busy machine before it counts as not happening
running: list["Program"] = []  # what a failed test shows the last words of


class Program:
    """A child process whose two outputs are collected line by line as they come."""

    def __init__(self, name: str, command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.out: list[str] = []
        self.err: list[str] = []
        self._said = threading.Condition()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            start_new_session=True,  # a terminal's Ctrl-C is pytest's to handle
        )
        self._readers = [
            threading.Thread(target=self._collect, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()
        running.append(self)

    @property
    def pid(self) -> int:
        return self.process.pid

    def _collect(self, stream: BinaryIO, lines: list[str]) -> None:
        with stream:
            for line in stream:
                with self._said:
                    lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self._said.notify_all()

    def line(self, wanted: Callable[[str], bool], *, since: int = 0, timeout: float = PATIENCE) -> str:
        """Return the first line of standard output from number `since` on that is `wanted`, waiting for it."""
        deadline = time.monotonic() + timeout
        at = since
        with self._said:
            while True:
                for line in self.out[at:]:
                    if wanted(line):
                        return line
                at = max(at, len(self.out))
                left = deadline - time.monotonic()
                if left <= 0 or not self._said.wait(left):
                    raise TimeoutError(f"{self.name} did not say it; its last lines: {self.out[-5:]}")

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = PATIENCE) -> int:
        """Wait for the end, and for all that was said before it; return the exit status."""
        status = self.process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return status

    def stop(self, timeout: float = PATIENCE) -> None:
        """End the process: asked first, and made to when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout)
        with contextlib.suppress(ValueError):
            running.remove(self)

    def last_words(self, count: int = 40) -> str:
        return "\n".join(["-- stdout", *self.out[-count:], "-- stderr", *self.err[-count:]])


def children(pid: int) -> list[int]:
    """Return the ids of the processes whose parent is `pid`, in the order they were born."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                facts = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(facts[1]) == pid and facts[0] != "Z":
                    found.append((int(facts[19]), int(entry.name)))
    return [child for _, child in sorted(found)]


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def memory(pid: int, field: str = "VmRSS") -> int:
    """Return the resident octets of a process; `VmHWM` is the most since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def forget_peak(pid: int) -> None:
    """Begin the count of VmHWM anew (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def eventually(condition: Callable[[], object], timeout: float = PATIENCE) -> None:
    """Wait until `condition` holds: for what another process shows and no event tells."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} never held")
        time.sleep(0.01)
