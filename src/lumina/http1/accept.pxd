# In which form a client reads what the gateway itself has to say.
from lumina.http1.fields cimport drop_blanks, element_end, same_word, skip_blanks

cdef enum:
    ACCEPT_KEPT = 256       # octets of the field that are kept until they are needed

cdef enum Form:
    FORM_JSON
    FORM_PAGE
    FORM_TEXT

# The form for an Accept field whose value begins with data[:size].
cdef int form_of(const unsigned char* data, Py_ssize_t size) noexcept
cdef int _rank(const unsigned char* data, Py_ssize_t size, int form) noexcept
cdef int _fit(const unsigned char* data, Py_ssize_t at, Py_ssize_t size, int form) noexcept
cdef int _weight(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef int _thousandths(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
