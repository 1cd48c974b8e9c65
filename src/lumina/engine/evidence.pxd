# What the kernel knows of a connection that failed.
cimport cython
from libc.errno cimport ECONNREFUSED, ECONNRESET, ENOENT, EPIPE, ETIMEDOUT

from lumina.engine.syscalls cimport *
from lumina.reasons cimport *

cdef enum:
    ONE_READ = 16384        # octets of a request that any program reads at once

cdef int reason_of(int error) noexcept
cdef bint unacknowledged(int fd, Py_ssize_t sent) noexcept
cdef bint unread(int fd, Py_ssize_t sent) noexcept
