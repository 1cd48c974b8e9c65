"""A request on its way to an endpoint: which, on what connection, and how much of it has gone out.

    dispatch   pick an endpoint, or wait for room
    _try       lease a connection, or open one
    _attach    the connection stands
    _push      send what is written, as far as the kernel takes it

What is done when that fails is in delivery.py.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.ends import Ends
from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.stream import Contest, Dialogue
from lumina.engine.upstream import UpstreamConnection
from lumina.snapshot import Upstream

STANDING_SHARE = 0.2  # of the time to wait for room, where a line stands
SECOND_ADDRESS = 0.25  # seconds that one address has before the next is tried beside it (RFC 8305, section 8)


class Sending(Contest):
    """What an exchange knows of the endpoint it talks to."""

    def fail(self, reason: cython.int, rule: cython.int) -> None:
        """End the exchange with a failure; the exchange says how."""

    def dispatch(self) -> None:  # hot
        """Send the request to the endpoint that the upstream's balancer picks."""
        origin: Origin = self.origin
        now: cython.double = self.gateway.reactor.clock.now
        method: cython.int = self.record.method
        if origin.breaker is not None and origin.breaker.allow(now) == 0:
            self.fail(BREAKER_OPEN, 0)
            return
        origin.budget.deposit()
        self.wish.uploading = not self.request_done
        self.wish.safe = (
            self.request_done
            and not self.upgrading
            and (method == METHOD_GET or method == METHOD_HEAD or method == METHOD_OPTIONS)
        )
        if origin.upstream.request_timeout > 0.0:
            self.limit(now + origin.upstream.request_timeout)
        if origin.queue.size > 0 or origin.full():
            self._wait(0.0)
            if self.queued and not origin.full():  # who is first may wait for room that this one does not need
                self.gateway.reactor.again(origin)
        else:
            self._try(0.0)

    def limit(self, by: cython.double) -> None:
        """Have it over by then, or earlier."""
        if self.done_by == 0.0 or by < self.done_by:
            self.done_by = by

    def room(self) -> None:
        """It is this request's turn."""
        by: cython.double = self.try_at
        self.try_at = 0.0
        self._try(by)

    def _try(self, by: cython.double) -> None:  # hot
        """Pick an endpoint and ask it; `by` is for _wait()."""
        origin: Origin = self.origin
        connection: UpstreamConnection = None
        place: cython.int = origin.pick(cython.address(self.wish), self.gateway.reactor.clock.now)
        if place < 0:
            if place == ALL_FULL:
                self._wait(by)
            else:
                self.fail(DESTINATION_UNAVAILABLE, 0)
            return
        self.pool = origin.pool(place)
        self.tries += 1
        self._count()
        if self.resent < RESENT or self.pool.open >= origin.most_open:  # else none that has waited is trusted
            connection = cython.cast(
                UpstreamConnection, self.pool.lease(self.gateway.reactor.clock.now, not self.is_idempotent())
            )
        self._time()
        if connection is None:
            self._connect()
            return
        connection.expect(self, self.record.method)
        self._attach(connection)

    def is_idempotent(self) -> cython.bint:  # hot
        """Say whether to send the request twice means no more than to send it once (RFC 9110, section 9.2.2)."""
        return (self.origin.upstream.retry_methods >> self.record.method) & 1

    def _wait(self, by: cython.double) -> None:
        """Wait for room, where there is room to wait; no longer than until `by`, where it has waited before."""
        origin: Origin = self.origin
        if self.wish.uploading and origin.uploads_full():
            self.gateway.recorder.met(LIMIT_UPLOADS)
            self.fail(CONNECTION_LIMIT, 0)
            return
        if self._given_up_waiting() or not self._has_place():
            return
        now: cython.double = self.gateway.reactor.clock.now
        timeout: cython.double = origin.upstream.queue_timeout
        # A line that has not been empty for as long as anybody may wait is no burst that will pass: to let everybody
        # wait that long would only make every answer late.
        if origin.queue.size > 0 and now - origin.queue.since > timeout:
            timeout *= STANDING_SHARE
        origin.queue.join(self, now)
        origin.stats.waited += 1
        self.try_at = now + timeout
        if 0.0 < by < self.try_at:
            self.try_at = by
        self._rearm()

    def _given_up_waiting(self) -> cython.bint:
        """Refuse a request that has just come, if those that came before it wait too long already."""
        if self.tries > 0 or not self.origin.gives_up(self.priority, self.gateway.reactor.clock.now):
            return False
        self.gateway.recorder.shed(CUT_AGE)
        self.fail(SHED, 0)
        return True

    def _has_place(self) -> cython.bint:
        """Say whether there is a place to wait in: that of a less important request, if it must be."""
        origin: Origin = self.origin
        other: Dialogue
        if origin.queue.size < origin.upstream.cap_queue:
            return True
        other = origin.queue.give_up(self.priority)
        if other is None:
            self.gateway.recorder.met(LIMIT_QUEUE)
            self.fail(CONNECTION_LIMIT, 0)
            return False
        self.client.uncork()  # the other's answer is written where ours may be gathering
        other.displaced()
        return True

    def displaced(self) -> None:
        self.gateway.recorder.shed(CUT_QUEUE)
        self.fail(SHED, 0)

    def _count(self) -> None:  # hot
        """Count among those that wait for an answer, or among the uploads.

        Uploads hold a connection at their client's pace, and must never hold all there are. Until one is complete,
        nobody can wait for its answer.
        """
        if self.uploading is not None:
            self.uploaded()
        if not self.request_done:
            self.pool.uploads += 1
            self.uploading = self.pool
        elif not self.pending:
            self.pending = True
            self.origin.pending += 1

    def asked(self) -> None:
        """An upload is complete: from now on it is the endpoint that is waited for, not the client."""
        self.uploaded()
        self.pending = True
        self.origin.pending += 1
        self.tried_at = self.gateway.reactor.clock.now

    def uploaded(self) -> None:
        """Count no longer among the uploads."""
        self.uploading.uploads -= 1
        self.uploading = None

    def _time(self) -> None:  # hot
        """Set the times of a try that begins now."""
        upstream: Upstream = self.origin.upstream
        now: cython.double = self.gateway.reactor.clock.now
        self.tried_at = now
        self.try_by = 0.0
        self.look_at = 0.0
        if upstream.per_try_timeout > 0.0:
            self.try_by = now + upstream.per_try_timeout
        if self.origin.count > 1:
            self.look_at = now + self.origin.patience
        elif self.pool.address_count > 1:
            self.look_at = now + SECOND_ADDRESS
        if self.look_at > 0.0 or self.try_by > 0.0 or self.done_by > 0.0:
            self._rearm()

    def _rearm(self) -> None:  # hot
        """Be woken for what comes first."""
        first: cython.double = self.done_by
        if self.try_at > 0.0 and (first == 0.0 or self.try_at < first):
            first = self.try_at
        if self.try_by > 0.0 and (first == 0.0 or self.try_by < first):
            first = self.try_by
        if self.look_at > 0.0 and (first == 0.0 or self.look_at < first):
            first = self.look_at
        if first > 0.0:
            self.gateway.reactor.wheel.arm(self, first)
        else:
            self.gateway.reactor.wheel.disarm(self)

    def _connect(self) -> None:
        """Open a connection to the endpoint."""
        pool: Pool = self.pool
        connection: UpstreamConnection
        reason: cython.int
        self.record.endpoint = pool.label
        self.record.endpoint_size = len(pool.label)
        if pool.address_count == 0:
            self.upstream_unreached(DNS_ERROR)
            return
        ends: Ends = self.announced()
        if ends is not None:
            connection = cython.cast(
                UpstreamConnection,
                waiting_for(ends, pool, self.gateway.reactor.clock.now, not self.is_idempotent()),
            )
            if connection is not None:
                connection.expect(self, self.record.method)
                self._attach(connection)
                return
            make_room(pool, self.origin.most_open)
        connection = UpstreamConnection(self.origin, pool)
        connection.ends = ends
        connection.expect(self, self.record.method)
        self.connection = connection
        reason = connection.open((pool.preferred + self.addresses_tried) % pool.address_count)
        if reason != OK:
            connection.exchange = None
            self.upstream_unreached(reason)

    def announced(self) -> Ends:
        """Return the ends of the client's connection, where the upstream is to hear of them; or None."""
        client: ServerStream = self.client
        if self.origin.upstream.proxy_protocol == 0:
            return None
        if client.ends is None:
            client.ends = Ends()
            client.ends.ask(client.fd)
        return client.ends

    def _attach(self, connection: UpstreamConnection) -> None:  # hot
        record: cython.pointer(Record) = cython.address(self.record)
        self.connection = connection
        self.ready = True
        record.attempts += 1
        record.sent = self.gateway.reactor.clock.now
        record.endpoint = connection.pool.label
        record.endpoint_size = len(connection.pool.label)
        if self.told.any and self.outgoing is not None:
            tell_left(self.outgoing, cython.address(self.told), self.done_by - self.gateway.reactor.clock.now)
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
            if outgoing.end - self.head_size > self.origin.upstream.retry_buffer or not self.replayable:
                self.replayable = False
                outgoing.clear()
                self.sent = 0
            if self.client.paused:
                self.client.resume()

    def sent_all(self) -> cython.bint:  # hot
        """Say whether all that has come of the request has gone out."""
        return self.outgoing is None or self.sent == self.outgoing.end

    def upstream_writable(self) -> None:  # hot
        if self.ready and self.outgoing is not None and self.outgoing.end > self.sent:
            self._push()
