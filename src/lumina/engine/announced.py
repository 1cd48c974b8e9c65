"""A connection to an upstream that says for whom it is, by a PROXY header before all else.

It can be used for no other client. So it never waits among those that anybody may take, but with its client's own
connection (engine/ends), and the pool only counts it, and closes the oldest when there are too many.
"""

import cython

from lumina.engine.ends import Ends
from lumina.engine.pool import Pool
from lumina.engine.stream import ClientStream


class Announced(ClientStream):
    """What a connection to an upstream knows of the client that it is for, if it is for one."""

    def introduce(self) -> cython.int:
        """See that there is somebody at the other end, and say for whom it is; return 0, or the error that this is."""
        linger: cython.int[2]
        if leads_back(self.fd, cython.address(self.pool.addresses[self.address]), self.pool.sizes[self.address]):
            linger[0] = 1
            linger[1] = 0
            setsockopt(self.fd, SOL_SOCKET, SO_LINGER, linger, cython.sizeof(linger))  # leave the port to whose it is
            return ECONNREFUSED
        return 0 if self.ends is None else self.announce()

    def announce(self) -> cython.int:
        """Send the header; return 0, or the error of a connection that does not take it."""
        room: cython.uchar[107]
        size: cython.Py_ssize_t = write_header(self.ends, self.origin.upstream.proxy_protocol, room)
        # It fits, for nothing was sent before. It leaves with what follows: the request, or the hello of TLS.
        sent: cython.Py_ssize_t = send(self.fd, room, size, MSG_NOSIGNAL | MSG_MORE)
        if sent == size:
            return 0
        return errno if sent < 0 else ECONNRESET

    def flooded(self) -> None:
        self.origin.recorder.met(LIMIT_TLS_MESSAGES)

    def stay(self) -> cython.bint:
        """Wait for the client's next request, if any may; False: it may not."""
        pool: Pool = self.pool
        if self.ends is None or self.origin.upstream.cap_idle == 0:
            return False
        make_room(pool, pool.open - pool.idle + self.origin.upstream.cap_idle)
        self.ends.waiting.append(self)
        pool.set_aside(self)
        return True

    def recall(self) -> None:
        """Wait no longer."""
        self.ends.waiting.remove(self)
        self.pool.take_back(self)

    def withdraw(self) -> None:
        """Be counted no more: it ends."""
        if not self.idle:
            self.pool.stats.active -= 1
        elif self.ends is None:
            self.pool.forget(self)
        else:
            self.recall()
        self.pool.open -= 1


def waiting_for(ends: Ends, pool: Pool, now: cython.double, careful: cython.bint) -> Announced:
    """Return the connection that waits for this client's next request to this endpoint, or None.

    careful: as with Pool.lease().
    """
    connection: Announced
    for connection in list(ends.waiting):
        if connection.pool is not pool:
            continue
        if not connection.quiet():  # it ends, and has not had its turn yet
            connection.close()
        elif not careful or pool.lifetime == 0.0 or now - connection.since <= pool.lifetime * 0.8:
            connection.recall()
            return connection
    return None


def make_room(pool: Pool, most: cython.long) -> None:
    """Close those that have waited longest until there are fewer than `most`, as far as any wait."""
    while pool.open >= most and pool.idle > 0 and pool.close_oldest():
        pass
