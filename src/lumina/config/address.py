"""Where an upstream listens: `http://host:port/base`, `unix:/socket`, `http+srv://_http._tcp.name`, and their kin."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from lumina.config.hosts import bracketed, parse_host
from lumina.config.paths import normalise
from lumina.config.problems import ObjectionError, nearest

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535
MAX_SOCKET_PATH = 107  # bytes: sun_path of Linux, without the zero at its end
SRV_SCHEMES = {"http+srv": "http", "https+srv": "https"}
SCHEMES = (*DEFAULT_PORTS, "unix", "http+unix", *SRV_SCHEMES)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?(.*)", re.DOTALL | re.ASCII)
_PORT = re.compile(r"(.*?)(?::([0-9]*))?", re.DOTALL | re.ASCII)
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}(?:/.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """One endpoint, and the path that goes before every path sent to it (`base`, without a slash at its end)."""

    scheme: str
    host: str | None
    port: int
    unix: str | None
    base: str
    srv: str | None = None  # the name of the record that tells hosts and ports; `host` is then its domain

    @property
    def authority(self) -> str:
        """What a Host field says; a default port is left out (RFC 9110, section 4.2.3)."""
        if self.host is None:
            return "localhost"
        host = bracketed(self.host)
        return host if self.port in {0, DEFAULT_PORTS[self.scheme]} else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return the address as a user would write it."""
        if self.srv is not None:
            return f"{self.scheme}+srv://{self.srv}{self.base}"
        if self.unix is None:
            return f"{self.scheme}://{self.authority}{self.base}"
        return f"http+unix://{quote(self.unix, safe='')}{self.base}" if self.base else f"unix:{self.unix}"


def looks_like_address(text: str) -> bool:
    """Say whether `text` was meant as an address and not as the name of an upstream."""
    return ":" in text or "/" in text


def parse_address(text: str) -> Address:
    """Return the address in `text`, or raise ObjectionError."""
    match = _SCHEME.fullmatch(text)
    if _HOST_AND_PORT.fullmatch(text):
        raise ObjectionError("must begin with `http://` or `https://`", f"did you mean `http://{text}`?")
    if match is None:
        raise ObjectionError("must be a URL that begins with `http://` or `https://`")
    scheme, slashes, rest = match[1].lower(), match[2], match[3]
    if scheme == "unix":
        return _unix(rest, "")
    if scheme not in SCHEMES:
        raise ObjectionError(
            f"begins with `{match[1]}:`, and upstreams speak `http`, `https` or `unix`", _scheme_hint(scheme, rest)
        )
    if not slashes:
        raise ObjectionError(f"must have `//` after `{scheme}:`", f"did you mean `{scheme}://{rest.lstrip('/')}`?")
    for mark, part in (("?", "query"), ("#", "fragment")):
        if mark in rest:
            raise ObjectionError(f"must not hold a {part}")
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        raise ObjectionError("must not hold a user or password")
    base = _base(slash + path)
    if scheme == "http+unix":
        return _unix(unquote(authority), base)
    if scheme in SRV_SCHEMES:
        return _srv(SRV_SCHEMES[scheme], authority, base)
    return _tcp(scheme, authority, base)


def _scheme_hint(scheme: str, rest: str) -> str:
    spoken = {"ws": "http", "wss": "https", "h2c": "http", "tcp": "http", "httpunix": "http+unix"}
    near = spoken.get(scheme) or nearest(scheme, SCHEMES)
    return f"did you mean `{near}://{rest}`?" if near else ""


def _tcp(scheme: str, authority: str, base: str) -> Address:
    match = _PORT.fullmatch(authority)
    if not authority or match is None or not match[1]:
        raise ObjectionError(f"names no host after `{scheme}://`")
    host, digits = match[1], match[2]
    if ":" in host and not host.startswith("["):
        raise ObjectionError(
            f"has a port that is no number, or an IPv6 address without brackets: `{authority}`",
            _brackets_hint(scheme, authority),
        )
    port = int(digits) if digits and len(digits) <= len(str(MAX_PORT)) else DEFAULT_PORTS[scheme]
    if digits and (len(digits) > len(str(MAX_PORT)) or not 1 <= port <= MAX_PORT):
        raise ObjectionError(f"has the port `{digits}`, and ports go from 1 to {MAX_PORT}")
    if "%" in host:
        raise ObjectionError("must not name a zone of an IPv6 address")
    try:
        return Address(scheme, parse_host(host), port, None, base)
    except ObjectionError as error:
        raise ObjectionError(f"has a host that {error.message}: `{host}`", error.hint) from error


def _srv(scheme: str, name: str, base: str) -> Address:
    """Return the address of what an SRV record tells; labels of service and protocol are not part of the domain."""
    if ":" in name:
        raise ObjectionError("has a port, which the SRV record is to tell", f"did you mean `{scheme}://{name}`?")
    labels = name.rstrip(".").split(".")
    while labels and labels[0].startswith("_"):
        labels.pop(0)
    if not labels or not all(labels):
        raise ObjectionError(f"names no domain after `{scheme}+srv://`", "write it as `_http._tcp.orders.internal`")
    try:
        host = parse_host(".".join(labels))
        return Address(scheme, host, 0, None, base, parse_host(name))
    except ObjectionError as error:
        raise ObjectionError(f"has a name that {error.message}: `{name}`", error.hint) from error


def _brackets_hint(scheme: str, authority: str) -> str:
    try:
        host = parse_host(authority)
    except ObjectionError:
        return ""
    return f"did you mean `{scheme}://[{host}]`?"


def _unix(path: str, base: str) -> Address:
    if not path.startswith("/"):
        raise ObjectionError("must name a socket by its full path, such as `unix:/run/orders.sock`")
    path = "/" + path.lstrip("/")
    if "\0" in path:
        raise ObjectionError("names a socket with a zero byte")
    if len(path.encode()) > MAX_SOCKET_PATH:
        raise ObjectionError(f"names a socket by more than {MAX_SOCKET_PATH} bytes")
    return Address("http", None, 0, path, base)


def _base(path: str) -> str:
    try:
        return "" if not path else normalise(path).rstrip("/")
    except ObjectionError as error:
        raise ObjectionError(f"has a path that {error.message}", error.hint) from error
