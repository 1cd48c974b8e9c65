# How long to wait before the next try.

cpdef double delay(int tries, double base, double maximum, unsigned long long chance) noexcept
