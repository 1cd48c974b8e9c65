# Lists of a field's value, from their end.

# Where the last element of data[at:end] begins; -1: a quotation mark ends what none has begun.
cdef Py_ssize_t element_start(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
# Where the quoted string ends whose first octet is at `at`, or -1.
cdef Py_ssize_t quoted_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t _quoted_start(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
