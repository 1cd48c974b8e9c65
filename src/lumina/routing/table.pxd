# Prefixes by longest match at segment boundaries, at a cost that does not grow with their number.
cimport cython

cdef enum:
    SLOT_SIZE = 20          # hash, size, exact, place of the key, value: numbers of four octets

@cython.final
cdef class PrefixTable:
    # PrefixTable(entries: list[tuple[bytes, int, bool]]): (prefix, value >= 0, exact)
    # The value of the longest prefix of data[at:at+size] ending at a segment boundary, or of the exact entry; -1: none.
    cdef int find(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept

    cdef bytes _slot_room, _key_room        # own what the pointers point to
    cdef const unsigned char* _slots
    cdef const unsigned char* _keys
    cdef unsigned int _mask                 # slots, less one: there are 2**n
    cdef Py_ssize_t _longest                # octets of the longest entry
    cdef int _root                          # the value of "/", which every path begins with
    cdef bint _slashed                      # an entry longer than "/" ends with a slash

    cdef int _value(
        self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size, unsigned long long passed, unsigned int exact) noexcept

cdef unsigned long long HASH_SEED, HASH_PRIME, HASH_MASK, EXACT_MARK
cdef unsigned int number_at(const unsigned char* data, Py_ssize_t at) noexcept
