# A connected socket, plain or TLS: what comes in, what goes out, and what could not go out yet.
cimport cython
from libc.errno cimport EAGAIN, EINTR, errno
from libc.stdint cimport uint32_t

from lumina.engine.buffer cimport Buffer
from lumina.engine.reactor cimport SCRATCH, Reactor, Watcher
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport MESSAGES, Tls
from lumina.reasons cimport TLS_PROTOCOL_ERROR

cdef enum:
    ENDED = 0               # receive(): the peer will send no more
    AGAIN = -1              # nothing now
    BROKEN = -2             # the connection cannot be used

cdef uint32_t GONE, ALL_NEWS


@cython.no_gc
cdef class Transport(Watcher):
    cdef Reactor reactor
    cdef Tls tls                        # None: plain
    cdef Buffer pending                 # accepted for sending, not yet sent; None: nothing
    cdef unsigned long long sent        # octets that the kernel has ever taken, of TLS those before it
    cdef bint broken                    # a send failed: nothing more can go out
    cdef bint finishing                 # shut the sending side when `pending` has gone

    cdef Py_ssize_t receive(self) noexcept
    cdef bint send_pieces(self, iovec* pieces, int count) noexcept
    cdef bint send_one(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef Py_ssize_t push(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef bint flush(self) noexcept
    cdef Py_ssize_t waiting(self) noexcept
    cdef void finish(self) noexcept
    cdef void close(self) noexcept
    cdef void reset(self) noexcept
    cdef void cancel(self) noexcept
    cdef void flooded(self) noexcept
    cdef int fault(self, int otherwise) noexcept
    cdef bint quiet(self) noexcept
    cdef Py_ssize_t _receive_tls(self) noexcept
    cdef bint _send_tls(self, iovec* pieces, int count) noexcept
    cdef bint _keep(self, iovec* pieces, int count, Py_ssize_t sent) noexcept
