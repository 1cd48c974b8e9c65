# A set of networks, found by a binary search.
cimport cython

from lumina.http.addresses cimport ADDRESS

cdef enum:
    RANGE = 32              # octets: the first address of a range, and its last


@cython.final
cdef class Networks:
    cdef readonly int count                 # ranges
    cdef readonly bytes ranges              # in their order, apart from each other

    cdef bint holds(self, const unsigned char* octets) noexcept


cdef int _order(const unsigned char* octets, const unsigned char* ranges, Py_ssize_t at) noexcept
