"""How long a client may take: for its head, its body, to read what it asked for, and between two requests.

A body may pause for `timeouts.body`, and on the whole comes at `limits.min_request_rate`; what a client does not take
while it is ready is looked at every now and then: by then the client's kernel must have confirmed enough of it.
"""

import cython

from lumina.engine.responder import Responder
from lumina.snapshot import Limits, Timeouts


class Paced(Responder):
    """A client's connection, by the clock."""

    def _timeouts(self) -> Timeouts:  # hot
        return self.gateway.live.snapshot.timeouts

    def body_begins(self, awaited: cython.bint, size: cython.Py_ssize_t) -> None:  # hot
        """Begin to wait for a body of which `size` octets are there.

        awaited: the client waits for a sign to send it (100-continue), so there is no hurry yet.
        """
        self.body_due = self.reactor.clock.now
        self.body_due += self._timeouts().body if awaited else self._timeouts().rate_grace
        self.body_came(size)

    @cython.cdivision(True)  # a rate of 0 is not divided by
    def body_came(self, size: cython.Py_ssize_t) -> None:  # hot
        """Wait for the next piece of the body: the longer, the more has come, but never longer than `timeouts.body`."""
        limits: Limits = self.gateway.live.snapshot.limits
        latest: cython.double = self.reactor.clock.now + self._timeouts().body
        if limits.min_request_rate > 0:
            self.body_due += cython.cast(cython.double, size) / limits.min_request_rate
            if self.body_due > latest:
                self.body_due = latest
        else:
            self.body_due = latest
        if self.blocked == 0.0:  # else it is looked after until it has taken what is ready
            self.reactor.wheel.arm(self, self.body_due)

    def body_over(self) -> None:  # hot
        """Wait for no more of the body."""
        if self.blocked == 0.0:
            self.reactor.wheel.disarm(self)

    def said(self) -> None:  # hot
        """Wait for what may follow an answer, from when the client has taken all of it."""
        if self.blocked == 0.0:
            self.reactor.wheel.arm(
                self, self.reactor.clock.now + (LINGER_SECONDS if self.stage == LINGER else self.idle_time())
            )

    def idle_time(self) -> cython.double:  # hot
        """Return how long the next request may take to begin; while the worker drains, not as long as was promised."""
        if self.gateway.draining:
            return DRAIN_GRACE
        return self._timeouts().keep_alive

    def overdue(self, requests: cython.long) -> None:
        """Count that the next request has not come in time, after so many on this connection."""
        if self.stage != LINGER and not self.gateway.draining:
            self.gateway.recorder.met(LIMIT_KEEP_ALIVE if requests > 0 else LIMIT_HEADER_TIME)

    def flooded(self) -> None:
        self.gateway.recorder.met(LIMIT_TLS_MESSAGES)

    def patience(self) -> None:  # hot
        """Look after a client that does not take what is ready, if it is one."""
        if (self.pending is not None or self.starved) and self.blocked == 0.0:
            self._blocks()  # cold

    def _blocks(self) -> None:
        now: cython.double = self.reactor.clock.now
        self.blocked = now
        self.progress = now
        self.taken_before = self._taken()
        self.taken_last = self.taken_before
        self._look_later(now)

    def _look_later(self, now: cython.double) -> None:
        timeouts: Timeouts = self._timeouts()
        self.reactor.wheel.arm(self, now + min(timeouts.rate_grace, timeouts.write))

    def unblocked(self) -> None:  # hot
        """Stop looking after it: the client has taken all there was. What it was waited for before, it is again."""
        if self.blocked == 0.0:
            return
        self.blocked = 0.0
        if self.exchange is None:
            self.said()
        elif self.stage == BODY and not self.paused:
            self.body_begins(False, 0)
        else:
            self.reactor.wheel.disarm(self)

    def _taken(self) -> cython.ulonglong:
        """Return how many octets of what was sent the client's kernel has confirmed."""
        queued: cython.int = 0
        if ioctl(self.fd, SIOCOUTQ, cython.address(queued)) != 0:
            queued = 0  # not a TCP socket
        return self.sent - queued

    @cython.cdivision(True)
    def keeps_up(self, now: cython.double) -> cython.bint:
        """Say whether the client takes what is ready fast enough; if so, look again in a while."""
        timeouts: Timeouts = self._timeouts()
        rate: cython.longlong = self.gateway.live.snapshot.limits.min_response_rate
        taken: cython.ulonglong = self._taken()
        if taken > self.taken_last:
            self.taken_last = taken
            self.progress = now
        elif now - self.progress >= timeouts.write:
            return False
        if rate > 0 and now - self.blocked >= timeouts.rate_grace + (taken - self.taken_before) / rate:
            return False
        self._look_later(now)
        return True
