# In which form a client reads what the gateway itself has to say.
from libc.string cimport memcpy

from lumina.http1.fields cimport Fields, NAME_ACCEPT, drop_blanks, element_end, same_word, skip_blanks

cdef enum:
    ACCEPT_KEPT = 256       # octets of the field that are kept until they are needed

cdef enum Form:
    FORM_JSON
    FORM_PAGE
    FORM_TEXT

cdef inline void put(
        unsigned char* room, Py_ssize_t at, const unsigned char* data, Py_ssize_t start, Py_ssize_t size) noexcept:
    memcpy(room + at, data + start, size)

# The beginning of what all Accept fields say, of which there is one at least, to `room` of ACCEPT_KEPT octets.
cdef Py_ssize_t keep_accept(Fields head, const unsigned char* data, unsigned char* room) noexcept
# The form for a list that begins with data[:size].
cdef int form_of(const unsigned char* data, Py_ssize_t size) noexcept
cdef int _rank(const unsigned char* data, Py_ssize_t size, int form) noexcept
cdef int _fit(const unsigned char* data, Py_ssize_t at, Py_ssize_t size, int form) noexcept
cdef int _weight(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef int _thousandths(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
