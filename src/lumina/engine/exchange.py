"""One request and its response: from the head that a client sent to the line in the access log.

    begin      match the route, write the request for the upstream
    dispatch   pick an endpoint, lease a connection or open one
    _push      send what is written as far as the kernel takes it; the body follows as it arrives
    response_* the answer goes to the client as it arrives
    _finish    both sides are let go, the exchange is accounted for

Whatever fails on the way ends in fail(), and everything ends in _end(). An exchange knows streams, not connections: it
asks them to pause when the other side does not keep up, and owns no socket and no clock.
"""

import cython

from lumina.engine.answers import problem
from lumina.engine.buffer import Buffer
from lumina.engine.identity import Identity
from lumina.engine.pool import Pool
from lumina.engine.reactor import Reactor
from lumina.engine.recorder import Recorder
from lumina.engine.stream import ClientStream, Dialogue, ServerStream
from lumina.engine.upstream import Origin, UpstreamConnection
from lumina.http1.request import RequestHead
from lumina.http1.response import ResponseHead
from lumina.http1.write import Writer
from lumina.snapshot import Route, Snapshot


class Live:
    """A snapshot that a worker works by. An exchange keeps the one it began with."""

    def __init__(self, snapshot: Snapshot, origins: tuple[Origin, ...]) -> None:
        self.snapshot = snapshot
        self.origins = origins


class Gateway:
    """What all exchanges of a worker share: where heads are parsed, what is live, and the spare exchanges."""

    def __init__(self, reactor: Reactor, recorder: Recorder) -> None:
        self.reactor = reactor
        self.recorder = recorder
        self.identity = Identity()
        self.writer = Writer()
        self.request = RequestHead()
        self.response = ResponseHead()

    def exchange(self) -> Exchange:  # hot
        """Return an exchange that owns itself until it is recycled: its streams may let go of it while it acts."""
        exchange: Exchange = self.spare
        if exchange is None:
            exchange = Exchange(self)  # cold
        else:
            self.spare = exchange.below
            exchange.below = None
        Py_INCREF(exchange)
        return exchange

    def recycle(self, exchange: Exchange) -> None:  # hot
        exchange.below = self.spare
        self.spare = exchange
        Py_DECREF(exchange)


