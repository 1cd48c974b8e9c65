# What begins a message: methods and versions as numbers.
from lumina.http1.rules cimport NEED_MORE, REFUSED

cdef unsigned long long METHOD_KEYS[10]         # the octets of each known method as one number
cdef unsigned char VERSION[8]

cdef int method_number(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
# "HTTP/" DIGIT "." DIGIT at `at`: 10 * major + minor, NEED_MORE, or REFUSED where it is malformed.
cdef int version_number(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
