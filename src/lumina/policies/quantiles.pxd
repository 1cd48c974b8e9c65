# How long things take: a histogram that forgets.
cimport cython
from libc.stdint cimport uint32_t

cdef extern from *:
    """
    #ifndef LUMINA_BIT_LENGTH
    #define LUMINA_BIT_LENGTH
    static inline int lumina_bit_length(unsigned long long value) {
        return value ? 64 - __builtin_clzll(value) : 0;
    }
    #endif
    """
    int bit_length "lumina_bit_length" (unsigned long long value) noexcept nogil

cdef enum:
    STEPS = 8               # buckets for each doubling
    QUANTILE_BUCKETS = 224
    ENOUGH = 4096           # things after which all counts are halved

cdef double LONGEST


@cython.final
cdef class Quantiles:
    cdef readonly long count
    cdef uint32_t counts[224]

    cpdef void observe(self, double seconds) noexcept
    cpdef double at(self, double fraction) noexcept
    cpdef void clear(self) noexcept
    cdef void _halve(self) noexcept

cdef int bucket_of(double seconds) noexcept
