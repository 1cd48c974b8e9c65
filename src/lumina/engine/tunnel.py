"""Two connections tied to each other after a switch of protocols (RFC 9110, section 7.8): octets, and no messages.

Each side may end on its own (half-close): its end is passed on behind what it sent, and the other goes on.
"""

import cython

from lumina.engine.delivery import Delivery
from lumina.engine.stream import Dialogue, ServerStream


class Tunnel(Dialogue):
    """Takes an exchange's streams over, and lets the exchange account for what it carried."""

    def __init__(self, exchange: Delivery) -> None:
        self.exchange = exchange
        self.client = exchange.client
        self.connection = exchange.connection
        self.reactor = exchange.gateway.reactor
        self.idle = exchange.origin.upstream.tunnel_idle_timeout
        self._moved()

    def _moved(self) -> None:
        """Octets have moved: from here on it is idle."""
        self.reactor.wheel.arm(self, self.reactor.clock.now + self.idle)

    def expired(self, now: cython.double) -> None:
        """It was idle too long. Who has taken all that was for it is told of an end, and not of a fault."""
        self._over(self.client.pending is None and self.connection.pending is None)

    def tunnel_data(self, from_client: cython.bint, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:
        """Carry octets across; False asks the side they came from to stop for now."""
        self._moved()
        if from_client:
            self.exchange.record.bytes_in += size
            if not self.connection.send_one(data, size):
                self.tunnel_end(False, False)
                return False
            return self.connection.waiting() <= HIGH_MARK
        self.exchange.record.bytes_out += size
        self.client.send_body(data, 0, size)
        if self.client.broken:
            self.tunnel_end(True, False)
            return False
        return self.client.waiting() <= HIGH_MARK

    def tunnel_end(self, from_client: cython.bint, clean: cython.bint) -> None:
        """One side will send no more. The other may go on (half-close), unless the end was not a clean one."""
        if from_client:
            self.client_ended = True
        else:
            self.upstream_ended = True
        if not clean:
            self.exchange.record.reason = CLIENT_GONE if from_client else CONNECTION_TERMINATED
            self._over(False)
            return
        if from_client:
            self.connection.finish()
        else:
            self.client.uncork()
            self.client.finish()
        self._ended()

    def _ended(self) -> None:
        """End it if both sides have said all, and the upstream has been sent it; a client is sent it even then."""
        if self.client_ended and self.upstream_ended and self.connection.pending is None:
            self._over(True)

    def _over(self, clean: cython.bint) -> None:
        """End both sides."""
        keep: Tunnel = self  # its streams are all that holds it, and they let go of it here
        client: ServerStream = keep.client
        self.reactor.wheel.forget(self)
        client.uncork()
        client.exchange = None
        if clean:
            keep.connection.release(False)
        else:
            keep.connection.reset()
        keep.exchange.account()
        if not clean:
            client.reset()
        elif client.pending is not None:
            client.finishing = True  # its last octets still go out; then it closes by itself
        else:
            client.close()

    def tunnel_drained(self, client_side: cython.bint) -> None:
        """What waited for one side has gone to it: read on at the other."""
        if client_side:
            if self.connection.paused and not self.upstream_ended:
                self.connection.resume()
        elif self.client.paused and not self.client_ended:
            self.client.resume()

    def client_lost(self, reason: cython.int) -> None:
        self.tunnel_end(True, False)

    def upstream_lost(self, reason: cython.int) -> None:
        self.tunnel_end(False, False)

    def upstream_writable(self) -> None:
        reset: cython.bint = self.upstream_ended and self.connection.seen & EPOLLERR  # it is read no more to learn that
        if reset or not self.connection.flush():
            self.tunnel_end(False, False)
        elif self.connection.pending is None:
            self.tunnel_drained(False)
            self._ended()

    def settle(self) -> None:
        self.client.uncork()
