"""Names and numbers of machines, as configurations write them (RFC 1123 section 2.1, RFC 4291 section 2.2)."""

import ipaddress
import re

MAX_NAME = 253  # characters of a host name (RFC 1035, section 2.3.4)

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_NUMERIC = re.compile(r"[0-9.]+", re.ASCII)


class HostError(ValueError):
    """The text names no machine. It says why, with the host as its subject."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse_host(text: str) -> str:
    """Return a host name in lower case, or an address in its shortest form and without brackets."""
    if text.startswith("[") and text.endswith("]"):
        return _address(text[1:-1])
    if ":" in text:
        return _address(text)
    if _NUMERIC.fullmatch(text):
        return _address(text)
    if not text.isascii():
        message = "holds a character that is not ASCII"
        raise HostError(message, _punycode(text))
    if len(text) > MAX_NAME or not _NAME.fullmatch(text):
        message = "is neither a host name nor an address"
        raise HostError(message, "did you mean `0.0.0.0`?" if text == "*" else "")
    return text.lower()


def is_wildcard(host: str) -> bool:
    """Say whether a listener at `host` takes every address of the machine."""
    return host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


def bracketed(host: str) -> str:
    """Return `host` as it stands in a URL or a Host field."""
    return f"[{host}]" if ":" in host else host


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        message = "is not an IPv6 address" if ":" in text else "is not an IPv4 address"
        raise HostError(message) from error


def _punycode(text: str) -> str:
    try:
        return f"did you mean `{text.encode('idna').decode()}`?"
    except UnicodeError:
        return ""
