# What is given up when there is too much to do: the less important first.
cimport cython

cdef double UP, DOWN, SLACK, UNIT

cdef enum:
    KINDS = 3               # of requests, by how important they are


@cython.final
cdef class Shedding:
    cdef readonly double level              # 0: nothing; KINDS: everything

    cpdef void look(self, double wanted) noexcept
    cpdef bint refuses(self, int priority, unsigned long long draw) noexcept


cpdef double excess(double value, double begin, double full) noexcept
cpdef double wanted_of_all(double over) noexcept
cpdef double wanted_of_one(double over, int priority) noexcept
