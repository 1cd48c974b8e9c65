# How often an upstream may be asked once more.
cimport cython

cdef double EARNED, KEPT, SPARED


@cython.final
cdef class RetryBudget:
    cdef readonly double ratio              # of all requests
    cdef readonly double rate               # and so many a second in any case
    cdef readonly double reserve            # the most that can gather
    cdef readonly double earned             # by requests
    cdef readonly double granted            # by time
    cdef double last

    cpdef void deposit(self) noexcept
    cpdef bint withdraw(self, double now) noexcept
    cpdef bint spares(self, double now) noexcept
    cdef void _grant(self, double now) noexcept
