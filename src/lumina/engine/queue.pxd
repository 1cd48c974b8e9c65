# Exchanges that wait for room at an upstream: the more important first, and among equals first come, first served.
cimport cython

from lumina.engine.stream cimport Dialogue
from lumina.policies.shedding cimport KINDS

# Those of one priority; borrowed: who waits leaves before it dies.
cdef struct Line:
    void* first
    void* last


@cython.final
cdef class Queue:
    cdef Line lines[3]                      # by priority
    cdef readonly long size
    cdef double since                       # when it was last empty; whoever waits has waited no longer

    cdef void join(self, Dialogue exchange, double now) noexcept
    cdef Dialogue next(self)
    cdef Dialogue give_up(self, int priority)
    cdef double age(self, int priority, double now) noexcept
    cdef void leave(self, Dialogue exchange) noexcept
