# What an exchange and the two sides of it say to each other, whatever their version of HTTP.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.ends cimport Ends
from lumina.engine.pool cimport Pooled
from lumina.engine.timers cimport Timed
from lumina.engine.transport cimport Transport
from lumina.http1.response cimport ResponseHead


@cython.no_gc
cdef class Dialogue(Timed):
    cdef Dialogue below                     # the next of those that wait for use
    cdef void* queue_before                 # neighbours among those that wait for room at an upstream; borrowed
    cdef void* queue_after
    cdef bint queued
    cdef double queued_at
    cdef int priority                       # who goes first, and is given up last

    # What the streams tell the exchange.
    cdef void request_body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef void request_end(self, bytearray trailers) noexcept
    cdef void request_broken(self, int reason, int rule) noexcept
    cdef void client_drained(self) noexcept
    cdef void client_lost(self, int reason) noexcept
    cdef void upstream_ready(self) noexcept
    cdef void upstream_writable(self) noexcept
    cdef void upstream_unreached(self, int reason) noexcept
    cdef void upstream_lost(self, int reason) noexcept
    cdef void room(self) noexcept           # it has waited for room at its upstream, and there is some
    cdef void displaced(self) noexcept      # a more important one has its place in that line now
    cdef void response_head(self, ResponseHead head, const unsigned char* data) noexcept
    cdef void response_body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef void response_end(self, bytearray trailers) noexcept
    cdef void settle(self) noexcept
    cdef void account(self) noexcept
    cdef bint can_splice(self) noexcept
    cdef Py_ssize_t response_pipe(self, int source, Py_ssize_t size, bint more) noexcept
    cdef bint tunnel_data(self, bint from_client, const unsigned char* data, Py_ssize_t size) noexcept
    cdef void tunnel_end(self, bint from_client, bint clean) noexcept
    cdef void tunnel_drained(self, bint client_side) noexcept


@cython.no_gc
cdef class Contest(Dialogue):
    # An exchange that may have a second try under way beside the first.
    cdef Buffer outgoing                    # the request as it is written for the upstream

    cdef Ends announced(self)               # the client's ends, where the upstream is to hear of them; or None
    cdef bint rival_ready(self) noexcept    # it can be written to; True: it now is the first
    cdef bint rival_answers(self, ResponseHead head) noexcept   # the same, an answer has come on it
    cdef void rival_lost(self, int reason) noexcept


@cython.no_gc
cdef class ServerStream(Transport):
    # The side that a client talks to.
    cdef Dialogue exchange
    cdef bint paused                        # reads nothing more of the request's body for now
    cdef bint secure                        # came by TLS
    cdef bint admin_only                    # came by the listener for health and metrics
    cdef unsigned char peer[48]             # the client's address, as text
    cdef int peer_size
    cdef const unsigned char* request_id    # of the exchange under way
    cdef int request_id_size
    cdef bint private                       # its client speaks TLS, with us or with a trusted proxy
    cdef Ends ends                          # of its connection; None: nobody has asked
    cdef bytes cookie                       # that the next head sets, or None

    cdef bint keep(self, bint wanted) noexcept
    cdef void send_interim(self, ResponseHead head, const unsigned char* data) noexcept
    cdef void send_head(self, ResponseHead head, const unsigned char* data, bint keep) noexcept
    cdef void send_body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef void send_end(self, bytearray trailers) noexcept
    cdef void send_whole(self, bytes answer) noexcept
    cdef void uncork(self) noexcept
    cdef bint can_splice(self) noexcept
    cdef Py_ssize_t splice_from(self, int source, Py_ssize_t size, bint more) noexcept
    cdef void resume(self) noexcept
    cdef void done(self) noexcept           # the exchange has ended well
    cdef void abort(self) noexcept          # it has not, and the client must see it
    cdef void become_tunnel(self) noexcept


@cython.no_gc
cdef class ClientStream(Pooled):
    # The side that talks to an upstream.
    cdef Dialogue exchange
    cdef bint paused                        # reads nothing more of the response for now
    cdef bint reused                        # it has carried an exchange before
    cdef bint answered                      # octets of an answer to this exchange have come

    cdef void expect(self, Dialogue exchange, int method) noexcept
    cdef void resume(self) noexcept
    cdef void release(self, bint keep) noexcept
    cdef void become_tunnel(self) noexcept
    cdef bint untouched(self, Py_ssize_t sent, bint proven) noexcept
