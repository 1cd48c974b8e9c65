# How long to wait before the next try.
from libc.stdint cimport uint64_t

cpdef double delay(int tries, double base, double maximum, unsigned long long chance) noexcept
