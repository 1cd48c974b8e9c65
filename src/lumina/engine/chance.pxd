# Chance for choices that need no secrecy: which of two endpoints, how long to wait.
cimport cython
from libc.stdint cimport uint64_t

from lumina.balancing.candidates cimport GOLDEN, mix
from lumina.engine.syscalls cimport getrandom


@cython.final
cdef class Chance:
    cdef uint64_t seed, drawn

    cdef uint64_t draw(self) noexcept
