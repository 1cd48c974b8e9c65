"""From the workers' rings to the sink, by a thread of its own.

A sink may block: a full pipe, a slow disk. It then blocks this thread and nothing else; the rings fill, the workers
drop lines and count them, and no request waits.
"""

import threading
import time
from collections.abc import Callable

from lumina.control.access_line import as_text
from lumina.control.sink import Sink, wants_colour

SHORTEST = 0.01  # seconds between two looks at the rings under load
LONGEST = 0.1  # seconds when little comes: still soon for someone who watches
MUCH = 128 * 1024  # octets in one look that call for the next one sooner
LAST_WORDS = 2.0  # seconds that what is left may take when we stop

Drain = Callable[[int], bytes]


class AccessLog(threading.Thread):
    """Writes what workers note, until stopped."""

    def __init__(self, drain: Drain, slots: int, sink: Sink, form: str) -> None:
        """drain: returns the lines of a slot since the last call; form: `auto`, `json` or `text`."""
        super().__init__(name="access-log", daemon=True)  # a sink that never takes a line must not keep us from exiting
        self._drain = drain
        self._slots = slots
        self._sink = sink
        self._text = form == "text" or (form == "auto" and sink.is_terminal())
        self._colour = self._text and sink.is_terminal() and wants_colour()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look at the rings again and again, and more often the more there is."""
        pause = LONGEST
        while not self._stopping.wait(pause):
            pause = next_pause(pause, self.pass_on())
        until = time.monotonic() + LAST_WORDS
        while self.pass_on() and time.monotonic() < until:
            pass

    def pass_on(self) -> int:
        """Write what every ring holds now; return its size in octets."""
        octets = 0
        for slot in range(self._slots):
            lines = self._drain(slot)
            if lines:
                octets += len(lines)
                self._sink.write(self._told(lines) if self._text else lines)
        return octets

    def _told(self, lines: bytes) -> bytes:
        return b"".join(as_text(line, colour=self._colour) + b"\n" for line in lines.splitlines())

    def stop(self) -> None:
        """Write what is left and end, within a bound; a sink that blocks loses the rest."""
        self._stopping.set()
        self.join(LAST_WORDS + 2 * LONGEST)
        if not self.is_alive():
            self._sink.close()


def next_pause(pause: float, octets: int) -> float:
    """Return how long to wait after a look that came `pause` after the one before and found so many octets."""
    return max(SHORTEST, pause / 2) if octets > MUCH else min(LONGEST, pause * 2)
