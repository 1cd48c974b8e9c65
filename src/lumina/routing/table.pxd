# Prefixes by longest match at segment boundaries, at a cost that does not grow with their number.
cimport cython

@cython.final
cdef class PrefixTable:
    # PrefixTable(entries: list[tuple[bytes, int, bool]]): (prefix, value >= 0, exact)
    # The value of the longest prefix of data[at:at+size] ending at a segment boundary, or of the exact entry; -1: none.
    cdef int find(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
