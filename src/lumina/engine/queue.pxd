# Exchanges that wait for room at an upstream, first come, first served.
cimport cython

from lumina.engine.stream cimport Dialogue


@cython.final
cdef class Queue:
    cdef void* first                        # borrowed: who waits leaves before it dies
    cdef void* last
    cdef readonly long size
    cdef double since                       # when it was last empty; whoever waits has waited no longer

    cdef void join(self, Dialogue exchange, double now) noexcept
    cdef Dialogue next(self)
    cdef void leave(self, Dialogue exchange) noexcept
