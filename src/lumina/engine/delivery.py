"""A request's way to an endpoint: whose turn it is, a connection, and the octets that go out on it.

What is written for the upstream stays in `outgoing` as long as it may have to be sent once more: on a connection that
was reused, until the first octet of the answer, and only if it is not long.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.pool import Pool
from lumina.engine.stream import Dialogue
from lumina.engine.upstream import UpstreamConnection


class Delivery(Dialogue):
    """The half of an exchange that faces the upstream's endpoints."""

    def fail(self, reason: cython.int, rule: cython.int) -> None:
        """End the exchange with a failure; the exchange says how."""

    def dispatch(self) -> None:  # hot
        """Send the request to the endpoint whose turn it is."""
        connection: UpstreamConnection
        self.place = self.origin.cursor
        self.origin.cursor += 1
        if not self.request_done and not self._uploads():
            self.fail(CONNECTION_LIMIT, 0)
            return
        connection = cython.cast(UpstreamConnection, self.origin.pool(self.place).lease())
        if connection is None:
            self._connect()
            return
        connection.expect(self, self.record.method)
        self._attach(connection)

    def _uploads(self) -> cython.bint:
        """Count among the uploads; False where there are as many as may be.

        They hold a connection at their client's pace, and must never hold all there are.
        """
        pool: Pool = self.origin.pool(self.place)
        if pool.uploads >= self.origin.most_uploads:
            self.gateway.recorder.met(LIMIT_UPLOADS)
            return False
        pool.uploads += 1
        self.uploading = pool
        return True

    def uploaded(self) -> None:
        """Count no longer among the uploads."""
        self.uploading.uploads -= 1
        self.uploading = None

    def _connect(self) -> None:
        """Open a connection to the endpoint at `place`."""
        pool: Pool = self.origin.pool(self.place)
        connection: UpstreamConnection
        reason: cython.int
        self.record.endpoint = pool.label
        self.record.endpoint_size = len(pool.label)
        if pool.address_count == 0:
            self.upstream_unreached(DNS_ERROR)
            return
        if pool.open >= self.origin.most_open:
            self.upstream_unreached(CONNECTION_LIMIT)
            return
        connection = UpstreamConnection(self.origin, pool)
        connection.expect(self, self.record.method)
        self.connection = connection
        reason = connection.open((pool.preferred + self.addresses_tried) % pool.address_count)
        if reason != OK:
            connection.exchange = None
            self.upstream_unreached(reason)

    def upstream_unreached(self, reason: cython.int) -> None:
        """No connection came about: try the next address, then the next endpoint, then tell the client."""
        pool: Pool = self.origin.pool(self.place)
        self.connection = None
        self.record.attempts += 1
        self.addresses_tried += 1
        if self.addresses_tried < pool.address_count and reason != CONNECTION_LIMIT:
            self._connect()
            return
        self.addresses_tried = 0
        self.endpoints_tried += 1
        if self.endpoints_tried < min(TRIES, len(self.origin.pools)):
            self.place += 1
            self.gateway.recorder.retried(self.record.upstream_series, 0)
            self._connect()
            return
        self.fail(reason, 0)

    def upstream_ready(self) -> None:
        """The connection stands."""
        pool: Pool = self.connection.pool
        if pool.address_count > 0:
            pool.preferred = (pool.preferred + self.addresses_tried) % pool.address_count
        self.record.connect = self.connection.connect_seconds
        self._attach(self.connection)

    def _attach(self, connection: UpstreamConnection) -> None:  # hot
        record: cython.pointer(Record) = cython.address(self.record)
        self.connection = connection
        self.ready = True
        record.attempts += 1
        record.sent = self.gateway.reactor.clock.now
        record.endpoint = connection.pool.label
        record.endpoint_size = len(connection.pool.label)
        self._push()

    def _push(self) -> None:  # hot
        """Send what is written, as far as the kernel takes it."""
        outgoing: Buffer = self.outgoing
        connection: UpstreamConnection = self.connection
        count: cython.Py_ssize_t
        if outgoing is None or connection.broken:
            return
        if outgoing.end > self.sent:
            count = connection.push(outgoing.data + self.sent, outgoing.end - self.sent)
            if count == BROKEN:  # what it answered before, or how it ended, is there to be read
                connection.seen |= EPOLLIN
                self.gateway.reactor.again(connection)
                return
            self.sent += count
            self.gateway.reactor.wheel.arm(
                connection, self.gateway.reactor.clock.now + self.origin.upstream.first_byte_timeout
            )
        if self.sent == outgoing.end:
            if not connection.reused or outgoing.end > REPLAY or not self.replayable:
                self.replayable = False
                outgoing.clear()
                self.sent = 0
            if self.client.paused:
                self.client.resume()

    def upstream_writable(self) -> None:  # hot
        if self.ready and self.outgoing is not None and self.outgoing.end > self.sent:
            self._push()

    def upstream_lost(self, reason: cython.int) -> None:
        """The connection ended before the answer was complete, or what came on it is no answer."""
        connection: UpstreamConnection = self.connection
        if reason == RESPONSE_TIMEOUT and not self.request_done:  # it is the client that we wait for
            self.gateway.reactor.wheel.arm(
                connection, self.gateway.reactor.clock.now + self.origin.upstream.first_byte_timeout
            )
            return
        if self._can_resend(reason):
            self._resend()
            return
        self.connection = None
        connection.release(False)
        self.fail(reason, 0)

    def _can_resend(self, reason: cython.int) -> cython.bint:
        """Whether the request met the race of a connection that closed while it waited, and may be sent once more.

        Nothing of an answer came, and either the method is idempotent (RFC 9110, section 9.2.2) or the endpoint's
        kernel took nothing of the request.
        """
        method: cython.int = self.record.method
        if reason != CONNECTION_TERMINATED or self.responded or not self.replayable or self.outgoing is None:
            return False
        if not self.connection.reused or self.connection.answered or self.record.attempts > TRIES:
            return False
        if method == METHOD_POST or method == METHOD_PATCH or method == METHOD_OTHER or method == METHOD_CONNECT:
            return self.connection.untouched(self.sent)
        return True

    def _resend(self) -> None:
        self.gateway.recorder.retried(self.record.upstream_series, 1)
        self.connection.release(False)
        self.ready = False
        self.sent = 0
        self.addresses_tried = 0
        self._connect()
