"""From the workers' rings to the sink, by a thread of its own.

A sink may block: a full pipe, a slow disk. It then blocks this thread and nothing else; the rings fill, the workers
drop lines and count them, and no request waits.
"""

import threading
import time
from typing import Protocol

from lumina.control.access_line import as_text
from lumina.control.sink import Sink, wants_colour

PAUSE = 0.1  # seconds between two looks when nobody calls: soon for someone who watches, and little work
LAST_WORDS = 2.0  # seconds that what is left may take when we stop


class Rings(Protocol):
    """Where the lines come from: engine.arena.Arena, whose bell is rung when a ring is half full."""

    def drain_log(self, slot: int) -> bytes:
        """Take the lines of a slot that came since the last time."""

    def bell(self) -> int:
        """Return what changes whenever the bell is rung."""

    def wait(self, bell: int, seconds: float) -> None:
        """Wait until it has changed, or for so long."""

    def ring(self) -> None:
        """Ring it."""


class AccessLog(threading.Thread):
    """Writes what workers note, until stopped."""

    def __init__(self, rings: Rings, slots: int, sink: Sink, form: str) -> None:
        """form: `auto`, `json` or `text`."""
        super().__init__(name="access-log", daemon=True)  # a sink that never takes a line must not keep us from exiting
        self._rings = rings
        self._slots = slots
        self._sink = sink
        self._text = form == "text" or (form == "auto" and sink.is_terminal())
        self._colour = self._text and sink.is_terminal() and wants_colour()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look at the rings whenever somebody calls, and now and then."""
        while not self._stopping.is_set():
            bell = self._rings.bell()
            self.pass_on()
            self._rings.wait(bell, PAUSE)
        until = time.monotonic() + LAST_WORDS
        while self.pass_on() and time.monotonic() < until:
            pass

    def pass_on(self) -> int:
        """Write what every ring holds now; return its size in octets."""
        octets = 0
        for slot in range(self._slots):
            lines = self._rings.drain_log(slot)
            if lines:
                octets += len(lines)
                self._sink.write(self._told(lines) if self._text else lines)
        return octets

    def _told(self, lines: bytes) -> bytes:
        return b"".join(as_text(line, colour=self._colour) + b"\n" for line in lines.splitlines())

    def stop(self) -> None:
        """Write what is left and end, within a bound; a sink that blocks loses the rest."""
        self._stopping.set()
        self._rings.ring()
        self.join(LAST_WORDS + PAUSE)
        if not self.is_alive():
            self._sink.close()
