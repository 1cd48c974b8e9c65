"""What is done so that a request comes to an answer although an endpoint fails.

    resent      it met a connection that the endpoint was closing just then: sent again, for free
    retried     the endpoint failed: another is asked, or the same after a pause, within the upstream's budget
    challenged  the endpoint says nothing: another is asked at the same time, and whoever answers first goes on

All of it ends with the first octet of an answer that the client gets, and none of it sends twice what may not be.
"""

import cython

from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.rival import Rival
from lumina.engine.sending import Sending
from lumina.engine.upstream import UpstreamConnection
from lumina.http1.response import ResponseHead
from lumina.snapshot import Upstream

LOOK = 0.1  # seconds between two looks at an endpoint that says nothing
SECOND_ENDPOINT = 1.0  # seconds that connecting may take before another endpoint is asked as well
LONE = 1.0  # seconds after which also a single request that nobody answers is worth a challenge


class Delivery(Sending):
    """The failures of an exchange's upstream side."""

    # What befalls the one connection, or the first of two.

    def upstream_ready(self) -> None:
        """The connection stands."""
        pool: Pool = self.pool
        self.drop_rival()
        if pool.address_count > 0:
            pool.preferred = self.connection.address
        self.record.connect = self.connection.connect_seconds
        self._attach(self.connection)

    def upstream_unreached(self, reason: cython.int) -> None:
        """No connection came about: try the next address, then the next endpoint, then tell the client."""
        pool: Pool = self.pool
        self.connection = None
        self.record.attempts += 1
        if self.rival is not None:
            self._promote()
            return
        self.addresses_tried += 1
        if self.addresses_tried < pool.address_count:
            self._connect()
            return
        self.origin.failed(pool, self.gateway.reactor.clock.now)
        if (self.origin.count == 1 and reason != CONNECTION_REFUSED) or not self._retry(CAUSE_CONNECT):
            self.fail(reason, 0)

    def upstream_lost(self, reason: cython.int) -> None:
        """The connection ended before the answer was complete, or what came on it is no answer."""
        connection: UpstreamConnection = self.connection
        now: cython.double = self.gateway.reactor.clock.now
        if reason == RESPONSE_TIMEOUT and not self.request_done and self.sent_all():
            return  # we wait for the client; what it sends begins the time anew
        if self._resend(reason):
            return
        self.origin.failed(self.pool, now)
        if self.rival is not None:
            self._drop()
            self._promote()
            return
        if reason == CONNECTION_TERMINATED or reason == HTTP_PROTOCOL_ERROR or reason == TLS_PROTOCOL_ERROR:
            if self._retry(CAUSE_RESET):
                return
        elif reason == RESPONSE_TIMEOUT and self._retry(CAUSE_TIMEOUT):
            return
        self.connection = None
        connection.release(False)
        self.fail(reason, 0)

    def _resend(self, reason: cython.int) -> cython.bint:
        """Send again a request that met the race of a connection that closed while it waited, if that is what it was.

        Nothing of an answer came, and either the method is idempotent (RFC 9110, section 9.2.2) or the endpoint's
        program cannot have seen the request. Unlike a retry this says nothing of the endpoint.
        """
        connection: UpstreamConnection = self.connection
        if reason != CONNECTION_TERMINATED or not self.replayable or self.outgoing is None:
            return False
        if not connection.reused or connection.answered or self.resent >= RESENT:
            return False
        if not self.is_idempotent() and not connection.untouched(self.sent, True):
            return False
        if self.rival is not None:
            self._drop()
            self._promote()
            return True
        self.resent += 1
        self.gateway.recorder.retried(self.record.upstream_series, CAUSE_STALE)
        if self.resent > 1:  # who closes one connection after the other may be about to end
            self._tried(self.pool)
        self._drop()
        if self.origin.count > 1:
            self.tries -= 1  # it counts as one with the try that it makes up for
            self._try(0.0)
        else:
            self._time()
            self._connect()
        return True

    def _retry(self, cause: cython.int) -> cython.bint:
        """Ask another endpoint, or the same after a pause, if that is allowed and the budget has it."""
        now: cython.double = self.gateway.reactor.clock.now
        if not self.replayable or self.outgoing is None:
            return False
        if self.tries >= self.origin.upstream.retry_attempts or not self._allowed(cause):
            return False
        if self.wish.put_off and not self._untried():
            return False
        # Who could not be connected to, or ended with it unread, has no more to do for it; nor has the next, so far.
        free: cython.bint = self._untried() and (cause == CAUSE_CONNECT or self._unread(cause))
        if not free and not self.origin.budget.withdraw(now):
            self.gateway.recorder.over_budget(self.record.upstream_series)
            return False
        self.gateway.recorder.retried(self.record.upstream_series, cause)
        self._tried(self.pool)
        self._drop()
        self._again()
        return True

    def _allowed(self, cause: cython.int) -> cython.bint:
        """Say whether the upstream's settings, and the method, let a failure of this kind be followed by a try."""
        upstream: Upstream = self.origin.upstream
        if cause == CAUSE_CONNECT:
            return upstream.retry_connect
        if cause == CAUSE_RESET:
            if not upstream.retry_reset or (self.connection.answered and not self._untried()):
                return False
            if not self.connection.answered and self.connection.untouched(self.sent, True):
                return True
        elif cause == CAUSE_TIMEOUT and not upstream.retry_timeout and upstream.per_try_timeout == 0.0:
            return False
        return self.is_idempotent()

    def _unread(self, cause: cython.int) -> cython.bint:
        """Say whether the connection was lost with the request unread, as by a process that ends before its door."""
        return cause == CAUSE_RESET and not self.connection.answered and self.connection.untouched(self.sent, False)

    def _again(self) -> None:
        """Try once more: at once where there is another endpoint, else after a pause."""
        upstream: Upstream = self.origin.upstream
        if self.wish.tried_count < self.origin.count and self.tries == 1:
            self._try(0.0)
            return
        self.try_at = self.gateway.reactor.clock.now + delay(
            self.tries, upstream.retry_backoff, upstream.retry_max_backoff, self.origin.chance.draw()
        )
        self._rearm()

    def _drop(self) -> None:
        """Give up the connection, and be ready to send on another."""
        connection: UpstreamConnection = self.connection
        self.connection = None
        if connection is not None:
            connection.release(False)
        self.ready = False
        self.sent = 0
        self.addresses_tried = 0
        self.look_at = 0.0
        self.try_by = 0.0
        self._unstick()

    def _tried(self, pool: Pool) -> None:
        """Remember that this endpoint has been asked."""
        if self.wish.tried_count < TRIED:
            self.wish.tried[self.wish.tried_count] = pool.slot
            self.wish.tried_count += 1

    def _untried(self) -> cython.bint:
        """Say whether there is an endpoint that this request has not come to."""
        return self.wish.tried_count + 1 < self.origin.count

    # What an answer says of an endpoint.

    def retry_status(self, head: ResponseHead, data: cython.p_const_uchar) -> cython.bint:
        """Ask another endpoint, or another upstream, instead of passing on an answer that says it cannot serve."""
        origin: Origin = self.origin
        pool: Pool = self.pool
        upstream: Upstream = origin.upstream
        another: cython.bint = self._untried()
        if not upstream.retry_statuses[head.status] or not (another or self.has_detour()):
            return False
        if not self.request_done or not self.is_idempotent():
            return False
        if find_field(head, data, b"retry-after", 0) >= 0:
            self.wish.put_off = True
        if not (another and self._retry(CAUSE_STATUS)) and not self.detour(RESPONSE_STATUS):
            return False  # it is passed on, and counted as such
        if head.status >= 500:  # what is below is no fault of the endpoint's
            origin.failed(pool, self.gateway.reactor.clock.now)
        return True

    def has_detour(self) -> cython.bint:
        """Say whether there is a way without the upstream; the exchange knows."""
        return False

    def detour(self, reason: cython.int) -> cython.bint:
        """Go on without the upstream that failed for this reason; False: there is no way."""
        return False

    def settled(self, status: cython.int) -> None:  # hot
        """An answer has begun: no other try is made."""
        now: cython.double = self.gateway.reactor.clock.now
        if self.rival is not None:
            self.drop_rival()
        self.replayable = False
        if self.pending:
            self.pending = False
            self.origin.pending -= 1
            if self.origin.queue.size > 0:
                self.gateway.reactor.again(self.origin)
        if self.stuck:
            self._unstick()
        if 502 <= status <= 504 or (status >= 500 and self.origin.upstream.retry_statuses[status]):  # cold
            self.origin.failed(self.pool, now)
        else:
            self.origin.succeeded(self.pool, now, now - max(self.record.sent, self.tried_at))
        if self.look_at > 0.0 or self.try_by > 0.0:
            self.look_at = 0.0
            self.try_by = 0.0
            self._rearm()

    def leave(self) -> None:  # hot
        """The exchange is over: be counted nowhere any more."""
        if self.rival is not None:
            self.drop_rival()
        if self.queued:
            self.origin.queue.leave(self)
        if self.stuck:
            self._unstick()
        if self.uploading is not None:
            self.uploaded()
        if self.pending:
            self.pending = False
            self.origin.pending -= 1
        if self.origin is not None and self.origin.queue.size > 0:
            self.gateway.reactor.again(self.origin)
        self.gateway.reactor.wheel.disarm(self)
        self.pool = None

    # Time.

    def expired(self, now: cython.double) -> None:
        if self.client is None:
            return
        if self.done_by > 0.0 and now >= self.done_by:
            self.fail(DEADLINE_EXCEEDED, 0)
        elif self.queued:
            if now >= self.try_at:
                self.fail(QUEUE_TIMEOUT, 0)
        elif self.try_at > 0.0:
            if now >= self.try_at:
                self.try_at = 0.0
                self._try(0.0)
        elif self.try_by > 0.0 and now >= self.try_by and self.connection is not None:
            self.try_by = 0.0
            if self.ready:
                self.upstream_lost(RESPONSE_TIMEOUT)
            else:
                self.connection.expired(now)
        elif self.look_at > 0.0 and now >= self.look_at:
            self.look_at = now + LOOK
            if self.ready:
                self._look(now)
            else:
                self._look_after_connecting(now)
        if self.client is not None:
            self._rearm()

    def _look(self, now: cython.double) -> None:
        """Judge an endpoint that has not answered yet."""
        origin: Origin = self.origin
        pool: Pool = self.pool
        waited: cython.double = now - self.tried_at
        if self.rival is not None or not self.replayable or not self.request_done:
            return
        if origin.hedge_after > 0.0 and waited >= origin.hedge_after:
            self._challenge(now)
            return
        if pool.answered >= self.tried_at and now - pool.answered < origin.patience:
            return  # it answers others: this request takes its time
        if not self.stuck:
            self.stuck = True
            pool.stuck += 1
        if pool.stuck >= STUCK and origin.answered > self.tried_at and pool.standing.state.state != OPEN:
            origin.hung(pool, now)
        if pool.standing.state.state == OPEN and origin.budget.spares(now) and self._retry(CAUSE_HUNG):
            return
        if self.wish.trial or now - max(self.tried_at, pool.answered) >= max(LONE, 3.0 * origin.patience):
            self._challenge(now)

    def _look_after_connecting(self, now: cython.double) -> None:
        """Help a connection that takes its time: by the endpoint's next address, or by another endpoint."""
        pool: Pool = self.pool
        if self.rival is not None or self.connection is None:
            return
        if self.addresses_tried + 1 < pool.address_count:
            self.addresses_tried += 1
            self.rival = Rival(self, pool)
            if self.rival.connect(
                self.origin, (pool.preferred + self.addresses_tried) % pool.address_count, self.record.method
            ):
                self.rival = None
        elif now - self.tried_at >= SECOND_ENDPOINT:
            self._challenge(now)

    def _challenge(self, now: cython.double) -> None:
        """Ask another endpoint at the same time."""
        origin: Origin = self.origin
        place: cython.int
        trial: cython.bint = self.wish.trial
        before: cython.int = self.wish.tried_count
        if not self.wish.safe or self.tries >= origin.upstream.retry_attempts or origin.count < 2:
            return
        if self.wish.put_off and not self._untried():
            return
        self._tried(self.pool)
        place = origin.pick(cython.address(self.wish), now)
        self.wish.trial = trial
        self.wish.tried_count = before
        if place < 0 or origin.pool(place) is self.pool or origin.pool(place).standing.state.state == OPEN:
            return
        if not origin.budget.spares(now) or not origin.budget.withdraw(now):
            return
        self.gateway.recorder.retried(self.record.upstream_series, CAUSE_HEDGE)
        self.tries += 1
        self.record.attempts += 1
        if self.told.any and self.sent == self.outgoing.end:  # all that the first has to read of it
            tell_left(self.outgoing, cython.address(self.told), self.done_by - now)
        self.rival = Rival(self, origin.pool(place))
        if self.rival.lease(origin, self.record.method) != OK:
            origin.failed(origin.pool(place), now)
            self.rival = None

    # The second try.

    def rival_ready(self) -> cython.bint:
        if self.ready:
            return False
        self._take()
        self.pool.preferred = self.connection.address
        self.record.connect = self.connection.connect_seconds
        self._attach(self.connection)
        return True

    def rival_answers(self, head: ResponseHead) -> cython.bint:
        """Let the second try go on as the only one, unless its answer is none that a client would want."""
        if self.origin.upstream.retry_statuses[head.status]:
            if head.status >= 500:
                self.origin.failed(self.rival.pool, self.gateway.reactor.clock.now)
            self.rival = None  # who asks gives the connection up
            return False
        if self.pool.answered < self.tried_at:  # the first said nothing to anybody meanwhile
            self.origin.failed(self.pool, self.gateway.reactor.clock.now)
        self.record.sent = self.rival.began
        self._take()
        return True

    def rival_lost(self, reason: cython.int) -> None:
        rival: Rival = self.rival
        self.rival = None
        if rival is not None and rival.pool is not self.pool:
            self.origin.failed(rival.pool, self.gateway.reactor.clock.now)

    def _take(self) -> None:
        """Go on with the second connection instead of the first."""
        self._drop()
        self._promote()

    def _promote(self) -> None:
        """The first try is over: go on with the second, which is under way."""
        rival: Rival = self.rival
        self.rival = None
        self.pool = rival.pool
        self.sent = rival.sent
        self.ready = rival.began > 0.0
        self.record.endpoint = self.pool.label
        self.record.endpoint_size = len(self.pool.label)
        self.connection = rival.settle_for()
        self.connection.exchange = self

    def drop_rival(self) -> None:
        """Give the second try up."""
        rival: Rival = self.rival
        if rival is not None:
            self.rival = None
            rival.cancel()

    def _unstick(self) -> None:
        if self.stuck:
            self.stuck = False
            self.pool.stuck -= 1
