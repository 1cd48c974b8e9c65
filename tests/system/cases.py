"""What tables of messages are made of: what is sent, and what arrives on the other side."""

from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """A request, and the message that the upstream receives; with a `rule`, it is refused and nothing arrives."""

    section: str
    name: str
    wire: bytes
    rule: str = ""
    line: str = "GET / HTTP/1.1"
    fields: Pairs = (("Host", "h.test"),)
    body: bytes = b""
    trailers: Pairs = ()


class Response(NamedTuple):
    """An upstream's answer to a GET, and what the client receives; without a `line` it is 502.

    `kept` says whether the connection to the upstream is used again.
    """

    section: str
    name: str
    wire: bytes
    line: str = ""
    fields: Pairs = ()
    body: bytes = b""
    trailers: Pairs = ()
    kept: bool = True
    method: str = "GET"
    ends: bool = False  # the upstream closes after it
    interim: tuple[int, ...] = ()
    cut: bool = False  # what the client receives breaks off
    more: bool = False  # octets follow that belong to no answer


HOST = b"Host: h.test\r\n"


def line(text: bytes) -> bytes:
    """Return a request with this first line."""
    return text + b"\r\n" + HOST + b"\r\n"


def head(fields: bytes, start: bytes = b"GET / HTTP/1.1") -> bytes:
    """Return a request with these field lines after its Host."""
    return start + b"\r\n" + HOST + fields + b"\r\n"


def post(fields: bytes, body: bytes = b"", start: bytes = b"POST / HTTP/1.1") -> bytes:
    """Return a request with these field lines and this body."""
    return head(fields, start) + body


def chunked(body: bytes, fields: bytes = b"") -> bytes:
    """Return a request whose body is chunked as `body` stands."""
    return post(b"Transfer-Encoding: chunked\r\n" + fields, body)


def get(section: str, name: str, wire: bytes, target: str, *fields: tuple[str, str]) -> Request:
    """Return the case of a GET that arrives with this target and these fields after its Host."""
    return Request(section, name, wire, "", f"GET {target} HTTP/1.1", (("Host", "h.test"), *fields))


def sized(section: str, name: str, wire: bytes, body: bytes, *fields: tuple[str, str]) -> Request:
    """Return the case of a POST that arrives with a Content-Length, and with these fields before it."""
    length = ("Content-Length", str(len(body)))
    return Request(section, name, wire, "", "POST / HTTP/1.1", (("Host", "h.test"), *fields, length), body)


def poured(section: str, name: str, wire: bytes, body: bytes, *trailers: tuple[str, str]) -> Request:
    """Return the case of a POST that arrives chunked, with these trailers."""
    coding = ("Transfer-Encoding", "chunked")
    return Request(section, name, wire, "", "POST / HTTP/1.1", (("Host", "h.test"), coding), body, trailers)
