# Request identifiers: UUID version 7, in time order and not to be guessed (RFC 9562, section 5.7).
cimport cython

from lumina.engine.syscalls cimport *

cdef enum:
    ID = 36                 # octets of the written form
    ENTROPY = 4096          # octets of randomness fetched at once


@cython.final
cdef class Identity:
    cdef unsigned char entropy[4096]
    cdef Py_ssize_t used

    cdef void write(self, unsigned char* into, long long wall) noexcept
    cdef void _fetch(self) noexcept
