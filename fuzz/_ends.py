"""Our ends of the connections that fuzz/connection.py plays with: in the clear, or under TLS in memory of ours."""

import atexit
import contextlib
import ipaddress
import socket
import ssl
import struct
from typing import NamedTuple

import trustme

from fuzz.proxy import by_the_book
from lumina.control.listening import INHERITED

ROOM = memoryview(bytearray(1 << 18))  # for what one read brings
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
NAME = "localhost"


class Place(NamedTuple):
    """Where connections come in: to the gateway, or to an upstream."""

    sock: socket.socket
    sealed: bool = False
    announced: bool = False

    @property
    def address(self) -> tuple[str, int]:
        found: tuple[str, int] = self.sock.getsockname()
        return found


def place(*, sealed: bool = False, announced: bool = False) -> Place:
    made = socket.create_server(("127.0.0.1", 0), backlog=64)
    for option, value in INHERITED:  # as the supervisor opens them
        made.setsockopt(socket.IPPROTO_TCP, option, value)
    made.setblocking(False)
    atexit.register(made.close)
    return Place(made, sealed, announced)


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how to speak TLS as a server, and as a client that believes it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(server)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(client)
    return server, client


SERVER, CLIENT = contexts()


def canonical(address: str) -> str:
    """Return the one text of an address, IPv4 as such."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def header(version: int, address: str) -> bytes:
    """Return a PROXY header that says that a connection comes from `address`."""
    if version == 1:
        return f"PROXY TCP4 {address} 127.0.0.1 1000 80\r\n".encode()
    octets = ipaddress.IPv4Address(address).packed + b"\x7f\0\0\1" + struct.pack("!HH", 1000, 80)
    return SIGNATURE + b"\x21\x11" + len(octets).to_bytes(2) + octets


class End:
    """Our end of a connection, and all that was sent and came on it."""

    def __init__(self, sock: socket.socket, *, announced: bool = False) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or the kernel holds back what is sent in pieces
        self.sock = sock
        self.address: str = sock.getsockname()[0]  # that the other side sees, or is told
        self.sealed = self.stray = self.listens = False
        self.announced = announced  # a PROXY header comes before all else
        self.told = ""  # whose it is, as that said
        self.head = bytearray()  # of which so much has come
        self.sent = bytearray()
        self.unsent = bytearray()
        self.received = bytearray()
        self.ended = self.reset = self.gone = False
        self.reading = True

    def act(self) -> None:
        """Send and read as far as that goes without waiting."""
        if not self.gone:
            self.sent += self.push(self.unsent)
            self.pull()

    def push(self, octets: bytearray) -> bytes:
        """Send what the kernel takes of this, and return it."""
        done = b""
        try:
            while octets:
                count = self.sock.send(octets)
                done += octets[:count]
                del octets[:count]
        except BlockingIOError:
            pass
        except OSError as error:
            octets.clear()
            self.reset = self.reset or isinstance(error, ConnectionResetError)  # it is told only once
        return done

    def pull(self) -> None:
        """Read what has come."""
        while self.reading and not self.ended:
            try:
                count = self.sock.recv_into(ROOM)
            except BlockingIOError:
                return
            except OSError:
                self.ended = self.reset = True
                return
            if count:
                self.take(self.beyond_the_header(bytes(ROOM[:count])))
            else:
                self.cease()

    def beyond_the_header(self, octets: bytes) -> bytes:
        """Return what of this is no PROXY header, where one has to come."""
        if not self.announced or self.told:
            return octets
        self.head += octets
        end, fault, said = by_the_book(bytes(self.head))
        assert not fault, self.head
        if end < 0:
            return b""
        self.told = canonical(str(said[0][0]))
        return bytes(self.head[end:])

    def take(self, octets: bytes) -> None:
        self.received += octets

    def cease(self) -> None:
        """Nothing more comes."""
        self.ended = True

    def add(self, octets: bytes, *, raw: bool = False) -> None:  # noqa: ARG002 - nothing lies beneath
        """Send this when there is room."""
        self.unsent += octets

    def finish(self) -> None:
        """Send nothing more."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:  # it is gone already
            self.unsent.clear()

    def leave(self) -> None:
        """Close with a reset, which leaves nothing behind in the kernel either."""
        if not self.gone:
            self.gone = True
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()


class SealedEnd(End):
    """An end under TLS: what is sent and received is what is said within it."""

    def __init__(self, sock: socket.socket, *, serves: bool, announced: bool = False) -> None:
        super().__init__(sock, announced=announced)
        self.sealed = True
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = SERVER if serves else CLIENT
        self.session = context.wrap_bio(self.incoming, self.outgoing, serves, None if serves else NAME)
        self.raw = bytearray()  # records that the kernel has yet to take
        self.shaken = False

    def act(self) -> None:
        if not self.gone:
            self.work()
            self.pull()
            self.work()

    def work(self) -> None:
        """Go on with the session as far as what has come allows."""
        if self.reset:
            return
        try:
            if not self.shaken:
                self.session.do_handshake()
                self.shaken = True
            if self.unsent:
                self.session.write(self.unsent)
                self.sent += self.unsent
                self.unsent.clear()
            while not self.ended:
                part = self.session.read(1 << 16)
                self.received += part
                self.ended = not part
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # broken, or cut: no clean end
            self.ended = self.reset = True
        self.raw += self.outgoing.read()
        self.push(self.raw)

    def take(self, octets: bytes) -> None:
        self.incoming.write(octets)

    def cease(self) -> None:
        self.incoming.write_eof()
        self.work()
        self.ended = True

    def add(self, octets: bytes, *, raw: bool = False) -> None:
        if raw:
            self.raw += octets
        else:
            self.unsent += octets

    def finish(self) -> None:
        """Say so within the session, too."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self.session.unwrap()
        self.raw += self.outgoing.read()
        self.push(self.raw)
        super().finish()
