"""One HTTP/1.1 connection to an endpoint: connect, send a request, read its answer, wait for the next."""

import cython

from lumina.engine.announced import Announced
from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.tls import Tls
from lumina.errors import EngineError
from lumina.http1.chunked import ChunkedDecoder
from lumina.http1.response import ResponseHead


class UpstreamConnection(Announced):
    """A connection and, while it carries an exchange, that exchange's codec."""

    def __init__(self, origin: Origin, pool: Pool) -> None:
        self.origin = origin
        self.pool = pool
        self.reactor = origin.reactor

    def open(self, address: cython.int) -> cython.int:
        """Begin to connect to the pool's address of that number; OK, or the reason why it cannot be."""
        where: cython.pointer(sockaddr_storage) = cython.address(self.pool.addresses[address])
        one: cython.int = 1
        self.stage = CONNECTING
        self.address = address
        self.began = self.reactor.clock.now
        self.fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
        if self.fd < 0:
            return INTERNAL_ERROR
        if where.ss_family != AF_UNIX:
            setsockopt(self.fd, IPPROTO_TCP, TCP_NODELAY, cython.address(one), cython.sizeof(one))
        if connect(self.fd, cython.cast(cython.pointer(sockaddr), where), self.pool.sizes[address]) < 0:
            if errno != EINPROGRESS:
                reason: cython.int = reason_of(errno)
                close(self.fd)
                self.fd = -1
                return reason
        try:
            self.way = URGENT if self.origin.urgent else ORDINARY
            self.reactor.watch(self, ALL_NEWS)
        except EngineError:
            close(self.fd)
            self.fd = -1
            return INTERNAL_ERROR
        self.pool.open += 1
        self.pool.stats.active += 1
        self.reactor.wheel.arm(self, self.began + self.origin.upstream.connect_timeout)
        return OK

    def ready(self) -> None:  # hot
        if self.fd < 0:
            return
        if self.stage == CONNECTING:
            if self.seen & (EPOLLOUT | EPOLLERR | EPOLLHUP):
                self._connected()
            return
        if self.stage == SHAKING:
            self._shake()
            return
        if self.stage == WAITING:
            if self.seen & (EPOLLIN | GONE):
                self._read()
            return
        exchange: Dialogue = self.exchange
        if self.seen & EPOLLOUT and exchange is not None:
            exchange.upstream_writable()
        if self.fd >= 0 and self.seen & (EPOLLIN | GONE) and not self.paused:
            self._read()

    def expired(self, now: cython.double) -> None:
        if self.fd < 0:
            return
        if self.stage == CONNECTING or self.stage == SHAKING:
            self._unreached(CONNECTION_TIMEOUT)
        elif self.stage == WAITING or self.exchange is None:
            self.close()
        elif self.paused:  # it is the client that does not keep up
            self.reactor.wheel.arm(self, now + self.origin.upstream.between_bytes_timeout)
        else:
            exchange: Dialogue = self.exchange
            exchange.upstream_lost(RESPONSE_TIMEOUT)

    def _connected(self) -> None:
        exchange: Dialogue = self.exchange
        error: cython.int = 0
        size: socklen_t = cython.sizeof(error)
        getsockopt(self.fd, SOL_SOCKET, SO_ERROR, cython.address(error), cython.address(size))
        if error == 0:
            error = self.introduce()
        if error != 0:
            self._unreached(reason_of(error))
            return
        if self.origin.context is None:
            self.connect_seconds = self.reactor.clock.now - self.began
            self.stage = HEAD
            exchange.upstream_ready()
            return
        try:
            name = self.origin.upstream.tls.get("server_name") or self.pool.host
            self.tls = Tls(self.origin.context, self.fd, server_side=False, name=name, view=self.reactor.view)
        except (OSError, ValueError):
            self._unreached(TLS_PROTOCOL_ERROR)
            return
        self.stage = SHAKING
        if self.origin.upstream.tls_timeout > 0.0:
            self.reactor.wheel.arm(self, self.reactor.clock.now + self.origin.upstream.tls_timeout)
        self._shake()

    def _shake(self) -> None:
        exchange: Dialogue = self.exchange
        done: cython.int = self.tls.shake()
        if done == 0:
            return
        if done < 0:
            self._unreached(TLS_CERTIFICATE_ERROR if self.tls.untrusted else TLS_PROTOCOL_ERROR)
            return
        self.connect_seconds = self.reactor.clock.now - self.began
        self.stage = HEAD
        exchange.upstream_ready()

    def _unreached(self, reason: cython.int) -> None:
        exchange: Dialogue = self.exchange
        self.exchange = None
        self.close()
        if exchange is not None:
            exchange.upstream_unreached(reason)

    def expect(self, exchange: Dialogue, method: cython.int) -> None:  # hot
        """Carry `exchange` now: the next head that comes is its answer."""
        self.exchange = exchange
        self.method = method
        self.answered = False
        self.paused = False
        if self.stage == WAITING:
            self.stage = HEAD
            self.pool.stats.active += 1
            self.reactor.wheel.arm(self, self.reactor.clock.now + self.origin.upstream.first_byte_timeout)

    def resume(self) -> None:
        self.paused = False
        if self.seen & (EPOLLIN | GONE):
            self.reactor.again(self)

    def become_tunnel(self) -> None:
        """From here on octets are not messages."""
        self.stage = TUNNEL

    def untouched(self, sent: cython.Py_ssize_t, proven: cython.bint) -> cython.bint:
        """Return whether the endpoint's program cannot have read the `sent` octets of this request.

        proven: so that to send it elsewhere is safe for any method. Otherwise it is enough that it is likely.
        """
        if sent == 0:
            return True
        if self.tls is not None or self.fd < 0:
            return False
        return unacknowledged(self.fd, sent) or ((self.reused or not proven) and unread(self.fd, sent))

    def release(self, keep: cython.bint) -> None:  # hot
        """The exchange is over: wait for another, or close."""
        self.exchange = None
        if (
            not keep
            or not self.persistent
            or self.broken
            or self.seen & GONE
            or self.pool.gone
            or self.idle_time <= 0.0
        ):
            self.close()
            return
        if self.pool.idle < self.origin.most_idle:
            self.pool.give(self)
        elif not self.stay():
            self.close()
            return
        self.stage = WAITING
        self.reused = True
        self.paused = False
        self.pool.stats.active -= 1
        self.since = self.reactor.clock.now
        self.reactor.wheel.arm(self, self.reactor.clock.now + self.idle_time)
        if self.seen & EPOLLIN:
            self.reactor.again(self)

    def close(self) -> None:
        if self.fd < 0:
            return
        self.withdraw()
        self.exchange = None
        self._drop_held()
        self._drop_pipe()
        Announced.close(self)

    def _drop_held(self) -> None:
        if self.held is not None:
            self.reactor.buffers.give(self.held)
            self.held = None

    def _read(self) -> None:  # hot
        count: cython.Py_ssize_t
        exchange: Dialogue
        if self.pipe is not None or (self.stage == BODY and self.left >= SPLICE_FROM and self._can_splice()):
            self._splice()  # cold
            return
        count = self.receive()
        if count == AGAIN:
            return
        if self.stage == WAITING:  # nothing was asked, so nothing may come
            self.pool.learn(self.reactor.clock.now - self.since)
            self.close()
            return
        if count <= 0:
            self._lost(count == ENDED)
            return
        exchange = self.exchange
        if self.stage == TUNNEL:
            self.paused = not exchange.tunnel_data(False, self.reactor.scratch, count)
        elif self.held is not None:
            if not self.held.append(self.reactor.scratch, count):
                exchange.upstream_lost(INTERNAL_ERROR)
                return
            self._bytes(self.held.data, self.held.start, self.held.end)
        else:
            self._bytes(self.reactor.scratch, 0, count)
        if self.exchange is not None:  # it may be another than before: the one that asked twice took this answer
            exchange = self.exchange
        exchange.settle()
        if self.fd >= 0 and self.seen & (EPOLLIN | GONE) and not self.paused and self.stage != CONNECTING:
            self.reactor.again(self)

    def _can_splice(self) -> cython.bint:
        return self.body == BODY_LENGTH and self.tls is None and self.exchange.can_splice()

    def _splice(self) -> None:
        """Move the rest of the body through a pipe, as far as both sockets go along."""
        pipe: Pipe = self.pipe
        moved: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t
        before: cython.Py_ssize_t
        room: cython.Py_ssize_t
        exchange: Dialogue = self.exchange
        if not self.reactor.late:  # first all that is quickly done
            self.reactor.again(self)
            return
        if pipe is None:
            pipe = self.reactor.pipes.take()
            if pipe is None:
                self.exchange.upstream_lost(INTERNAL_ERROR)
                return
            self.pipe = pipe
        while moved < SPLICE_TURN:
            before = moved
            if self.left > 0 and pipe.filled < pipe.size and self.seen & (EPOLLIN | GONE):
                room = min(self.left, pipe.size - pipe.filled)
                count = splice(self.fd, cython.NULL, pipe.sink, cython.NULL, room, SPLICE_F_MOVE | SPLICE_F_NONBLOCK)
                if count > 0:
                    pipe.filled += count
                    self.left -= count
                    moved += count
                elif count == 0 or (errno != EAGAIN and errno != EINTR):
                    exchange.upstream_lost(RESPONSE_INCOMPLETE)
                    return
                elif pipe.filled == 0:
                    self.seen &= ~EPOLLIN
            if pipe.filled > 0:
                count = exchange.response_pipe(pipe.source, pipe.filled, self.left > 0)
                if count < 0:
                    return
                if count == 0:
                    self.paused = True
                    return
                pipe.filled -= count
                moved += count
            if self.left == 0 and pipe.filled == 0:
                self._drop_pipe()
                self._whole(0, None)
                return
            if moved == before:
                self.reactor.wheel.arm(self, self.reactor.clock.now + self.origin.upstream.between_bytes_timeout)
                return
        self.reactor.again(self)

    def _drop_pipe(self) -> None:
        if self.pipe is not None:
            self.reactor.pipes.give(self.pipe)
            self.pipe = None

    def _lost(self, clean: cython.bint) -> None:
        """The peer ended, or the connection broke."""
        exchange: Dialogue = self.exchange
        if self.stage == TUNNEL:
            self.paused = True
            exchange.tunnel_end(False, clean)
        elif self.stage == BODY and self.body == BODY_UNTIL_CLOSE and clean:
            self.persistent = False
            exchange.response_end(None)
            exchange.settle()
        elif self.stage == BODY:
            exchange.upstream_lost(RESPONSE_INCOMPLETE)
        else:
            exchange.upstream_lost(CONNECTION_TERMINATED if clean else self.fault(CONNECTION_TERMINATED))

    def _bytes(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> None:  # hot
        """Take what has come: heads, then a body, then nothing more."""
        exchange: Dialogue = self.exchange
        self.answered = True
        while self.exchange is exchange and at < end and (self.stage == HEAD or self.stage == BODY):
            if self.stage == HEAD:
                at = self._head(data, at, end)
                if self.exchange is not None:
                    exchange = self.exchange
            else:
                at = self._body(data, at, end)
            if at < 0:
                return
        if self.stage == TUNNEL and at < end:
            self.paused = not self.exchange.tunnel_data(False, data + at, end - at)
        if self.stage != HEAD or at == end:
            self._drop_held()

    def _head(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Parse one head; the offset after it, or -1 when there is no more to do now."""
        head: ResponseHead = self.origin.head
        after: cython.Py_ssize_t = head.parse(data, at, end, self.method)
        if after == NEED_MORE:
            if self.held is None:
                self.held = self.reactor.buffers.take()
                self.held.append(data + at, end - at)
            else:
                self.held.start = at
            return -1
        if after == REFUSED:
            large: cython.bint = head.refusal == RULE_HEAD_TOO_LARGE or head.refusal == RULE_FIELD_COUNT
            self.exchange.upstream_lost(RESPONSE_HEADER_SIZE if large else HTTP_PROTOCOL_ERROR)
            return -1
        if head.status >= 200 or head.status == 101:
            self.body = head.body
            self.left = head.content_length
            self.persistent = head.persistent
            self.idle_time = idle_seconds(head, data, self.origin.upstream.pool_idle_timeout)
            self.stage = BODY
            if self.body == BODY_CHUNKED:
                if self.decoder is None:
                    self.decoder = ChunkedDecoder()  # cold
                self.decoder.begin(head, data)
            self.reactor.wheel.arm(self, self.reactor.clock.now + self.origin.upstream.between_bytes_timeout)
        self.exchange.response_head(head, data)
        if (
            self.fd >= 0
            and self.stage == BODY
            and (self.body == BODY_NONE or (self.body == BODY_LENGTH and self.left == 0))
        ):
            self._whole(end - after, None)
        return after

    def _body(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        size: cython.Py_ssize_t = end - at
        self.reactor.wheel.arm(self, self.reactor.clock.now + self.origin.upstream.between_bytes_timeout)
        if self.body == BODY_CHUNKED:
            return self._chunks(data, at, end)
        if self.body == BODY_LENGTH and size > self.left:
            size = self.left
        self.exchange.response_body(data, at, size)
        if self.exchange is None:
            return -1
        if self.body == BODY_LENGTH:
            self.left -= size
            if self.left == 0:
                self._whole(end - at - size, None)
        return at + size

    def _chunks(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        decoder: ChunkedDecoder = self.decoder
        while at < end and not decoder.done:
            at = decoder.step(data, at, end)
            if at < 0:
                self.exchange.upstream_lost(HTTP_PROTOCOL_ERROR)
                return -1
            if decoder.span_size > 0:
                self.exchange.response_body(data, decoder.span_at, decoder.span_size)
                if self.exchange is None:
                    return -1
        if decoder.done:
            self._whole(end - at, decoder.trailers)
        return at

    def _whole(self, extra: cython.Py_ssize_t, trailers: bytearray | None) -> None:  # hot
        """The answer is complete. Octets beyond it belong to no request: such a connection is not used again."""
        if extra > 0:
            self.persistent = False
        self.exchange.response_end(trailers)
