"""The connections to one endpoint.

The last one given back is the first one leased: the warm ones work, and the rest grow old together and expire.
"""

import hashlib
import json

import cython

from lumina.engine.transport import Transport
from lumina.policies.standing import Standing

NO_MARK = bytes(22)  # no client can send it: a field's value has no such octets


class Pooled(Transport):
    """A connection that can wait in a pool."""


class Pool:
    """Keyed by the endpoint's identity, so it outlives any one configuration."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.text = key
        self.point = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")
        self.label = f',"endpoint":{json.dumps(self.text)}'.encode()
        self.mark = NO_MARK
        self.standing = Standing()
        self.aside = {}

    def place(self, slot: int, weight: float, priority: int) -> None:
        """Take what a configuration, or a name server, says of the endpoint."""
        self.slot = slot
        self.weight = weight
        self.priority = priority

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

    def unix(self, path: str) -> None:
        """Reach the endpoint by a unix socket."""
        raw: bytes = path.encode()
        local: cython.pointer(sockaddr_un) = cython.cast(cython.pointer(sockaddr_un), cython.address(self.addresses[0]))
        size: cython.Py_ssize_t = min(len(raw), 107)
        memset(local, 0, cython.sizeof(sockaddr_un))
        local.sun_family = AF_UNIX
        memcpy(local.sun_path, cython.cast(cython.p_char, raw), size)
        self.sizes[0] = cython.sizeof(sockaddr_un)
        self.address_count = 1

    def lease(self, now: cython.double, careful: cython.bint) -> Pooled:  # hot
        """Take the newest idle connection that has not ended, or None.

        careful: what is sent on it may not be sent twice; one that its endpoint is likely to close now will not do.
        """
        connection: Pooled
        while self.newest is not cython.NULL:
            connection = cython.cast(Pooled, self.newest)
            if connection.seen & (EPOLLIN | GONE) and not connection.quiet():  # it ends, and has not had its turn yet
                connection.close()  # cold
                continue
            if careful and self.lifetime > 0.0 and now - connection.since > self.lifetime * 0.8:
                return None
            self.forget(connection)
            return connection
        return None

    def learn(self, waited: cython.double) -> None:
        """Note after what time of waiting the endpoint closed a connection."""
        if self.lifetime == 0.0 or waited < self.lifetime:
            self.lifetime = waited

    def retire(self) -> None:
        """It is no endpoint any more: close what is idle, and let what is under way end."""
        self.gone = True
        while self.newest is not cython.NULL:
            cython.cast(Pooled, self.newest).close()
        while self.close_oldest():
            pass

    def give(self, connection: Pooled) -> None:  # hot
        """Let `connection` wait for the next exchange."""
        connection.idle = True
        connection.newer = cython.NULL
        connection.older = self.newest
        if self.newest is not cython.NULL:
            cython.cast(Pooled, self.newest).newer = cython.cast(cython.p_void, connection)
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
        connection.newer = cython.NULL
        connection.older = cython.NULL
        connection.idle = False
        self.idle -= 1
        self.stats.idle -= 1

    def set_aside(self, connection: Pooled) -> None:
        """Count a connection that waits for one client alone."""
        connection.idle = True
        self.aside[connection] = None
        self.idle += 1
        self.stats.idle += 1

    def take_back(self, connection: Pooled) -> None:
        """Count it no longer among those that wait."""
        del self.aside[connection]
        connection.idle = False
        self.idle -= 1
        self.stats.idle -= 1

    def close_oldest(self) -> cython.bint:
        """Close the connection that has waited longest for a client of its own; False where none does."""
        connection: Pooled
        for connection in self.aside:
            connection.close()
            return True
        return False
