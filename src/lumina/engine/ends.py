"""Both ends of a client's connection, as a PROXY header to an upstream tells them.

What an upstream was told of a connection holds for as long as that stands: so it is for one client's connection alone,
waits here between two of its requests, and is closed with it.
"""

import cython

from lumina.engine.transport import Transport
from lumina.proxy_protocol.parties import Parties


class Ends(Parties):
    """Made when it is needed: for a client that a PROXY header told of, or when one is to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = []

    def adopt(self, parties: Parties) -> None:
        """Be what a header said."""
        memcpy(self.source, parties.source, 16)
        memcpy(self.destination, parties.destination, 16)
        self.family = parties.family
        self.source_port = parties.source_port
        self.destination_port = parties.destination_port

    def ask(self, fd: cython.int) -> None:
        """Be what the client's socket says; not known where that has none to say."""
        address: sockaddr_storage
        size: socklen_t = cython.sizeof(address)
        where: cython.pointer(sockaddr) = cython.cast(cython.pointer(sockaddr), cython.address(address))
        port: cython.int = 0
        peer: cython.int
        own: cython.int
        self.family = 0
        if getpeername(fd, where, cython.address(size)) != 0:
            return
        peer = octets_of(cython.address(address), self.source, cython.address(port))
        self.source_port = port
        size = cython.sizeof(address)
        if getsockname(fd, where, cython.address(size)) != 0:
            return
        own = octets_of(cython.address(address), self.destination, cython.address(port))
        self.destination_port = port
        if peer != 0 and own != 0:
            self.family = 4 if peer == 4 and own == 4 else 6

    def leave(self) -> None:
        """The client has left: close what waits for it."""
        transport: Transport
        while self.waiting:
            transport = self.waiting[len(self.waiting) - 1]
            transport.close()  # it takes itself from among them

    def learn(self, fd: int) -> None:
        """Do what ask() does, for tests."""
        self.ask(fd)
