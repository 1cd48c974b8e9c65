# How an endpoint has done, and whether it is used: one truth over all workers.
cimport cython
from libc.math cimport exp2
from libc.stdint cimport uint32_t, uint64_t

cdef enum:
    CLOSED
    OPEN                    # out of use
    HALF_OPEN               # somebody is finding out

cdef enum:
    PROBE_UNKNOWN
    PROBE_UP
    PROBE_DOWN

cdef enum:
    NOT_USABLE
    USABLE
    USABLE_AS_TRIAL

# All zero: new, and as good as any. Written by every worker with plain stores: a count that two of them raise at the same
# moment may be one too low, which moves no decision that rests on a rate, and spares each request an atomic operation.
cdef struct State:
    double since            # when it came, or came into use again, seconds on the monotonic clock; 0: nobody said
    double until            # out of use until then
    double trial            # when somebody last set out to find out
    double latency          # seconds to the beginning of an answer, on the average
    double cost             # the same, as a peak that fades: as it was at `answered`
    double answered         # when it last began an answer
    double window           # when the half window that is counted in began
    double slow_first       # since when it is slow against the others
    double slow_last
    double quiet            # since when nothing has happened to it
    uint64_t requests       # in this half of the window
    uint64_t failed
    uint64_t requests_before    # in the half before
    uint64_t failed_before
    uint64_t ejections      # ever
    uint64_t opened         # transitions, ever
    uint64_t half_opened
    uint64_t closed
    uint32_t failures       # in a row
    uint32_t streak         # times that it was put out of use and did no better
    uint32_t state
    uint32_t probe          # what health checks say

cdef double TRIAL_GAP, SLOW_FOR, SMOOTH, MEMORY, ROUNDING


@cython.final
cdef class OutlierRules:
    cdef readonly uint32_t consecutive      # failures in a row; 0: any number
    cdef readonly double failure_rate       # of the requests in the window; above 1: any
    cdef readonly uint64_t requests         # in the window, before a rate says anything
    cdef readonly double window             # seconds
    cdef readonly double ejection           # seconds out of use, the first time
    cdef readonly double max_ejection


@cython.final
cdef class Standing:
    cdef State own                          # until it is attached
    cdef State* state

    cdef void attach(self, State* state) noexcept
    cpdef int usable(self, double now) noexcept
    cpdef void begin_trial(self, double now) noexcept
    cpdef void succeeded(self, OutlierRules rules, double now, double seconds) noexcept
    cpdef bint failed(self, OutlierRules rules, double now) noexcept
    cpdef bint slow(self, OutlierRules rules, double now) noexcept
    cpdef void eject(self, OutlierRules rules, double now) noexcept
    cpdef void hasten(self, double now) noexcept
    cpdef void observe(self, double now, double seconds) noexcept
    cpdef double expected(self, double now) noexcept
    cdef void _take_back(self, double now, double seconds) noexcept
    cdef void _roll(self, OutlierRules rules, double now) noexcept
    cdef void _open(self, OutlierRules rules, double now) noexcept


cdef double fading(double seconds) noexcept
cpdef bint may_eject(int out, int count, double fraction) noexcept
