# One HTTP/1 connection from a client.
cimport cython
from libc.string cimport memcpy

from lumina.engine.arena cimport Block
from lumina.engine.buffer cimport Buffer
from lumina.engine.exchange cimport Exchange
from lumina.engine.gateway cimport Gateway
from lumina.engine.reactor cimport Reactor
from lumina.engine.responder cimport Responder
from lumina.engine.stream cimport Dialogue
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport Tls
from lumina.engine.transport cimport AGAIN, BROKEN, ENDED, GONE
from lumina.http1.chunked cimport ChunkedDecoder
from lumina.http1.fields cimport *
from lumina.http1.request cimport *
from lumina.http1.rules cimport NEED_MORE, REFUSED
from lumina.reasons cimport *
from lumina.snapshot cimport Timeouts

cdef enum:
    DRAIN = 262144          # octets read and thrown away before a connection that was refused something is closed
    LINGER_SECONDS = 2
    DRAIN_GRACE = 1         # seconds that an idle connection may still use to ask while the worker drains

cdef enum Stage:
    SHAKING                 # TLS
    HEAD                    # waits for a request, or for the rest of its head
    BODY                    # the request's body is coming
    ANSWER                  # the request is whole; its answer is under way
    TUNNEL
    LINGER                  # all is said; reads on so that the last words are not lost to a reset


@cython.final
@cython.no_gc
cdef class Client(Responder):
    cdef Buffer held                        # received, and not yet read: part of a head, or the next request
    cdef Stage stage
    cdef bint untried                       # `held` may begin with a whole head
    cdef int body                           # of the request
    cdef long long left
    cdef ChunkedDecoder decoder
    cdef Py_ssize_t drained

    cdef void _shake(self) noexcept
    cdef void _read(self) noexcept
    cdef void _read_head(self) noexcept
    cdef void _request(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Exchange _exchange(self)
    cdef void _need_more(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef void _keep_rest(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _feed(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _feed_chunks(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef void _read_body(self) noexcept
    cdef void _read_tunnel(self) noexcept
    cdef void _read_away(self) noexcept
    cdef void _refuse(self, int reason, int rule) noexcept
    cdef void _gone(self) noexcept
    cdef void _flush_pending(self) noexcept
    cdef Timeouts _timeouts(self)
    cdef void _drop_held(self) noexcept
    cdef void _linger(self) noexcept
    cdef double _idle_time(self) noexcept
