"""Where a request goes that its upstream cannot answer: to another upstream, or to an answer that is always the same.

A route with a fallback to another upstream has a twin that leads there. The head is written for both when the request
comes, since what it was written from is not kept; the body is taken along as far as it is still there to be sent again.
All of it is for routes with a fallback alone, and ends with the first octet of an answer that the client gets.
"""

import math

import cython

from lumina.engine.answers import RETRY_AFTER, fixed, problem
from lumina.engine.delivery import Delivery
from lumina.engine.origin import Origin
from lumina.http1.request import RequestHead
from lumina.snapshot import Fallback, Route


class Detour(Delivery):
    """The exchange of a route that may have a fallback."""

    def write(self, head: RequestHead, hop: cython.pointer(Hop)) -> cython.bint:  # hot
        """Write the head for the upstream, and for the one that the route falls back to; False without memory."""
        seconds: cython.double = read_deadlines(
            self.gateway.deadline,
            self.live.snapshot.timeouts.deadline_header,
            head,
            hop.data,
            cython.address(self.told),
        )
        if seconds > 0.0:
            self.limit(self.record.began + seconds)
        if hop.upgrading:
            self.protocols = protocols_of(head, hop.data)  # cold
            hop.protocols = self.protocols
            hop.protocols_size = len(self.protocols)
        if not write_request(self.outgoing, self.gateway.writer, head, self.route, hop):
            return False
        if self.told.any and not append_deadlines(self.outgoing, head, hop.data, cython.address(self.told)):
            return False
        self.head_size = self.outgoing.end
        return self.route.fallback is None or self._write_other(head, hop)

    def _write_other(self, head: RequestHead, hop: cython.pointer(Hop)) -> cython.bint:
        """Write the head for the other upstream, if there is one."""
        fallback: Fallback = self.route.fallback
        other: Route = fallback.route
        origin: Origin
        if other is None:
            return True
        origin = cython.cast(Origin, self.live.origins[other.upstream.index])
        memset(cython.address(self.spare_wish), 0, cython.sizeof(Wish))
        self.spare_wish.preferred = -1
        if origin.guided:
            guide(origin, cython.address(self.spare_wish), head, hop.data, cython.address(self.record))
        self.spare = self.gateway.reactor.buffers.take()
        self.spare_told = self.told
        if not write_request(self.spare, self.gateway.writer, head, other, hop):
            return False
        return not self.told.any or append_deadlines(self.spare, head, hop.data, cython.address(self.spare_told))

    def drop_spare(self) -> None:  # hot
        """Need the other head no more."""
        if self.spare is not None:
            self.gateway.reactor.buffers.give(self.spare)
            self.spare = None

    def has_detour(self) -> cython.bint:
        return self.route.fallback is not None

    def detour(self, reason: cython.int) -> cython.bint:
        """Go on without the upstream that failed for this reason; False: there is no way."""
        fallback: Fallback
        if self.route is None or self.responded or not LEADS_AWAY[reason]:
            return False
        fallback = self.route.fallback
        if fallback is None:
            return False
        if fallback.route is not None and self._may_go(reason):
            self._because(reason)
            return self._go(fallback.route)
        if fallback.status == 0:
            return False
        self._because(reason)
        self._answer(fallback, reason)
        return True

    def _may_go(self, reason: cython.int) -> cython.bint:
        """Say whether the request may go to another upstream: it is all there, and has not been carried out.

        What was sent, if any of it was, may have been acted on: then the method has to allow a second time.
        """
        if reason == DEADLINE_EXCEEDED or self.spare is None or self.outgoing is None or not self.replayable:
            return False
        return self.sent == 0 or self.is_idempotent()

    def _because(self, reason: cython.int) -> None:
        """Remember the first failure: what follows may hide it."""
        if self.record.fallback == OK:
            self.record.fallback = reason

    def _go(self, route: Route) -> cython.bint:
        """Begin anew with the other upstream; False without memory."""
        record: cython.pointer(Record) = cython.address(self.record)
        outgoing: Buffer = self.outgoing
        head_size: cython.Py_ssize_t = self.spare.end
        if not self.spare.append(outgoing.data + self.head_size, outgoing.end - self.head_size):
            return False
        self.gateway.recorder.fell_back(record.series, True)
        self._drop()
        self.leave()
        self.gateway.reactor.buffers.give(outgoing)
        self.outgoing = self.spare
        self.head_size = head_size
        self.spare = None
        self.route = route
        self.origin = cython.cast(Origin, self.live.origins[route.upstream.index])
        self.wish = self.spare_wish
        self.told = self.spare_told
        self.tries = 0
        self.resent = 0
        self.try_at = 0.0
        record.upstream_series = route.upstream.series
        record.connect = 0.0
        record.endpoint_size = 0
        self.dispatch()
        return True

    def _answer(self, fallback: Fallback, reason: cython.int) -> None:
        """Give the answer that is always the same."""
        client: ServerStream = self.client
        self.gateway.recorder.fell_back(self.record.series, False)
        self._drop()
        self.record.reason = reason
        self.record.status = fallback.status
        answer = fixed(
            fallback,
            reason,
            request_id=self.record.id[: self.record.id_size].decode(),
            next_hop=self.pool.text if self.pool is not None else "",
            date=self.gateway.reactor.clock.http_date,
            connection=self.option(),
            bodiless=self.record.method == METHOD_HEAD,
            wait=self.wait(reason),
        )
        client.send_whole(answer)
        self._end()
        client.done()

    def problem(self, reason: cython.int, rule: cython.int) -> bytes:
        """Return the answer that tells of a failure, and note its status."""
        route = "" if self.route is None else self.route.name
        endpoint = self.pool.text if self.pool is not None else ""
        status, answer = problem(
            reason,
            rule,
            request_id=self.record.id[: self.record.id_size].decode(),
            route=route,
            next_hop=endpoint,
            date=self.gateway.reactor.clock.http_date,
            connection=self.option(),
            bodiless=self.record.method == METHOD_HEAD,
            form=form_of(self.accept, self.accept_size),
            wait=self.wait(reason),
        )
        self.record.status = status
        return answer

    def wait(self, reason: cython.int) -> int:
        """Return the whole seconds after which asking again is worth it: a breaker knows when it lets somebody in."""
        if reason != BREAKER_OPEN or self.origin.breaker is None:
            return RETRY_AFTER
        return max(RETRY_AFTER, math.ceil(self.origin.breaker.left(self.gateway.reactor.clock.now)))

    def option(self) -> str:
        """Return what an answer has to tell of the connection: that it ends, or to HTTP/1.0 that it does not."""
        if not self.client.keep(self.request_done):
            return "close"
        return "" if self.record.minor else "keep-alive"

    def _end(self) -> None:  # hot
        """Account for the exchange; the exchange says how."""


def _fill() -> None:
    at: cython.int
    for at in (
        CONNECTION_REFUSED,
        CONNECTION_TIMEOUT,
        DESTINATION_UNROUTABLE,
        DNS_ERROR,
        TLS_PROTOCOL_ERROR,
        TLS_CERTIFICATE_ERROR,
        CONNECTION_TERMINATED,
        HTTP_PROTOCOL_ERROR,
        RESPONSE_HEADER_SIZE,
        RESPONSE_TIMEOUT,
        RESPONSE_STATUS,
        DESTINATION_UNAVAILABLE,
        CONNECTION_LIMIT,
        QUEUE_TIMEOUT,
        BREAKER_OPEN,
        SHED,
        DEADLINE_EXCEEDED,
    ):
        LEADS_AWAY[at] = 1


_fill()
