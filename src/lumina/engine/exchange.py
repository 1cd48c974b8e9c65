"""One request and its response: from the head that a client sent to the line in the access log.

    begin      match the route, write the request for the upstream
    dispatch   pick an endpoint, lease a connection or open one (sending.py, as the next; detour.py when all fail)
    _push      send what is written as far as the kernel takes it; the body follows as it arrives
    response_* the answer goes to the client as it arrives
    _finish    both sides are let go, the exchange is accounted for

Whatever fails on the way ends in fail(), and everything ends in _end(). An exchange knows streams, not connections: it
asks them to pause when the other side does not keep up, and owns no socket and no clock.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.gateway import Gateway
from lumina.engine.origin import Origin
from lumina.engine.reception import Reception
from lumina.engine.stream import ServerStream
from lumina.engine.tunnel import Tunnel
from lumina.engine.upstream import UpstreamConnection
from lumina.http1.request import RequestHead
from lumina.http1.response import ResponseHead
from lumina.http1.write import Writer


class Exchange(Reception):
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
        hop.data = data
        hop.record = cython.address(self.record)
        hop.peer = client.peer
        hop.peer_size = client.peer_size
        hop.secure = hop.over_tls = client.private = client.secure
        hop.told = cython.NULL
        hop.ways = self.live.snapshot.forwarded
        hop.forwards = FORWARDS_ANY
        if gateway.forwarded.trusting:
            self.introduce(head, data, cython.address(hop))
        self.body = head.body
        self.request_done = head.body == BODY_NONE or (head.body == BODY_LENGTH and head.content_length == 0)
        self.upgrading = head.upgrade and head.upgrade_field >= 0 and head.minor >= 1 and self.request_done
        if head.rewritten:
            self.route = self.live.snapshot.match(client.admin_only, head.path_room, 0, head.normal_size)
        else:
            self.route = self.live.snapshot.match(client.admin_only, data, head.path_at, head.path_size)
        if self.route is None:
            self.strays(head, data)
            return
        if (head.doubtful or head.asks_for_tls) and self._refused(head, data):
            return
        self.origin = cython.cast(Origin, self.live.origins[self.route.upstream.index])
        self.record.series = self.route.series
        self.record.upstream_series = self.route.upstream.series
        if head.relayed and self.stops(head, cython.address(hop)):
            return
        limit = self.route.body_bytes
        if limit >= 0 and head.content_length > limit:
            self.fail(BODY_TOO_LARGE, 0)
            return
        if gateway.recorder.block.in_flight > self.live.snapshot.limits.requests and not self.route.admin:
            self.fail(REQUEST_LIMIT, 0)
            return
        self.priority = self.route.priority
        gateway.reactor.move(client, URGENT if self.route.admin else ORDINARY, ALL_NEWS)
        if gateway.strain.level > 0.0 and not self.route.admin and self._given_up():
            return
        if self.origin.guided:
            guide(self.origin, cython.address(self.wish), head, data, cython.address(self.record))
        self.outgoing = gateway.reactor.buffers.take()
        hop.upgrading = self.upgrading
        if not self.write(head, cython.address(hop)):
            self.fail(INTERNAL_ERROR, 0)

    def _refused(self, head: RequestHead, data: cython.p_const_uchar) -> cython.bint:
        """Refuse a target that is not for this connection, or that another server may take for another route's."""
        rule: cython.int = RULE_NONE
        if head.asks_for_tls and not self.client.secure:
            rule = RULE_TARGET_MISDIRECTED
        elif head.doubtful:
            rule = self.gateway.doubts.judge(self.live.snapshot, self.client.admin_only, self.route, head, data)
        if rule == RULE_NONE:
            return False
        self.client.keep(False)
        self.fail(BAD_REQUEST, rule)
        return True

    def _given_up(self) -> cython.bint:
        """Refuse the request if the worker has too much to do for it."""
        cut: cython.int = self.gateway.strain.refuses(self.priority, self.gateway.chance.draw())
        if cut == NO_CUT:
            return False
        self.gateway.recorder.shed(cut)
        self.fail(SHED, 0)
        return True

    def _opened(self, client: ServerStream) -> None:  # hot
        gateway: Gateway = self.gateway
        record: cython.pointer(Record) = cython.address(self.record)
        self.client = client
        self.live = gateway.live
        self.sent = 0
        self.tries = 0
        self.resent = 0
        self.addresses_tried = 0
        self.ready = False
        self.responded = False
        self.replayable = True
        self.try_at = 0.0
        self.look_at = 0.0
        self.try_by = 0.0
        self.done_by = 0.0
        self.wish.tried_count = self.wish.put_off = 0
        self.wish.preferred = -1
        self.wish.keyed = False
        record.began = gateway.reactor.clock.now
        record.sent = 0.0
        record.first_byte = 0.0
        record.connect = 0.0
        record.reason = OK
        record.fallback = OK
        record.status = 0
        record.attempts = 0
        record.series = 0
        record.upstream_series = 0
        record.bytes_in = 0
        record.bytes_out = 0
        record.route_size = record.endpoint_size = record.peer_size = 0
        gateway.identity.write(record.id, gateway.reactor.clock.wall)
        memcpy(record.client, client.peer, client.peer_size)
        record.client_size = client.peer_size
        client.request_id = record.id
        record.id_size = client.request_id_size = ID
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
        self.accept_size = 0
        if head.accept_field >= 0:
            self.accept_size = keep_accept(head, data, self.accept)

    def refuse(self, client: ServerStream, reason: cython.int, rule: cython.int, method: cython.int) -> None:
        """Answer a request whose head breaks a rule or does not come, and account for it.

        Its method may have been read all the same: the answer to HEAD has no content (RFC 9110, section 9.3.2).
        """
        self._opened(client)
        self.record.method = method
        self.record.minor = 1
        self.record.path_size = 0
        self.record.host_size = 0
        self.record.verb_size = 0
        self.request_done = False
        self.accept_size = 0
        self.fail(reason, rule)

    def request_body(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:  # hot
        """A part of the request's body has come."""
        taken: cython.Py_ssize_t = 0
        limit: cython.longlong = self.route.body_bytes
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
        if self.ready and self.outgoing is not None and (self.body == BODY_LENGTH or outgoing.end - self.sent > GATHER):
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
        if self.uploading is not None:
            if self.responded:
                self.uploaded()
            else:
                self.asked()
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

    # The answer.

    def response_head(self, head: ResponseHead, data: cython.p_const_uchar) -> None:  # hot
        """A head has come: of an interim answer, of a switch of protocols, or of the answer itself."""
        if head.status < 200:
            self.drop_rival()
            if head.status == 101:
                if self.upgrading and head.upgrade and agreed(self.protocols, head, data):
                    self.settled(101)
                    self._begin_tunnel(head, data)
                else:
                    self.upstream_lost(HTTP_PROTOCOL_ERROR)
            elif self.record.minor >= 1:
                self.client.send_interim(head, data)
                self.connection.paused = self.client.waiting() > HIGH_MARK
            return
        if head.status >= 400 and self.retry_status(head, data):
            return
        self.settled(head.status)
        self.record.first_byte = self.gateway.reactor.clock.now
        self.record.status = head.status
        self.responded = True
        if self.pool.cookie is not None and self.pool.slot != self.wish.preferred and head.status < 500:
            self.client.cookie = self.pool.cookie
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

    def _begin_tunnel(self, head: ResponseHead, data: cython.p_const_uchar) -> None:
        """The upstream agreed to another protocol: from here on a tunnel has the streams."""
        tunnel: Tunnel = Tunnel(self)
        self.done_by = 0.0  # what was asked for has been answered
        self.record.first_byte = self.gateway.reactor.clock.now
        self.record.status = 101
        self.responded = True
        self.client.send_interim(head, data)
        self.client.exchange = tunnel
        self.connection.exchange = tunnel
        self.client.become_tunnel()
        self.connection.become_tunnel()
        self.gateway.reactor.wheel.disarm(self.connection)

    def account(self) -> None:
        """The tunnel has ended."""
        self.connection = None
        self._end()

    # The end.

    def client_lost(self, reason: cython.int) -> None:
        """The client left: whatever the upstream still does is for nobody."""
        client: ServerStream = self.client
        if self.connection is not None:
            self.connection.cancel()
            self.connection = None
        self._met(reason, 0)
        self.record.reason = reason
        if self.record.status == 0 or reason == CLIENT_GONE:
            self.record.status = 499
        client.exchange = None
        if reason == CLIENT_TOO_SLOW:
            client.reset()  # else the kernel would go on for it, with all that is still queued
        else:
            client.close()
        self._end()

    def fail(self, reason: cython.int, rule: cython.int) -> None:
        """Tell the client what went wrong: by an answer, or where one has begun by a visible break."""
        client: ServerStream = self.client
        self._met(reason, rule)
        if self.detour(reason):
            return
        if self.connection is not None:
            self.connection.exchange = None
            self.connection.cancel()
            self.connection = None
        self.record.reason = reason
        if self.responded:
            self._end()
            client.abort()
            return
        client.send_whole(self.problem(reason, rule))
        self._end()
        client.done()

    def _met(self, reason: cython.int, rule: cython.int) -> None:
        """Count the limit that the exchange has met, if it did."""
        limit: cython.int = limit_of(reason, rule, self.route is not None)
        if limit != LIMIT_NONE:
            self.gateway.recorder.met(limit)

    def _finish(self) -> None:  # hot
        client: ServerStream = self.client
        connection: UpstreamConnection = self.connection
        client.uncork()
        self.connection = None
        connection.release(self.request_done and self.sent_all())  # else the rest would begin the next request
        self._end()
        client.done()

    def _end(self) -> None:  # hot
        """Account for the exchange and make it ready for another."""
        record: cython.pointer(Record) = cython.address(self.record)
        if self.route is not None:
            record.route = self.route.label
            record.route_size = len(self.route.label)
        self.leave()
        self.gateway.recorder.account(record)
        self.gateway.recorder.block.in_flight -= 1
        if self.outgoing is not None:
            self.gateway.reactor.buffers.give(self.outgoing)
            self.outgoing = None
        self.drop_spare()
        self.client = None
        self.route = None
        self.origin = None
        self.live = None
        self.gateway.recycle(self)
