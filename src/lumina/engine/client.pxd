# One HTTP/1 connection from a client.
cimport cython

from lumina.engine.exchange cimport Exchange
from lumina.engine.gateway cimport Gateway
from lumina.engine.limit cimport LIMIT_CONNECTION_REQUESTS, LIMIT_PIPELINED, LIMIT_WRITE_TIME
from lumina.engine.pace cimport *
from lumina.engine.reactor cimport URGENT
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport Tls
from lumina.engine.transport cimport AGAIN, ENDED, GONE
from lumina.http1.chunked cimport ChunkedDecoder
from lumina.http1.fields cimport *
from lumina.http1.request cimport *
from lumina.http1.rules cimport NEED_MORE, REFUSED
from lumina.reasons cimport *
from lumina.snapshot cimport Limits

cdef enum:
    DRAIN = 262144          # octets read and thrown away before a connection that was refused something is closed


@cython.final
@cython.no_gc
cdef class Client(Paced):
    cdef bytes group                        # among whose connections this one counts
    cdef long requests                      # that came on this connection
    cdef long ahead                         # of them, one after the other, sent before the answer to the one before
    cdef bint untried                       # `held` may begin with a whole head
    cdef int body                           # of the request
    cdef long long left
    cdef ChunkedDecoder decoder
    cdef Py_ssize_t drained

    cdef void refuse(self, int reason, int rule, int method) noexcept
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
    cdef bint _may_wait(self) noexcept
    cdef bint _may_ask_again(self) noexcept
    cdef void _gone(self) noexcept
    cdef void _flush_pending(self) noexcept
    cdef void _drop_held(self) noexcept
    cdef void _linger(self) noexcept
