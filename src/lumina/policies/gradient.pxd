# How many requests an upstream can have at once: learned from how long it takes.
cimport cython
from libc.math cimport sqrt

from lumina.policies.quantiles cimport Quantiles

cdef double START, WINDOW, LONGEST, DRIFT, LOSS, SMOOTH, ENOUGH_ANSWERS
cdef long FEW


@cython.final
cdef class Gradient:
    cdef readonly double tolerance, minimum, maximum
    cdef readonly double limit
    cdef readonly double baseline           # seconds that an answer takes when nothing holds it up; 0: unknown
    cdef Quantiles window
    cdef double began                       # the window
    cdef double most                        # requests under way at once in the window
    cdef double rate                        # answers a second, usually
    cdef double limit_before                # before the limit was lowered; 0: it was not
    cdef double lowered_seconds             # for which it was in the way since
    cdef double lowered_answers             # in that time

    cpdef void begin(self, double limit) noexcept
    cpdef void observe(self, double now, double seconds, double active) noexcept
    cdef void _judge(self, double now) noexcept
    cdef void _weigh(self, double elapsed) noexcept
    cdef void _lower(self, double gradient) noexcept
    cdef void _raise(self) noexcept
    cdef void _forget(self) noexcept
