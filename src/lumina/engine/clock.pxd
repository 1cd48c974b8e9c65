# The time of a turn, read once, and the same in words.
cimport cython
from libc.string cimport memcpy

from lumina.engine.syscalls cimport *


@cython.final
cdef class Clock:
    cdef readonly double now            # seconds, monotonic
    cdef readonly long long wall        # milliseconds since 1970
    cdef double pace                    # seconds of ours in one of the kernel's
    cdef double ahead                   # seconds skipped, which have not passed
    cdef long long second                 # that the words below are of
    cdef char date[32]                  # "Sun, 06 Nov 1994 08:49:37 GMT", 29 octets (RFC 9110, section 5.6.7)
    cdef char stamp[24]                 # "1994-11-06T08:49:37", 19 octets (RFC 3339)

    cdef void read(self) noexcept
    cdef double elapsed(self, double since) noexcept
    cdef void _words(self, long long second) noexcept
