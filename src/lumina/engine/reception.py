"""Who a request comes from: its peer, or whoever the peer says it is, where the peer is trusted with that."""

import cython

from lumina.engine.detour import Detour
from lumina.engine.stream import ServerStream
from lumina.http1.forwarded import Forwarded
from lumina.http1.request import RequestHead


class Reception(Detour):
    """An exchange that is about to begin."""

    def introduce(self, head: RequestHead, data: cython.p_const_uchar, hop: cython.pointer(Hop)) -> None:  # hot
        """Note who the client is, and what the upstream will be told of it."""
        client: ServerStream = self.client
        told: Forwarded = self.gateway.forwarded
        hop.data = data
        hop.peer = client.peer
        hop.peer_size = client.peer_size
        hop.over_tls = client.secure
        hop.secure = client.secure
        hop.told = cython.NULL
        hop.ways = told.ways
        if told.trusting and told.read(head, data, client.peer, client.peer_size):
            self._believe(told, hop)
        hop.client = self.record.client
        hop.client_size = self.record.client_size
        hop.id = self.record.id
        hop.id_size = self.record.id_size
        client.request_id_size = self.record.id_size
        client.private = hop.secure

    def _believe(self, told: Forwarded, hop: cython.pointer(Hop)) -> None:  # hot
        """Take the peer's word."""
        record: cython.pointer(Record) = cython.address(self.record)
        hop.told = cython.cast(cython.p_void, told)
        record.client_size = told.spell(told.client)
        memcpy(record.client, told.text, record.client_size)
        hop.peer = record.peer
        hop.peer_size = told.spell(0)
        memcpy(record.peer, told.text, hop.peer_size)
        if told.client > 0:
            record.peer_size = hop.peer_size
        if told.secure >= 0:
            hop.secure = told.secure
        if told.id_size > 0:
            record.id_size = told.id_size
            memcpy(record.id, hop.data + told.id_at, told.id_size)
