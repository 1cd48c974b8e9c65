# In which form a client reads what the gateway itself has to say.
from lumina.http1.fields cimport same_word

cdef enum Form:
    FORM_JSON
    FORM_PAGE
    FORM_TEXT

cdef int form_of(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
