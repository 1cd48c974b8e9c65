# One HTTP/1.1 connection to an endpoint.
cimport cython
from libc.errno cimport EAGAIN, EINPROGRESS, EINTR, errno

from lumina.engine.announced cimport Announced
from lumina.engine.buffer cimport Buffer
from lumina.engine.evidence cimport reason_of, unacknowledged, unread
from lumina.engine.origin cimport Origin
from lumina.engine.pipe cimport Pipe
from lumina.engine.pool cimport Pool
from lumina.engine.reactor cimport ORDINARY, URGENT
from lumina.engine.stream cimport Dialogue
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport Tls
from lumina.engine.transport cimport AGAIN, ALL_NEWS, ENDED, GONE
from lumina.http1.chunked cimport ChunkedDecoder
from lumina.http1.keep_alive cimport idle_seconds
from lumina.http1.request cimport BODY_CHUNKED, BODY_LENGTH, BODY_NONE, BODY_UNTIL_CLOSE
from lumina.http1.response cimport ResponseHead
from lumina.http1.rules cimport *
from lumina.reasons cimport *


cdef enum:
    SPLICE_FROM = 131072                    # octets still to come that make a pipe worth its system calls
    SPLICE_TURN = 262144                    # octets after which others have their turn

cdef enum Stage:
    CONNECTING
    SHAKING
    WAITING                                 # in the pool
    HEAD
    BODY
    TUNNEL


@cython.final
@cython.no_gc
cdef class UpstreamConnection(Announced):
    cdef Stage stage
    cdef Buffer held                        # a head that has not come whole
    cdef Pipe pipe                          # carries the body, or None
    cdef int method                         # of the request under way
    cdef int body
    cdef long long left
    cdef bint persistent
    cdef double idle_time                   # how long it may wait for the next exchange
    cdef ChunkedDecoder decoder
    cdef double began                       # when the connection was asked for
    cdef readonly double connect_seconds

    cdef int open(self, int address) noexcept
    cdef void _connected(self) noexcept
    cdef void _shake(self) noexcept
    cdef void _unreached(self, int reason) noexcept
    cdef void _read(self) noexcept
    cdef void _lost(self, bint clean) noexcept
    cdef void _bytes(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _head(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _chunks(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef void _whole(self, Py_ssize_t extra, bytearray trailers) noexcept
    cdef void _splice(self) noexcept
    cdef bint _can_splice(self) noexcept
    cdef void _drop_pipe(self) noexcept
    cdef void _drop_held(self) noexcept
