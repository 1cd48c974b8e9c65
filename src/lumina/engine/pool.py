"""The connections to one endpoint.

The last one given back is the first one leased: the warm ones work, and the rest grow old together and expire.
"""

import json

import cython

from lumina.engine.transport import Transport
from lumina.snapshot import Endpoint


class Pooled(Transport):
    """A connection that can wait in a pool."""


class Pool:
    """Keyed by the endpoint's identity, so it outlives any one configuration."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.key = endpoint.key
        self.text = endpoint.key
        self.label = f',"endpoint":{json.dumps(self.text)}'.encode()
        if endpoint.socket_path:
            self._unix(endpoint.socket_path)
        else:
            self._address(endpoint.host, endpoint.port)  # a number needs no resolver

    def resolved(self, addresses: list[tuple[str, int]]) -> None:
        """Take what the resolver found, in the order in which to try; none at all is a DNS error."""
        self.address_count = 0
        self.preferred = 0
        for host, port in addresses:
            if self.address_count < ADDRESSES:
                self._address(host, port)

    def _address(self, host: str, port: cython.int) -> cython.bint:
        """Append a numeric address; return whether it was one."""
        raw: bytes = host.encode()
        four: cython.pointer(sockaddr_in)
        six: cython.pointer(sockaddr_in6)
        at: cython.int = self.address_count
        memset(cython.address(self.addresses[at]), 0, cython.sizeof(sockaddr_storage))
        four = cython.cast(cython.pointer(sockaddr_in), cython.address(self.addresses[at]))
        six = cython.cast(cython.pointer(sockaddr_in6), cython.address(self.addresses[at]))
        if inet_pton(AF_INET, cython.cast(cython.p_char, raw), cython.address(four.sin_addr)) == 1:
            four.sin_family = AF_INET
            four.sin_port = htons(port)
            self.sizes[at] = cython.sizeof(sockaddr_in)
        elif inet_pton(AF_INET6, cython.cast(cython.p_char, raw), cython.address(six.sin6_addr)) == 1:
            six.sin6_family = AF_INET6
            six.sin6_port = htons(port)
            self.sizes[at] = cython.sizeof(sockaddr_in6)
        else:
            return False
        self.address_count += 1
        return True

    def _unix(self, path: str) -> None:
        raw: bytes = path.encode()
        local: cython.pointer(sockaddr_un) = cython.cast(cython.pointer(sockaddr_un), cython.address(self.addresses[0]))
        size: cython.Py_ssize_t = min(len(raw), 107)
        memset(local, 0, cython.sizeof(sockaddr_un))
        local.sun_family = AF_UNIX
        memcpy(local.sun_path, cython.cast(cython.p_char, raw), size)
        self.sizes[0] = cython.sizeof(sockaddr_un)
        self.address_count = 1

    def lease(self) -> Pooled:  # hot
        """Take the newest idle connection, or None."""
        connection: Pooled
        if self.newest is cython.NULL:
            return None
        connection = cython.cast(Pooled, self.newest)
        self.forget(connection)
        return connection

    def give(self, connection: Pooled) -> None:  # hot
        """Let `connection` wait for the next exchange."""
        connection.idle = True
        connection.newer = cython.NULL
        connection.older = self.newest
        if self.newest is not cython.NULL:
            cython.cast(Pooled, self.newest).newer = cython.cast(cython.p_void, connection)
        else:
            self.oldest = cython.cast(cython.p_void, connection)
        self.newest = cython.cast(cython.p_void, connection)
        self.idle += 1
        self.stats.idle += 1

    def forget(self, connection: Pooled) -> None:  # hot
        """Take `connection` from among the idle, if it is there."""
        if not connection.idle:
            return
        if connection.newer is not cython.NULL:
            cython.cast(Pooled, connection.newer).older = connection.older
        else:
            self.newest = connection.older
        if connection.older is not cython.NULL:
            cython.cast(Pooled, connection.older).newer = connection.newer
        else:
            self.oldest = connection.newer
        connection.newer = cython.NULL
        connection.older = cython.NULL
        connection.idle = False
        self.idle -= 1
        self.stats.idle -= 1
