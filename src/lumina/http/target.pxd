# The path and query of a request target: scanned once, normalised where it has to be (RFC 3986).
from lumina.http.octets cimport HEX, OCTETS, PATH, QUERY, RAW_PATH, RAW_QUERY, word_end

cdef enum:
    PATH_CLIMBS = -1        # above its root
    PATH_HIDES = -2         # ".." behind an escaped slash, or with a parameter
    PATH_POLICY = -3        # what the rules reject
    PATH_NUL = -4           # an escaped NUL
    PATH_ESCAPE = -5        # a percent sign that begins no escape
    PATH_OCTET = -6         # an octet beyond ASCII

# What is done with paths beyond the plain ones. No bit of a kind: the first, and safe, way that docs/reference names for it.
cdef enum PathRule:
    SLASH_DECODE = 1        # %2F becomes "/"
    SLASH_REJECT = 2        # %2F and %5C are refused
    DOUBLE_MERGE = 4        # "//" becomes "/"
    DOUBLE_REJECT = 8
    DOTS_KEEP = 16          # dot segments are forwarded
    DOTS_REJECT = 32
    PARAMETERS_DROP = 64    # ";" and what follows in its segment
    PARAMETERS_REJECT = 128
    NUL_KEEP = 256          # %00 is forwarded
    ESCAPES_MEND = 512      # a percent sign that begins no escape becomes %25
    OCTETS_ESCAPE = 1024    # octets beyond ASCII are escaped
    BROWSER_OCTETS = 2048   # what browsers leave raw in paths and queries is taken

# The offset of the first octet that is not of the path which begins at `at` with "/"; its bitwise complement where the
# path must go through normalise(). What `rules` do not let pass ends the path.
cdef Py_ssize_t path_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int rules) noexcept
cdef Py_ssize_t query_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int rules) noexcept
# Write the path data[at:end] in its one form to `room`, which holds three times as much; the size written, or PATH_...
cdef Py_ssize_t normalise(
    const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* room, int rules) noexcept
# Remove the dot segments of room[base:end], which begins with "/" or is empty; where it ends now, or PATH_CLIMBS.
cdef Py_ssize_t remove_dots(unsigned char* room, Py_ssize_t base, Py_ssize_t end) noexcept
# What the path data[at:end] has, as it was received, that `rules` reject: PATH_..., or 0.
cdef int refused_by(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int rules) noexcept

cdef unsigned char HEXADECIMAL[16]
cdef unsigned char _odd_width(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int rules) noexcept
cdef Py_ssize_t _rewrite(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* room, int rules) noexcept
cdef Py_ssize_t _escape(unsigned char* room, Py_ssize_t size, unsigned char octet) noexcept
cdef int _digit(unsigned char octet) noexcept
cdef bint _plain(unsigned char octet) noexcept
cdef bint _escaped(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char wanted) noexcept
cdef bint _hides(const unsigned char* room, Py_ssize_t size) noexcept
cdef bint _dot_segment(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
