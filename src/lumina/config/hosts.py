"""Names and numbers of machines, as configurations write them (RFC 1123 section 2.1, RFC 4291 section 2.2)."""

import ipaddress
import re
from collections.abc import Callable

from lumina.config.problems import ObjectionError

MAX_NAME = 253  # characters of a host name (RFC 1035, section 2.3.4)

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_NUMERIC = re.compile(r"[0-9.]+", re.ASCII)


def parse_host(text: str) -> str:
    """Return a host name in lower case, or an address in its shortest form and without brackets."""
    if text.startswith("[") and text.endswith("]"):
        return _address(text[1:-1], ipaddress.IPv6Address, "is not an IPv6 address")
    if ":" in text:
        return _address(text, ipaddress.IPv6Address, "is not an IPv6 address")
    if _NUMERIC.fullmatch(text):
        return _address(text, ipaddress.IPv4Address, "is not an IPv4 address")
    if not text.isascii():
        raise ObjectionError("holds a character that is not ASCII", _punycode(text))
    if len(text) > MAX_NAME or not _NAME.fullmatch(text):
        raise ObjectionError("is neither a host name nor an address", "did you mean `0.0.0.0`?" if text == "*" else "")
    return text.lower()


def is_wildcard(host: str) -> bool:
    """Say whether a listener at `host` takes every address of the machine."""
    return host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


def bracketed(host: str) -> str:
    """Return `host` as it stands in a URL or a Host field."""
    return f"[{host}]" if ":" in host else host


def _address(text: str, kind: Callable[[str], object], objection: str) -> str:
    try:
        return str(kind(text))
    except ValueError as error:
        raise ObjectionError(objection) from error


def _punycode(text: str) -> str:
    try:
        return f"did you mean `{text.encode('idna').decode()}`?"
    except UnicodeError:
        return ""
