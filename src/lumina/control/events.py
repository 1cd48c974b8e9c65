"""The supervisor's own words, on standard error: JSON for machines, a readable row on a terminal.

Access lines are data and go to the sink of `access_log`; what is said here is diagnosis, so a pipe of one is never
broken by the other.
"""

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from lumina.control.sink import wants_colour

STDERR = 2

Log = structlog.typing.FilteringBoundLogger


def configure(form: str) -> Log:
    """Return the log of this process; form: `auto`, `json` or `text`, as for access lines."""
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    first: list[Any] = [structlog.processors.add_log_level]
    if text:
        last: list[Any] = [
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=wants_colour(STDERR), pad_event_to=0),
        ]
    else:
        last = [
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _in_order,
            structlog.processors.JSONRenderer(),
        ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    log: Log = structlog.get_logger()
    return log


def _in_order(_: object, __: str, facts: MutableMapping[str, Any]) -> dict[str, Any]:
    """Put first what every line has, in the order of an access line."""
    return {**{key: facts.pop(key) for key in ("time", "level", "event")}, **facts}
