"""One HTTP/1 connection from a client: heads and bodies in, answers out, in order.

This is the reading half; the writing half is its base. Between two requests it owns no buffer.
"""

import cython

from lumina.engine.exchange import Exchange
from lumina.engine.gateway import Gateway
from lumina.engine.pace import Paced
from lumina.engine.tls import Tls
from lumina.http1.chunked import ChunkedDecoder
from lumina.http1.request import RequestHead
from lumina.snapshot import Limits


class Client(Paced):
    """A client's connection; for HTTP/1 it is also the one stream on it."""

    def __init__(self, gateway: Gateway, fd: cython.int) -> None:
        self.gateway = gateway
        self.reactor = gateway.reactor
        self.fd = fd
        self.stage = HEAD

    def secured(self, tls: Tls) -> None:
        """Speak TLS, beginning with the handshake."""
        self.tls = tls
        self.secure = True
        self.stage = SHAKING

    def ready(self) -> None:  # hot
        if self.fd < 0:
            return
        if self.stage == SHAKING:
            self._shake()
            if self.fd < 0 or self.stage == SHAKING:
                return
        if self.pending is not None and self.seen & EPOLLOUT:
            self._flush_pending()
        if self.starved and self.seen & EPOLLOUT:
            self.starved = False
            if self.exchange is not None:
                self.exchange.client_drained()
        if self.fd >= 0 and (self.seen & (EPOLLIN | GONE) or self.untried):
            self._read()

    def _flush_pending(self) -> None:
        if not self.flush():
            self._gone()
            return
        if self.pending is not None:
            return
        self.unblocked()
        if self.stage == TUNNEL and self.exchange is None:
            self.close()
        elif self.stage == TUNNEL:
            self.exchange.tunnel_drained(True)
        elif self.exchange is not None:
            self.exchange.client_drained()

    def _gone(self) -> None:
        """The connection broke, or its peer left."""
        if self.exchange is None:
            self.close()
        elif self.stage == TUNNEL:
            self.exchange.tunnel_end(True, False)
        else:
            self.exchange.client_lost(CLIENT_GONE)

    def expired(self, now: cython.double) -> None:
        if self.fd < 0 or (self.blocked > 0.0 and self.keeps_up(now)):
            return
        if self.exchange is None:
            if self.blocked > 0.0:
                self.gateway.recorder.met(LIMIT_WRITE_TIME)
                self.reset()
            elif self.stage == HEAD and self.held is not None:
                self.refuse(REQUEST_TIMEOUT, 0, METHOD_OTHER)
            else:
                self.overdue(self.requests)
                self.close()
        elif self.blocked > 0.0:
            self.exchange.client_lost(CLIENT_TOO_SLOW)
        elif self.stage == BODY and not self.paused:
            self.exchange.request_broken(REQUEST_TIMEOUT, 0)

    def _shake(self) -> None:
        done: cython.int = self.tls.shake()
        if done > 0:
            self.stage = HEAD
        elif done < 0:
            if not self.tls.plain_http:
                self.close()
                return
            self.tls.forget()
            self.tls = None
            self.refuse(PLAIN_HTTP_ON_TLS, 0, METHOD_OTHER)

    def _read(self) -> None:  # hot
        if self.stage == HEAD:
            self._read_head()
        elif self.stage == LINGER:
            self._read_away()
        elif self.stage == BODY and not self.paused:
            self._read_body()
        elif self.stage == TUNNEL and not self.paused:
            self._read_tunnel()
        elif self.seen & EPOLLERR or (self.seen & GONE and self.stage != TUNNEL and not self._may_wait()):
            self._gone()

    def _may_wait(self) -> cython.bint:
        """Say whether a client that will send nothing more may want its answers all the same."""
        return self.way == URGENT or self.gateway.live.snapshot.half_close

    def _read_head(self) -> None:  # hot
        count: cython.Py_ssize_t
        if self.pending is not None:  # who does not take the answers asks no more
            return
        if self.untried:
            self.untried = False
            self.ahead += 1
            self.reactor.wheel.arm(self, self.reactor.clock.now + self._timeouts().header)  # it may be but a part
            self._request(self.held.data, self.held.start, self.held.end)
            return
        count = self.receive()
        if count == AGAIN:
            return
        if count <= 0:
            self.close()
            return
        self.ahead = 0
        if self.held is None:
            self._request(self.reactor.scratch, 0, count)
        elif self.held.append(self.reactor.scratch, count):
            self._request(self.held.data, self.held.start, self.held.end)
        else:
            self.close()

    def _request(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> None:  # hot
        """Parse one request's head, begin its exchange, and feed it what has come of its body."""
        head: RequestHead = self.gateway.request
        exchange: Exchange
        after: cython.Py_ssize_t = head.parse(data, at, end)
        if after == NEED_MORE:
            self._need_more(data, at, end)
            return
        if after == REFUSED:
            self.refuse(BAD_REQUEST, head.refusal, head.method)
            return
        self.minor = head.minor
        self.persistent = head.persistent and not self.gateway.draining and self._may_ask_again()
        self.body = head.body
        self.left = head.content_length
        self.paused = False
        self.stage = ANSWER
        self.reactor.wheel.disarm(self)
        if self.body == BODY_CHUNKED:
            if self.decoder is None:
                self.decoder = ChunkedDecoder()  # cold
            self.decoder.begin(head, data)
            self.stage = BODY
        elif self.body == BODY_LENGTH and self.left > 0:
            self.stage = BODY
        exchange = self._exchange()
        self.exchange = exchange
        exchange.begin(self, head, data)
        if self.stage == BODY and self.exchange is exchange:
            self.body_begins(head.expects_continue, end - after)
            after = self._feed(data, after, end)
        if after >= 0 and self.fd >= 0 and self.stage != LINGER:
            self._keep_rest(data, after, end)
        if self.exchange is exchange:
            exchange.dispatch()
        if self.seen & GONE or (self.stage == BODY and self.seen & EPOLLIN):  # what came with it is not told again
            self.reactor.again(self)

    def _may_ask_again(self) -> cython.bint:  # hot
        """Count one more request, and say whether another may follow it on this connection."""
        limits: Limits = self.gateway.live.snapshot.limits
        self.requests += 1
        if self.requests >= limits.connection_requests:
            self.gateway.recorder.met(LIMIT_CONNECTION_REQUESTS)
            return False
        if self.ahead >= limits.pipelined_requests:
            self.gateway.recorder.met(LIMIT_PIPELINED)
            return False
        return True

    def _exchange(self) -> Exchange:  # hot
        exchange: Exchange = cython.cast(Exchange, self.gateway.take())
        if exchange is None:
            exchange = Exchange(self.gateway)  # cold
        self.gateway.own(exchange)
        return exchange

    def _need_more(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> None:
        """Keep the part of a head that has come; the clock for the whole of it began with its first octet."""
        if self.held is None:
            self.held = self.reactor.buffers.take()
            self.held.append(data + at, end - at)
            self.reactor.wheel.arm(self, self.reactor.clock.now + self._timeouts().header)
        elif self.held.start != at:
            self.held.start = at
        if self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def _keep_rest(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> None:  # hot
        """Keep what follows this request: the next one, sent before this one's answer."""
        if at >= end:
            self._drop_held()
        elif self.held is None:
            self.held = self.reactor.buffers.take()
            self.held.append(data + at, end - at)
            self.untried = True
        else:
            self.held.start = at
            self.untried = True
        if self.untried and self.exchange is None:
            self.reactor.again(self)

    def _feed(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Give the exchange what there is of the body; the offset after it, or -1 when the exchange is over."""
        size: cython.Py_ssize_t = end - at
        if self.body == BODY_CHUNKED:
            return self._feed_chunks(data, at, end)
        if size > self.left:
            size = self.left
        if size > 0:
            self.left -= size
            self.exchange.request_body(data, at, size)
            if self.exchange is None:
                return -1
        if self.left == 0:
            self.stage = ANSWER
            self.body_over()
            self.exchange.request_end(None)
        return at + size

    def _feed_chunks(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        decoder: ChunkedDecoder = self.decoder
        while at < end and not decoder.done:
            at = decoder.step(data, at, end)
            if at < 0:
                self.exchange.request_broken(BAD_REQUEST, decoder.refusal)
                return -1
            if decoder.span_size > 0:
                self.exchange.request_body(data, decoder.span_at, decoder.span_size)
                if self.exchange is None:
                    return -1
        if decoder.done:
            self.stage = ANSWER
            self.body_over()
            self.exchange.request_end(decoder.trailers)
        else:
            self.exchange.upstream_writable()  # what gathered of small chunks
        return at

    def _read_body(self) -> None:  # hot
        count: cython.Py_ssize_t = self.receive()
        after: cython.Py_ssize_t
        if count == AGAIN:
            return
        if count <= 0:
            self._gone()
            return
        self.body_came(count)
        after = self._feed(self.reactor.scratch, 0, count)
        if after >= 0 and after < count:
            self._keep_rest(self.reactor.scratch, after, count)
        if self.fd >= 0 and self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def _read_tunnel(self) -> None:
        count: cython.Py_ssize_t
        if self.untried:  # sent before the upstream agreed
            self.untried = False
            self.paused = not self.exchange.tunnel_data(
                True, self.held.data + self.held.start, self.held.end - self.held.start
            )
            self._drop_held()
            if self.fd >= 0 and self.seen & (EPOLLIN | GONE) and not self.paused:
                self.reactor.again(self)
            return
        count = self.receive()
        if count == AGAIN:
            return
        if count <= 0:
            self.paused = True
            self.exchange.tunnel_end(True, count == ENDED)
            return
        self.paused = not self.exchange.tunnel_data(True, self.reactor.scratch, count)
        if self.fd >= 0 and self.seen & (EPOLLIN | GONE) and not self.paused:
            self.reactor.again(self)

    def _read_away(self) -> None:
        """Read and throw away, within a bound: to close with octets unread resets the connection, answer and all."""
        count: cython.Py_ssize_t = self.receive()
        if count == AGAIN:
            return
        if count == ENDED and self.pending is not None:
            self.seen &= ~EPOLLIN
            return
        if count <= 0:
            self.close()
            return
        self.drained += count
        if self.drained > DRAIN:
            self.close()
        elif self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def resume(self) -> None:
        self.paused = False
        if self.stage == BODY:
            self.body_begins(False, 0)
        if self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def become_tunnel(self) -> None:
        self.stage = TUNNEL
        self.persistent = False
        self.reactor.wheel.disarm(self)  # the tunnel has a clock of its own
        if self.seen & (EPOLLIN | GONE) or self.held is not None:
            self.reactor.again(self)

    def refuse(self, reason: cython.int, rule: cython.int, method: cython.int) -> None:
        """Answer what is no request, though its method may be known, and let the connection end."""
        exchange: Exchange = self._exchange()
        self.persistent = False
        self.minor = 1
        self.stage = BODY  # whatever else comes is not read as a request
        self.exchange = exchange
        exchange.refuse(self, reason, rule, method)

    # The end of an exchange, and of the connection.

    def waits(self) -> cython.bint:
        """Return whether the connection is between two requests."""
        return self.exchange is None and self.stage == HEAD and self.held is None

    def done(self) -> None:  # hot
        """The exchange has been answered: wait for the next request, or end."""
        self.exchange = None
        if self.fd < 0:
            return
        if self.broken:
            self.close()
        elif self.stage == BODY or not self.persistent:
            self._linger()
        else:
            self.stage = HEAD
            self.said()
            if self.untried or self.seen & (EPOLLIN | GONE):
                self.reactor.again(self)

    def abort(self) -> None:
        """The answer cannot be finished: break the connection so that the client cannot take it for whole."""
        self.exchange = None
        self.uncork()
        if self.framing == BODY_UNTIL_CLOSE or self.tls is not None:
            self.reset()
        else:
            self.close()

    def _linger(self) -> None:
        """Say that nothing more comes, and read on for a while (RFC 9112, section 9.6)."""
        self.stage = LINGER
        self._drop_held()
        self.untried = False
        self.finish()
        self.said()
        if self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def close(self) -> None:
        if self.fd < 0:
            return
        self.gateway.recorder.block.connections -= 1
        self.gateway.crowd.leave(self.group)
        if self.ends is not None:
            self.ends.leave()
        self.exchange = None
        self.corked = False
        self._drop_held()
        Responder.close(self)

    def _drop_held(self) -> None:  # hot
        if self.held is not None:
            self.reactor.buffers.give(self.held)
            self.held = None
