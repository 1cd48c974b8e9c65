# Whether all servers that read a path differently would still find it under the route that was chosen for it.
cimport cython
from lumina.http.readings cimport (
    DROPS_PARAMETERS, TAKES_A_HOST, decode, drop_parameters, read, ways,
)
from lumina.routing.table cimport PrefixTable

@cython.final
cdef class Agreement:
    cpdef void reserve(self, Py_ssize_t size)
    cdef bint holds(
        self, PrefixTable table, const unsigned char* path, Py_ssize_t size, Py_ssize_t prefix, bint bare) noexcept

    cdef bytearray _first_room, _text_room, _trial_room     # own what the pointers point to
    cdef unsigned char* _first      # what is behind the prefix
    cdef unsigned char* _text       # the same, as far as it is decoded
    cdef unsigned char* _trial      # the prefix, and one reading of the text

    cdef int _rounds(
        self, PrefixTable table, Py_ssize_t size, Py_ssize_t prefix, int wanted, int drops) noexcept
    cdef bint _readings(
        self, PrefixTable table, Py_ssize_t size, Py_ssize_t prefix, int value, int found) noexcept

cdef int READINGS, ROUNDS, LONG, FEW
