# How servers read a path that is not plain.
from lumina.http.octets cimport HEX, OCTETS
from lumina.http.target cimport remove_dots

cdef enum Reading:
    DROPS_PARAMETERS = 1
    MERGES_SLASHES = 2
    TURNS_BACKSLASHES = 4   # to slashes
    READS_OVERLONG = 8      # UTF-8 of two octets for what has one, as C0 AF for "/"
    CUTS = 16               # at a decoded NUL, "?" or "#"
    TAKES_A_HOST = 32       # from what begins with "//"

cdef Py_ssize_t decode(unsigned char* text, Py_ssize_t size) noexcept
cdef Py_ssize_t drop_parameters(unsigned char* text, Py_ssize_t size) noexcept
# In which of these ways servers may differ over the text, as bits.
cdef int ways(const unsigned char* text, Py_ssize_t size) noexcept
# Write the text to out[at:], which has room for it and one octet more, as read by who does `how`; its end or PATH_CLIMBS.
cdef Py_ssize_t read(
    const unsigned char* text, Py_ssize_t size, int how, unsigned char* out, Py_ssize_t at) noexcept
cdef int _digit(unsigned char octet) noexcept
