"""What is settled before a request goes anywhere.

Who it comes from: its peer, or whoever the peer says it is, where the peer is trusted with that. And whether it goes on
from here at all: not in circles, not farther than it wants (RFC 9110, section 7.6.2), and TRACE only where it may.
"""

import cython

from lumina.engine.answers import last_stop, reflected
from lumina.engine.detour import Detour
from lumina.engine.stream import ServerStream
from lumina.http1.forwarded import Forwarded
from lumina.http1.request import RequestHead


class Reception(Detour):
    """An exchange that is about to begin."""

    def introduce(self, head: RequestHead, data: cython.p_const_uchar, hop: cython.pointer(Hop)) -> None:  # hot
        """Let the peer say whose request it is, if it is one that may."""
        client: ServerStream = self.client
        told: Forwarded = self.gateway.forwarded
        record: cython.pointer(Record) = cython.address(self.record)
        if not told.read(head, data, client.peer, client.peer_size):
            return
        hop.told = cython.cast(cython.p_void, told)
        record.client_size = told.spell(told.client)
        memcpy(record.client, told.text, record.client_size)
        hop.peer = record.peer
        hop.peer_size = told.spell(0)
        memcpy(record.peer, told.text, hop.peer_size)
        if told.client > 0:
            record.peer_size = hop.peer_size
        if told.secure >= 0:
            hop.secure = client.private = told.secure
        if told.id_size > 0:
            memcpy(record.id, data + told.id_at, told.id_size)
            record.id_size = client.request_id_size = told.id_size

    def strays(self, head: RequestHead, data: cython.p_const_uchar) -> None:
        """Answer what no route is for. `OPTIONS *` asks of the server in general (RFC 9110, section 9.3.7): of us."""
        first: cython.uchar = head.path_room[0] if head.rewritten else data[head.path_at]
        if first == 42 and (self.client.secure or not head.asks_for_tls):
            self._answer_here(head, data)
        else:
            self.fail(NO_ROUTE, 0)

    def stops(self, head: RequestHead, hop: cython.pointer(Hop)) -> cython.bint:
        """Answer what goes no farther; what may is told how far."""
        place: cython.int
        left: cython.int
        if passes(head, hop.data) >= self.live.snapshot.limits.passes:
            self.fail(LOOP_DETECTED, 0)
            return True
        if head.method != METHOD_TRACE and head.method != METHOD_OPTIONS:
            return False
        if head.method == METHOD_TRACE and not self.live.snapshot.trace:
            self.fail(BAD_REQUEST, RULE_TRACE)
            return True
        left = max_forwards(head, hop.data)
        if left == FORWARDS_MALFORMED:
            self.fail(BAD_REQUEST, RULE_MAX_FORWARDS)
        elif left == 0:
            self._answer_here(head, hop.data)
        elif left > 0:
            hop.forwards = left - 1
            for place in range(head.count):
                if head.known[place] == NAME_MAX_FORWARDS:
                    head.hop[place] = True
        return left == FORWARDS_MALFORMED or left == 0

    def _answer_here(self, head: RequestHead, data: cython.p_const_uchar) -> None:
        """Be the one that the request is for."""
        client: ServerStream = self.client
        place: cython.int
        line: bytes = b""
        fields: list[tuple[bytes, bytes]] = []
        if head.method == METHOD_TRACE:
            line = data[head.method_at : head.method_at + head.method_size]
            line += b" " + data[head.target_at : head.target_at + head.target_size] + b" HTTP/1.%d" % head.minor
            for place in range(head.count):
                name: bytes = data[head.name_at[place] : head.name_at[place] + head.name_size[place]]
                value: bytes = data[head.value_at[place] : head.value_at[place] + head.value_size[place]]
                fields.append((name, value))
        body = reflected(line, fields) if line else b""
        answer = last_stop(
            body,
            request_id=self.record.id[: self.record.id_size].decode(),
            date=self.gateway.reactor.clock.http_date,
            connection=self.option(),
            trace=self.live.snapshot.trace,
        )
        self.record.status = 200
        self.record.bytes_out = len(body)
        client.send_whole(answer)
        self._end()
        client.done()
