"""The supervisor's own words, on standard error: JSON for machines, a readable row on a terminal.

Access lines are data and go to the sink of `access_log`; what is said here is diagnosis, so a pipe of one is never
broken by the other. Nobody may be listening: words that standard error would not take at once are not said.
"""

import os
import select
from collections.abc import MutableMapping
from typing import Any

import structlog

from lumina.control.sink import wants_colour

STDERR = 2
PIECE = 4096  # octets that a pipe takes at once where it takes any (PIPE_BUF)

Log = structlog.typing.FilteringBoundLogger


class Patient:
    """A text file for the log that neither blocks nor fails."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, text: str) -> None:
        """Write what is taken without waiting; the rest of `text` is lost."""
        data = text.encode("utf-8", "backslashreplace")
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        try:
            while data and poll.poll(0):
                data = data[os.write(self._descriptor, data[:PIECE]) :]
        except OSError:  # whoever read it is gone, or the disk is full
            return

    def flush(self) -> None:
        """Nothing is kept back."""


def configure(form: str, descriptor: int = STDERR) -> Log:
    """Return the log of this process; form: `auto`, `json` or `text`, as for access lines."""
    text = form == "text" or (form == "auto" and os.isatty(descriptor))
    first: list[Any] = [structlog.processors.add_log_level]
    if text:
        last: list[Any] = [
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=wants_colour(descriptor), pad_event_to=0, sort_keys=False),
        ]
    else:
        last = [
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _in_order,
            structlog.processors.JSONRenderer(),
        ]
    file: Any = Patient(descriptor)
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(file=file),
    )
    log: Log = structlog.get_logger()
    return log


def _in_order(_: object, __: str, facts: MutableMapping[str, Any]) -> dict[str, Any]:
    """Put first what every line has, in the order of an access line."""
    return {**{key: facts.pop(key) for key in ("time", "level", "event")}, **facts}
