"""An access line for people: the JSON line of the engine, told in one readable row."""

import json
from datetime import datetime
from typing import Any

RESET = "\x1b[0m"
DIM = "\x1b[2m"
BOLD = "\x1b[1m"
BY_CLASS = {2: "\x1b[32m", 3: "\x1b[36m", 4: "\x1b[33m", 5: "\x1b[31m"}  # green, cyan, yellow, red
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def size(octets: int) -> str:
    """Return a number of octets in the largest unit that it fills."""
    for unit, name in UNITS:
        if octets >= unit:
            return f"{octets / unit:.1f} {name}"
    return f"{octets} B"


def duration(seconds: float) -> str:
    """Return a time in the unit a person would say it in."""
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds:.2f} s"


def as_text(line: bytes, *, colour: bool) -> bytes:
    """Return one JSON access line, without its line feed, as readable text; anything else comes back as it is."""
    try:
        facts: dict[str, Any] = json.loads(line)
        return _row(facts, colour=colour).encode("utf-8", "backslashreplace")
    except (ValueError, KeyError, TypeError):
        return line


def _row(facts: dict[str, Any], *, colour: bool) -> str:
    paint = BY_CLASS.get(facts["status"] // 100, "") if colour else ""
    dim, bold, reset = (DIM, BOLD, RESET) if colour else ("", "", "")
    parts = [
        f"{dim}{_clock(facts['time'])}{reset}",
        f"{paint}{facts['status']:3}{reset}",
        f"{bold}{facts['method']}{reset} {_plain(facts['path'])}",
    ]
    if facts["upstream"]:
        parts.append(f"{dim}→{reset} {facts['upstream']}")
    if facts["reason"] != "ok":
        parts.append(f"{paint}{facts['reason']}{reset}")
    if facts.get("fallback"):
        parts.append(f"{dim}fallback after{reset} {facts['fallback']}")
    parts.append(f"{dim}{duration(facts['duration'])} · {size(facts['bytes_out'])} · {facts['client']}{reset}")
    return "  ".join(parts)


def _clock(time: str) -> str:
    """Return the time of day where the reader is, to the millisecond."""
    return datetime.fromisoformat(time).astimezone().isoformat(timespec="milliseconds")[11:23]


def _plain(text: str) -> str:
    """Return `text` with nothing in it that a terminal would obey: a path is what a stranger typed."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
