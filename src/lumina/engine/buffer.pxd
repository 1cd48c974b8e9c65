# Raw memory with a beginning and an end: what was received and not yet read, or written and not yet sent.
cimport cython
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memmove

cdef enum:
    BLOCK = 16384           # what a pooled buffer begins with, in octets
    LARGE = 262144          # a buffer that grew beyond this is freed, not kept for the next user


@cython.final
@cython.no_gc
cdef class Buffer:
    cdef unsigned char* data
    cdef readonly Py_ssize_t start          # first octet that counts
    cdef readonly Py_ssize_t end            # one past the last
    cdef readonly Py_ssize_t size           # what was allocated
    cdef Buffer below                       # the next one in the pool

    # Make place for `more` octets after `end`; False when there is no memory.
    cdef bint room(self, Py_ssize_t more) noexcept
    cdef bint append(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef void clear(self) noexcept


@cython.final
cdef class BufferPool:
    cdef Buffer top
    cdef readonly int spare
    cdef readonly int most

    cdef Buffer take(self)
    cdef void give(self, Buffer buffer) noexcept
