# Values by name: of the cookies of a request (RFC 6265, section 4.2.1), and of the parameters of a query.

# Where the value of the cookie, or parameter, with this name begins in data[at:end]; -1: there is none with a value.
cdef Py_ssize_t cookie_at(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, bytes name) noexcept
cdef Py_ssize_t parameter_at(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, bytes name) noexcept
# Where the value that begins at `at` stops: before the separator, or at `end`.
cdef Py_ssize_t value_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char separator) noexcept

cdef Py_ssize_t _named(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, bytes name) noexcept

cdef enum:
    COOKIE_STOP = 59        # ";"
    PARAMETER_STOP = 38     # "&"
