# A circuit breaker for a whole upstream: one truth over all workers.
cimport cython
from libc.stdint cimport uint32_t, uint64_t

from lumina.policies.standing cimport CLOSED, HALF_OPEN, OPEN

# All zero: closed. Plain stores by every worker, as in standing.pxd.
cdef struct BreakerState:
    double until            # open until then, seconds on the monotonic clock
    double trial            # when a trial was last let through
    double window           # when the half window that is counted in began
    uint64_t requests       # in this half of the window
    uint64_t failed
    uint64_t slow
    uint64_t requests_before
    uint64_t failed_before
    uint64_t slow_before
    uint64_t opened         # transitions, ever
    uint64_t half_opened
    uint64_t closed
    uint32_t failures       # in a row
    uint32_t given          # trials let through
    uint32_t passed         # and gone well
    uint32_t state

cdef double TRIAL_GAP


@cython.final
cdef class BreakerRules:
    cdef readonly uint32_t consecutive      # failures in a row; 0: any number
    cdef readonly double failure_rate       # of the requests in the window; above 1: any
    cdef readonly double slow_rate          # the same, of slow ones
    cdef readonly double slow               # seconds that make a slow one; 0: none is
    cdef readonly uint64_t requests         # in the window, before a rate says anything
    cdef readonly double window             # seconds
    cdef readonly double open               # seconds
    cdef readonly uint32_t trials           # that must go well


@cython.final
cdef class Breaker:
    cdef readonly BreakerRules rules
    cdef BreakerState own
    cdef BreakerState* state

    cdef void attach(self, BreakerState* state) noexcept
    cpdef int allow(self, double now) noexcept
    cpdef double left(self, double now) noexcept
    cpdef void succeeded(self, double now, double seconds) noexcept
    cpdef void failed(self, double now) noexcept
    cpdef void reset(self) noexcept
    cdef void _judge(self, double now) noexcept
    cdef void _open(self, double now) noexcept
    cdef void _close(self) noexcept
    cdef void _roll(self, double now) noexcept
