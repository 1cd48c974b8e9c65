"""Where an upstream listens: `http://host:port/base`, `https://...`, `unix:/socket`, `http+unix://%2Fsocket/base`."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from lumina.config.hosts import HostError, bracketed, parse_host
from lumina.config.paths import PathError, normalise
from lumina.config.problems import did_you_mean

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535
MAX_SOCKET_PATH = 107  # bytes: sun_path of Linux, without the zero at its end
SCHEMES = (*DEFAULT_PORTS, "unix", "http+unix")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?(.*)", re.DOTALL | re.ASCII)
_PORT = re.compile(r"(.*?)(?::([0-9]*))?", re.DOTALL | re.ASCII)
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}(?:/.*)?", re.ASCII)


class AddressError(ValueError):
    """The text is no address of an upstream. It says why, with the field as its subject."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Address:
    """One endpoint, and the path that goes before every path sent to it (`base`, without a slash at its end)."""

    scheme: str
    host: str | None
    port: int
    unix: str | None
    base: str

    @property
    def authority(self) -> str:
        """What a Host field says; a default port is left out (RFC 9110, section 4.2.3)."""
        if self.host is None:
            return "localhost"
        host = bracketed(self.host)
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return the address as a user would write it."""
        if self.unix is None:
            return f"{self.scheme}://{self.authority}{self.base}"
        return f"http+unix://{quote(self.unix, safe='')}{self.base}" if self.base else f"unix:{self.unix}"


def looks_like_address(text: str) -> bool:
    """Say whether `text` was meant as an address and not as the name of an upstream."""
    return ":" in text or "/" in text


def parse_address(text: str) -> Address:
    """Return the address in `text`, or raise AddressError."""
    match = _SCHEME.fullmatch(text)
    if _HOST_AND_PORT.fullmatch(text):
        message = "must begin with `http://` or `https://`"
        raise AddressError(message, f"did you mean `http://{text}`?")
    if match is None:
        message = "must be a URL that begins with `http://` or `https://`"
        raise AddressError(message)
    scheme, slashes, rest = match[1].lower(), match[2], match[3]
    if scheme == "unix":
        return _unix(rest, "")
    if scheme not in SCHEMES:
        message = f"begins with `{match[1]}:`, and upstreams speak `http`, `https` or `unix`"
        raise AddressError(message, _scheme_hint(scheme, rest))
    if not slashes:
        message = f"must have `//` after `{scheme}:`"
        raise AddressError(message, f"did you mean `{scheme}://{rest.lstrip('/')}`?")
    for mark, part in (("?", "query"), ("#", "fragment")):
        if mark in rest:
            message = f"must not hold a {part}"
            raise AddressError(message)
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        message = "must not hold a user or password"
        raise AddressError(message)
    base = _base(slash + path)
    if scheme == "http+unix":
        return _unix(unquote(authority), base)
    return _tcp(scheme, authority, base)


def _scheme_hint(scheme: str, rest: str) -> str:
    spoken = {"ws": "http", "wss": "https", "h2c": "http", "tcp": "http", "httpunix": "http+unix"}
    near = spoken.get(scheme)
    return f"did you mean `{near}://{rest}`?" if near else did_you_mean(scheme, SCHEMES)


def _tcp(scheme: str, authority: str, base: str) -> Address:
    match = _PORT.fullmatch(authority)
    if not authority or match is None or not match[1]:
        message = f"names no host after `{scheme}://`"
        raise AddressError(message)
    host, digits = match[1], match[2]
    if ":" in host and not host.startswith("["):
        message = f"has a port that is no number, or an IPv6 address without brackets: `{authority}`"
        raise AddressError(message, _brackets_hint(scheme, authority))
    port = int(digits) if digits and len(digits) <= len(str(MAX_PORT)) else DEFAULT_PORTS[scheme]
    if digits and (len(digits) > len(str(MAX_PORT)) or not 1 <= port <= MAX_PORT):
        message = f"has the port `{digits}`, and ports go from 1 to {MAX_PORT}"
        raise AddressError(message)
    try:
        return Address(scheme, parse_host(host), port, None, base)
    except HostError as error:
        message = f"has a host that {error.message}: `{host}`"
        raise AddressError(message, error.hint) from error


def _brackets_hint(scheme: str, authority: str) -> str:
    try:
        host = parse_host(authority)
    except HostError:
        return ""
    return f"did you mean `{scheme}://[{host}]`?"


def _unix(path: str, base: str) -> Address:
    if not path.startswith("/"):
        message = "must name a socket by its full path, such as `unix:/run/orders.sock`"
        raise AddressError(message)
    path = "/" + path.lstrip("/")
    if "\0" in path or len(path.encode()) > MAX_SOCKET_PATH:
        message = f"names a socket by more than {MAX_SOCKET_PATH} bytes" if "\0" not in path else "holds a zero byte"
        raise AddressError(message)
    return Address("http", None, 0, path, base)


def _base(path: str) -> str:
    try:
        return "" if not path else normalise(path).rstrip("/")
    except PathError as error:
        message = f"has a path that {error.message}"
        raise AddressError(message, error.hint) from error
