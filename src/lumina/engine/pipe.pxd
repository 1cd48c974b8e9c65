# Pipes that carry a large body from socket to socket without its octets entering user space (splice(2)).
cimport cython

from lumina.engine.syscalls cimport *

cdef enum:
    PIPE_SIZE = 262144      # octets asked for; the kernel may give less
    SPARE_PIPES = 64


@cython.final
@cython.no_gc
cdef class Pipe:
    cdef int source                         # the end to read from
    cdef int sink                           # the end to write to
    cdef Py_ssize_t size                    # octets it can hold
    cdef Py_ssize_t filled                  # octets in it now
    cdef Pipe below


@cython.final
cdef class PipePool:
    cdef Pipe top
    cdef readonly int spare

    cdef Pipe take(self)
    cdef void give(self, Pipe pipe) noexcept