class Exchange(Dialogue):
    """One request and its response."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    # The request.

    def begin(self, client: ServerStream, head: RequestHead, data: cython.p_const_uchar) -> None:  # hot
        """Take a request whose head is parsed. It goes out with dispatch(), or has been answered when this returns."""
        gateway: Gateway = self.gateway
        limit: cython.longlong
        hop: Hop
        self._opened(client)
        self._note(head, data)
        self.body = head.body
        self.request_done = head.body == BODY_NONE or (head.body == BODY_LENGTH and head.content_length == 0)
        self.expects_continue = head.expects_continue
        self.upgrading = head.upgrade and head.upgrade_field >= 0 and head.minor >= 1 and self.request_done
        if head.rewritten:
            self.route = self.live.snapshot.match(client.admin_only, head.path_room, 0, head.normal_size)
        else:
            self.route = self.live.snapshot.match(client.admin_only, data, head.path_at, head.path_size)
        if self.route is None:
            self.fail(NO_ROUTE, 0)
            return
        self.origin = cython.cast(Origin, self.live.origins[self.route.upstream.index])
        self.record.series = self.route.series
        self.record.upstream_series = self.route.upstream.series
        limit = self.live.snapshot.limits.body_bytes
        if limit >= 0 and head.content_length > limit:
            self.fail(BODY_TOO_LARGE, 0)
            return
        self.outgoing = gateway.reactor.buffers.take()
        hop.id = self.record.id
        hop.peer = client.peer
        hop.peer_size = client.peer_size
        hop.secure = client.secure
        hop.upgrading = self.upgrading
        if not write_request(self.outgoing, gateway.writer, head, data, self.route, cython.address(hop)):
            self.fail(INTERNAL_ERROR, 0)

    def _opened(self, client: ServerStream) -> None:  # hot
        gateway: Gateway = self.gateway
        record: cython.pointer(Record) = cython.address(self.record)
        self.client = client
        self.live = gateway.live
        self.sent = 0
        self.endpoints_tried = 0
        self.addresses_tried = 0
        self.ready = False
        self.responded = False
        self.tunnelling = False
        self.client_ended = False
        self.upstream_ended = False
        self.replayable = True
        record.began = gateway.reactor.clock.now
        record.sent = 0.0
        record.first_byte = 0.0
        record.connect = 0.0
        record.reason = OK
        record.status = 0
        record.attempts = 0
        record.series = 0
        record.upstream_series = 0
        record.bytes_in = 0
        record.bytes_out = 0
        record.route_size = 0
        record.upstream_size = 0
        record.endpoint_size = 0
        gateway.identity.write(record.id, gateway.reactor.clock.wall)
        memcpy(record.client, client.peer, client.peer_size)
        record.client_size = client.peer_size
        client.request_id = record.id
        gateway.recorder.block.in_flight += 1

    def _note(self, head: RequestHead, data: cython.p_const_uchar) -> None:  # hot
        """Keep for the access line what the head says and the receiving buffer will not keep."""
        record: cython.pointer(Record) = cython.address(self.record)
        record.method = head.method
        record.minor = head.minor
        record.path_size = min(head.path_size, PATH_KEPT)
        memcpy(record.path, data + head.path_at, record.path_size)
        record.host_size = min(head.authority_size, HOST_KEPT)
        memcpy(record.host, data + head.authority_at, record.host_size)
        record.verb_size = min(head.method_size, METHOD_KEPT)
        memcpy(record.verb, data + head.method_at, record.verb_size)

    def refuse(self, client: ServerStream, reason: cython.int, rule: cython.int) -> None:
        """Answer a request whose head breaks a rule or does not come, and account for it."""
        self._opened(client)
        self.record.method = 0
        self.record.minor = 1
        self.record.path_size = 0
        self.record.host_size = 0
        self.record.verb_size = 0
        self.request_done = False
        self.fail(reason, rule)

    def request_body(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:  # hot
        """A part of the request's body has come."""
        taken: cython.Py_ssize_t = 0
        limit: cython.longlong = self.live.snapshot.limits.body_bytes
        outgoing: Buffer = self.outgoing
        self.record.bytes_in += size
        if limit >= 0 and cython.cast(cython.longlong, self.record.bytes_in) > limit:
            self.fail(BODY_TOO_LARGE, 0)
            return
        if outgoing is None:  # the answer is complete: the rest is only read so that it is out of the way
            return
        if self.ready and self.body == BODY_LENGTH and outgoing.end == 0 and not self.connection.broken:
            taken = self.connection.push(data + at, size)
            if taken == BROKEN:
                self._push()
                return
            self.gateway.reactor.wheel.arm(
                self.connection, self.gateway.reactor.clock.now + self.origin.upstream.first_byte_timeout
            )
        if taken < size:
            self._append_body(data, at + taken, size - taken)
        if self.ready and self.outgoing is not None:
            self._push()
        if self.outgoing is not None and outgoing.end - self.sent > HIGH_MARK:
            self.client.paused = True

    def _append_body(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:  # hot
        outgoing: Buffer = self.outgoing
        writer: Writer = self.gateway.writer
        if not outgoing.room(size + 32):
            self.fail(INTERNAL_ERROR, 0)
            return
        writer.begin(outgoing.data, outgoing.end)
        if self.body == BODY_CHUNKED:
            writer.hexadecimal(size)
            writer.end()
            writer.put(data, at, size)
            writer.end()
        else:
            writer.put(data, at, size)
        outgoing.end = writer.at

    def request_end(self, trailers: bytearray | None) -> None:  # hot
        """The request's body is complete."""
        outgoing: Buffer = self.outgoing
        size: cython.Py_ssize_t = 0
        self.request_done = True
        if outgoing is None:
            return
        if self.body == BODY_CHUNKED:
            if trailers is not None:
                size = len(trailers)  # cold
            if not outgoing.room(size + 8):
                self.fail(INTERNAL_ERROR, 0)
                return
            outgoing.append(b"0\r\n", 3)
            if size > 0:
                outgoing.append(trailers, size)  # cold
            outgoing.append(b"\r\n", 2)
        if self.ready:
            self._push()

    def request_broken(self, reason: cython.int, rule: cython.int) -> None:
        """The request's body breaks a rule, or did not come in time."""
        self.fail(reason, rule)

    # The way to an endpoint.

    def dispatch(self) -> None:  # hot
        """Send the request to the endpoint whose turn it is."""
        connection: UpstreamConnection
        self.place = self.origin.cursor
        self.origin.cursor += 1
        connection = cython.cast(UpstreamConnection, self.origin.pool(self.place).lease())
        if connection is None:
            self._connect()
            return
        connection.expect(self, self.record.method)
        self._attach(connection)

    def _connect(self) -> None:
        """Open a connection to the endpoint at `place`."""
        pool: Pool = self.origin.pool(self.place)
        connection: UpstreamConnection
        reason: cython.int
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
        record.endpoint = connection.pool.text
        record.endpoint_size = len(connection.pool.text)
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
        if self.tunnelling:
            if self.connection.flush() and self.connection.pending is None and self.client.paused:
                self.client.resume()
        elif self.ready and self.outgoing is not None and self.outgoing.end > self.sent:
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

    # The answer.

    def response_head(self, head: ResponseHead, data: cython.p_const_uchar) -> None:  # hot
        """A head has come: of an interim answer, of a switch of protocols, or of the answer itself."""
        if head.status < 200:
            if head.status == 101:
                if self.upgrading:
                    self._begin_tunnel(head, data)
                else:
                    self.upstream_lost(HTTP_PROTOCOL_ERROR)
            elif self.record.minor >= 1 and (head.status != 100 or self.expects_continue):
                self.client.send_interim(head, data)
            return
        self.record.first_byte = self.gateway.reactor.clock.now
        self.record.status = head.status
        self.responded = True
        self.replayable = False
        self.client.send_head(head, data, self.request_done and not self.gateway.draining)

    def response_body(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:  # hot
        self.record.bytes_out += size
        self.client.send_body(data, at, size)
        if self.client.broken:
            self.client_lost(CLIENT_GONE)
        elif self.client.waiting() > HIGH_MARK:
            self.connection.paused = True

    def response_end(self, trailers: bytearray | None) -> None:  # hot
        self.client.send_end(trailers)
        self._finish()

    def client_drained(self) -> None:
        """All that waited for the client has gone to it."""
        if self.connection is not None and self.connection.paused:
            self.connection.resume()

    def settle(self) -> None:  # hot
        if self.client is not None:
            self.client.uncork()

    def can_splice(self) -> cython.bint:
        """Whether the rest of the answer's body may go from socket to socket by itself."""
        self.client.uncork()
        return self.client.can_splice()

    def response_pipe(self, source: cython.int, size: cython.Py_ssize_t, more: cython.bint) -> cython.Py_ssize_t:
        """Let the client's socket take octets out of a pipe; as Transport.push()."""
        count: cython.Py_ssize_t = self.client.splice_from(source, size, more)
        if count == BROKEN:
            self.client_lost(CLIENT_GONE)
        elif count > 0:
            self.record.bytes_out += count
        return count

    # A tunnel.

    def _begin_tunnel(self, head: ResponseHead, data: cython.p_const_uchar) -> None:
        self.record.first_byte = self.gateway.reactor.clock.now
        self.record.status = 101
        self.responded = True
        self.tunnelling = True
        self.client.send_interim(head, data)
        self.client.become_tunnel()
        self.connection.become_tunnel()
        self.gateway.reactor.wheel.disarm(self.connection)

    def tunnel_data(self, from_client: cython.bint, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:
        """Carry octets across; False asks the side they came from to stop for now."""
        if from_client:
            self.record.bytes_in += size
            if not self.connection.send_one(data, size):
                self.tunnel_end(False, False)
                return False
            return self.connection.waiting() <= HIGH_MARK
        self.record.bytes_out += size
        self.client.send_body(data, 0, size)
        if self.client.broken:
            self.tunnel_end(True, False)
            return False
        return self.client.waiting() <= HIGH_MARK

    def tunnel_end(self, from_client: cython.bint, clean: cython.bint) -> None:
        """One side will send no more. The other may go on (half-close), unless the end was not a clean one."""
        client: ServerStream = self.client
        connection: UpstreamConnection = self.connection
        if from_client:
            self.client_ended = True
        else:
            self.upstream_ended = True
        if clean and not (self.client_ended and self.upstream_ended):
            if from_client:
                connection.finish()
            else:
                client.uncork()
                client.finish()
            return
        client.uncork()
        self.connection = None
        connection.release(False)
        if clean and client.pending is not None:
            client.finishing = True  # its last octets still go out; then it closes by itself
            client.exchange = None
            self._end()
            return
        self._end()
        if clean:
            client.close()
        else:
            client.reset()

    # The end.

    def client_lost(self, reason: cython.int) -> None:
        """The client left: whatever the upstream still does is for nobody."""
        client: ServerStream = self.client
        if self.connection is not None:
            self.connection.release(False)
            self.connection = None
        self.record.reason = reason
        if self.record.status == 0 or reason == CLIENT_GONE:
            self.record.status = 499
        client.exchange = None
        client.close()
        self._end()

    def fail(self, reason: cython.int, rule: cython.int) -> None:
        """Tell the client what went wrong: by an answer, or where one has begun by a visible break."""
        client: ServerStream = self.client
        if self.connection is not None:
            self.connection.exchange = None
            self.connection.release(False)
            self.connection = None
        self.record.reason = reason
        if self.responded:
            self._end()
            client.abort()
            return
        client.send_whole(self._problem(reason, rule))
        self._end()
        client.done()

    def _problem(self, reason: cython.int, rule: cython.int) -> bytes:
        keep: cython.bint = self.client.keep(self.request_done)
        route = "" if self.route is None else self.route.name
        endpoint: bytes = self.record.endpoint[: self.record.endpoint_size]
        status, answer = problem(
            reason,
            rule,
            request_id=self.record.id[:36].decode(),
            route=route,
            next_hop=endpoint.decode(),
            date=self.gateway.reactor.clock.http_date,
            close=not keep,
            bodiless=self.record.method == METHOD_HEAD,
        )
        self.record.status = status
        return answer

    def _finish(self) -> None:  # hot
        client: ServerStream = self.client
        connection: UpstreamConnection = self.connection
        client.uncork()
        self.connection = None
        connection.release(self.request_done)
        self._end()
        client.done()

    def _end(self) -> None:  # hot
        """Account for the exchange and make it ready for another."""
        record: cython.pointer(Record) = cython.address(self.record)
        if self.route is not None:
            record.route = self.route.label
            record.route_size = len(self.route.label)
            record.upstream = self.route.upstream.label
            record.upstream_size = len(self.route.upstream.label)
        self.gateway.recorder.account(record)
        self.gateway.recorder.block.in_flight -= 1
        if self.outgoing is not None:
            self.gateway.reactor.buffers.give(self.outgoing)
            self.outgoing = None
        self.client = None
        self.route = None
        self.origin = None
        self.live = None
        self.gateway.recycle(self)
