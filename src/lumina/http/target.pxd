# The path and query of a request target: scanned once, normalised where it has to be (RFC 3986).
from lumina.http.octets cimport HEX, OCTETS, PATH, QUERY, word_end

cdef enum:
    PATH_CLIMBS = -1        # above its root
    PATH_HIDES = -2         # ".." behind an escaped slash, or with a parameter

# The offset of the first octet that is not of the path which begins at `at` with "/"; its bitwise complement where the
# path must go through normalise(). An escape that is malformed, or of NUL, ends the path.
cdef Py_ssize_t path_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t query_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
# Write the path data[at:end] without its dot segments to `room`, which holds as much; the size written, or PATH_...
cdef Py_ssize_t normalise(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* room) noexcept

cdef int _dots(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef int _dot_width(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint _escaped_slash(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
