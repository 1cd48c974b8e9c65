"""One end of a connection, spoken in octets: what is sent goes as it stands, what comes is read strictly (RFC 9112)."""

import contextlib
import socket
import ssl
import struct
from typing import NamedTuple

from tests.system.program import PATIENCE

READ_SIZE = 262144
NO_BODY = (204, 304)
SLOWLY = 2000  # octets: more of them say nothing that so many do not


class ClosedError(Exception):
    """The peer ended the connection while more was to come; `how` is "closed" or "reset"."""

    def __init__(self, how: str, had: bytes = b"") -> None:
        super().__init__(f"{how} after {had[:200]!r}")
        self.how = how
        self.had = had


class Head(NamedTuple):
    """A start line and the fields after it, in order, names in their own case."""

    line: str
    fields: list[tuple[str, str]]

    @property
    def status(self) -> int:
        return int(self.line.split(" ", 2)[1])

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """Return the value of a field that may stand once, or None."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} stands {len(values)} times: {values}")
        return values[0] if values else None

    def has(self, name: str) -> bool:
        return bool(self.all(name))


class Message(NamedTuple):
    """A message, whole."""

    head: Head
    body: bytes
    trailers: list[tuple[str, str]]

    @property
    def status(self) -> int:
        return self.head.status


def parse_fields(lines: list[bytes]) -> list[tuple[str, str]]:
    fields = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or name != name.strip():
            raise AssertionError(f"not a field line: {line!r}")
        fields.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    return fields


class Peer:
    """A socket and what was read from it and not yet taken. Every wait is bounded."""

    def __init__(self, sock: socket.socket, timeout: float = PATIENCE) -> None:
        sock.settimeout(timeout)
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self._buffer = bytearray()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- out

    def send(self, *parts: bytes | str) -> None:
        for part in parts:
            self.socket.sendall(part.encode("latin-1") if isinstance(part, str) else part)

    def trickle(self, data: bytes) -> None:
        """Send octet by octet, unless there are many."""
        size = 1 if len(data) <= SLOWLY else len(data)
        for at in range(0, len(data), size):
            self.send(data[at : at + size])

    def answer(self, body: bytes = b"ok", status: str = "200 OK", fields: str = "") -> None:
        """Send a plain response."""
        self.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n", body)

    def send_chunk(self, data: bytes, extension: str = "") -> None:
        self.send(f"{len(data):x}{extension}\r\n", data, b"\r\n")

    def finish(self) -> None:
        """Send FIN, and go on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()

    # ---- in

    def _fill(self) -> None:
        try:
            data = self.socket.recv(READ_SIZE)
        except (ConnectionResetError, BrokenPipeError):
            raise ClosedError("reset", bytes(self._buffer)) from None
        except ssl.SSLEOFError:
            raise ClosedError("truncated", bytes(self._buffer)) from None
        if not data:
            raise ClosedError("closed", bytes(self._buffer))
        self._buffer += data

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        return self._take(size)

    def read_some(self) -> bytes:
        """Return what has come, at least one octet."""
        if not self._buffer:
            self._fill()
        return self._take(len(self._buffer))

    def read_until(self, mark: bytes) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            self._fill()
        return self._take(at + len(mark))

    def read_to_end(self) -> bytes:
        """Return everything up to a clean close; a reset raises."""
        while True:
            try:
                self._fill()
            except ClosedError as error:
                if error.how != "closed":
                    raise
                return self._take(len(self._buffer))

    def end(self) -> str:
        """Wait until the peer ends the connection, which must send nothing before; return how it did."""
        try:
            raise AssertionError(f"more came: {self.read_some()[:200]!r}")
        except ClosedError as error:
            return error.how

    def drop(self) -> str:
        """Read and forget all until the peer ends the connection; return how it did."""
        with contextlib.suppress(ClosedError):
            while True:
                self.read_some()
        return self.end()

    def silent(self, seconds: float) -> bool:
        """Say whether nothing comes for `seconds`. For what must not happen: never proof that it would not later."""
        if self._buffer:
            return False
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            self._fill()
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(before)
        return False

    def read_head(self) -> Head:
        lines = self.read_until(b"\r\n\r\n")[:-4].split(b"\r\n")
        if any(b"\r" in line or b"\n" in line for line in lines):
            raise AssertionError(f"bare CR or LF in {lines}")
        return Head(lines[0].decode("latin-1"), parse_fields(lines[1:]))

    def read_chunk(self) -> bytes:
        """Return the data of one chunk; empty for the last, whose trailer section is left unread."""
        size = int(self.read_until(b"\r\n")[:-2].partition(b";")[0], 16)
        if size == 0:
            return b""
        data = self.read(size)
        if self.read(2) != b"\r\n":
            raise AssertionError("a chunk does not end where its size says")
        return data

    def read_trailers(self) -> list[tuple[str, str]]:
        lines = []
        while line := self.read_until(b"\r\n")[:-2]:
            lines.append(line)
        return parse_fields(lines)

    def read_chunked(self) -> tuple[bytes, list[tuple[str, str]]]:
        body = bytearray()
        while data := self.read_chunk():
            body += data
        return bytes(body), self.read_trailers()

    def _read_body(self, head: Head) -> tuple[bytes, list[tuple[str, str]]] | None:
        """Return a body that frames itself, or None (RFC 9112, section 6.3)."""
        if head.has("transfer-encoding"):
            if head.get("transfer-encoding") != "chunked" or head.has("content-length"):
                raise AssertionError(f"ambiguous framing: {head.fields}")
            return self.read_chunked()
        length = head.get("content-length")
        return None if length is None else (self.read(int(length)), [])

    def read_request(self) -> Message:
        head = self.read_head()
        body, trailers = self._read_body(head) or (b"", [])
        return Message(head, body, trailers)

    def read_response(self, method: str = "GET") -> Message:
        """Return one final or informational response, read to its end."""
        head = self.read_head()
        if method == "HEAD" or head.status < 200 or head.status in NO_BODY:
            return Message(head, b"", [])
        framed = self._read_body(head)
        body, trailers = (self.read_to_end(), []) if framed is None else framed
        return Message(head, body, trailers)


clients: list[Peer] = []  # opened by the test that runs now; a failed one leaves them to its fixture


def connect(port: int, timeout: float = PATIENCE, *, source: str | None = None) -> Peer:
    """Connect from `source`, or whatever address the system picks."""
    here = None if source is None else (source, 0)
    clients.append(Peer(socket.create_connection(("127.0.0.1", port), timeout, here), timeout))
    return clients[-1]


class Origin:
    """A server whose connections a test takes and answers by hand."""

    def __init__(
        self, backlog: int = 512, *, path: str | None = None, address: tuple[str, int] = ("127.0.0.1", 0)
    ) -> None:
        """path: a unix socket instead of an address."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.listener = socket.socket(socket.AF_UNIX if path else family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(path or address)
        self.listener.listen(backlog)
        self.port: int = 0 if path else self.listener.getsockname()[1]
        self._peers: list[Peer] = []

    def accept(self, timeout: float = PATIENCE) -> Peer:
        self.listener.settimeout(timeout)
        peer = Peer(self.listener.accept()[0])
        self._peers.append(peer)
        return peer

    def quiet(self, seconds: float) -> bool:
        """Say whether nobody connects for `seconds`."""
        try:
            self.accept(seconds)
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        self.listener.close()
        for peer in self._peers:
            peer.close()
