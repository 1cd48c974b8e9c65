"""A second try of a request, under way beside the first; whichever is answered first goes on.

Two kinds: another address of the same endpoint, where the first is slow to connect (RFC 8305), which is decided when
one of them connects; and another endpoint, where the first is slow to answer, which is decided by the first head that
comes. Only a request that is all there, and may be sent twice, gets a rival to answer it.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.reactor import Reactor
from lumina.engine.stream import Contest, Dialogue
from lumina.engine.upstream import UpstreamConnection


class Rival(Dialogue):
    """Listens on the second connection, and tells the exchange what matters."""

    def __init__(self, owner: Contest, pool: Pool) -> None:
        self.owner = owner
        self.pool = pool

    def lease(self, origin: Origin, method: cython.int) -> cython.int:
        """Send the request on a connection to the pool's endpoint; OK, or why that cannot be."""
        self.connection = cython.cast(UpstreamConnection, self.pool.lease(origin.reactor.clock.now, False))
        if self.connection is None:
            return self.connect(origin, self.pool.preferred, method)
        self.connection.expect(self, method)
        self.upstream_ready()
        return OK

    def connect(self, origin: Origin, address: cython.int, method: cython.int) -> cython.int:
        """Open a connection to the pool's address of that number; OK, or why that cannot be."""
        reason: cython.int
        self.connection = UpstreamConnection(origin, self.pool)
        self.connection.ends = self.owner.announced()
        if self.connection.ends is not None:
            make_room(self.pool, origin.most_open)
        self.connection.expect(self, method)
        reason = self.connection.open(address)
        if reason != OK:
            self.connection.exchange = None
            self.connection = None
            self.owner = None
        return reason

    def settle_for(self) -> UpstreamConnection:
        """Hand over the connection: this try goes on as the only one."""
        connection: UpstreamConnection = self.connection
        self.connection = None
        self.owner = None
        return connection

    def cancel(self) -> None:
        """Give the try up."""
        connection: UpstreamConnection = self.settle_for()
        if connection is not None:
            connection.exchange = None
            connection.release(False)

    def upstream_ready(self) -> None:
        """The connection stands: send the request, unless who asked for a connection takes it."""
        if not self.owner.rival_ready():
            self.began = self.connection.reactor.clock.now
            self._push()

    def upstream_writable(self) -> None:
        if self.began > 0.0:
            self._push()

    def _push(self) -> None:
        outgoing: Buffer = self.owner.outgoing
        connection: UpstreamConnection = self.connection
        reactor: Reactor = connection.reactor
        count: cython.Py_ssize_t
        if outgoing is None or connection.broken or outgoing.end <= self.sent:
            return
        count = connection.push(outgoing.data + self.sent, outgoing.end - self.sent)
        if count == BROKEN:  # how it ended is there to be read
            connection.seen |= EPOLLIN
            reactor.again(connection)
            return
        self.sent += count
        reactor.wheel.arm(connection, reactor.clock.now + connection.origin.upstream.first_byte_timeout)

    def response_head(self, head, data) -> None:
        """An answer has come: whose try goes on is for the exchange to say."""
        owner: Contest = self.owner
        if owner.rival_answers(head):
            owner.response_head(head, data)
        else:
            self.cancel()

    def upstream_unreached(self, reason: cython.int) -> None:
        self.connection = None  # it has closed itself
        self._lost(reason)

    def upstream_lost(self, reason: cython.int) -> None:
        self._lost(reason)

    def _lost(self, reason: cython.int) -> None:
        owner: Contest = self.owner
        self.cancel()
        if owner is not None:
            owner.rival_lost(reason)
