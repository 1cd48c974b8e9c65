"""Durations, sizes and shares as people write them (durations: Gateway API's GEP-2257, and plain seconds)."""

import re
from decimal import Decimal

SECONDS = {"h": Decimal(3600), "m": Decimal(60), "s": Decimal(1), "ms": Decimal("0.001")}
BYTES = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "TiB": 1024**4,
}
MAX_DIGITS = 15  # more could not be told apart as a float, nor counted in 63 bits

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(h|ms|m|s)", re.ASCII)
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%", re.ASCII)
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)", re.ASCII)


class UnitError(ValueError):
    """The text is no quantity; `nearest` is one that may have been meant, or empty."""

    def __init__(self, nearest: str = "") -> None:
        super().__init__(nearest)
        self.nearest = nearest


def parse_duration(text: str) -> float:
    """Return seconds. Units go from large to small, each at most once: `1h`, `1m30s`, `250ms`, `2.5s`, `30`."""
    if len(text) > 4 * MAX_DIGITS:
        raise UnitError
    if _NUMBER.fullmatch(text):
        return float(text)
    seconds = Decimal(0)
    at = 0
    smallest = Decimal("Infinity")
    while part := _DURATION_PART.match(text, at):
        unit = SECONDS[part[2]]
        if unit >= smallest:
            raise UnitError
        seconds += Decimal(part[1]) * unit
        smallest = unit
        at = part.end()
    if at != len(text) or not text:
        raise UnitError(_near_duration(text))
    return float(seconds)


def _near_duration(text: str) -> str:
    number, unit = _split(text)
    spellings = {
        **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
        **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
        **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
        **dict.fromkeys(("msec", "millis", "millisecond", "milliseconds"), "ms"),
        **{unit: unit for unit in SECONDS},
    }
    if unit in {"d", "day", "days"} and number.isdigit():
        return f"{int(number) * 24}h"
    return number + spellings[unit] if number and unit in spellings else ""


def format_duration(seconds: float) -> str:
    """Return the shortest text that `parse_duration` reads as `seconds`, which is at least 0."""
    rest = Decimal(repr(seconds))
    if rest % SECONDS["ms"]:
        return f"{rest:f}s"
    parts = []
    for unit in ("h", "m", "s", "ms"):
        count, rest = divmod(rest, SECONDS[unit])
        if count:
            parts.append(f"{int(count)}{unit}")
    return "".join(parts) or "0s"


def parse_size(text: str) -> int:
    """Return bytes. Powers of 1024 are `KiB MiB GiB TiB`, powers of 1000 `KB MB GB TB`; no unit is bytes."""
    if len(text) > 2 * MAX_DIGITS:
        raise UnitError
    if text.isascii() and text.isdigit():
        return int(text)
    match = _SIZE.fullmatch(text)
    if match is None or match[2] not in BYTES:
        raise UnitError(_near_size(text))
    size = Decimal(match[1]) * BYTES[match[2]]
    if size % 1:
        raise UnitError
    return int(size)


def _near_size(text: str) -> str:
    number, unit = _split(text)
    if not number or not unit:
        return ""
    folded = unit.lower().removesuffix("s").removesuffix("byte")
    whole = {"kilo": "KB", "mega": "MB", "giga": "GB", "tera": "TB", "kibi": "KiB", "mebi": "MiB", "gibi": "GiB"}
    known = whole | {name.lower(): name for name in BYTES} | {name[0].lower(): name for name in BYTES if "i" in name}
    name = "B" if not folded else known.get(folded, "")
    return number + name if name else ""


def format_size(size: int) -> str:
    """Return the shortest text that `parse_size` reads as `size`, which is at least 0."""
    for unit in ("TiB", "GiB", "MiB", "KiB", "TB", "GB", "MB", "KB"):
        if size and size % BYTES[unit] == 0:
            return f"{size // BYTES[unit]}{unit}"
    return f"{size}B"


def parse_share(text: str) -> float:
    """Return a part of one: `20%` and `0.2` are the same."""
    if len(text) > MAX_DIGITS:
        raise UnitError
    if match := _SHARE.fullmatch(text):
        return float(Decimal(match[1]) / 100)
    if not _NUMBER.fullmatch(text):
        raise UnitError
    return float(text)


def format_share(share: float) -> str:
    """Return the shortest text that `parse_share` reads as `share`, which is at least 0."""
    return f"{(Decimal(repr(share)) * 100).normalize():f}%"


def _split(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", text, re.ASCII)
    return (match[1], match[2].lower()) if match else ("", "")
