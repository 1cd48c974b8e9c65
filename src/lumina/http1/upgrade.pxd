# Which protocols a client may change to through this gateway.
from lumina.http.octets cimport same_but_case
from lumina.http1.fields cimport Fields, NAME_UPGRADE, drop_blanks, element_end, is_token, same_word, skip_blanks

cdef bint may_upgrade(Fields fields, const unsigned char* data) noexcept
cdef bint _is_open(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bytes protocols_of(Fields fields, const unsigned char* data)
cdef bint agreed(bytes asked, Fields fields, const unsigned char* data) noexcept
cdef bint _listed(
    const unsigned char* asked, Py_ssize_t end, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
