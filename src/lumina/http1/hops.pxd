# How far a request has come, and how far it may go.
from lumina.http1.fields cimport (
    NAME_MAX_FORWARDS, NAME_VIA, Fields, drop_blanks, same_word, skip_blanks,
)

cdef enum:
    FORWARDS_ANY = -1       # no field says how often
    FORWARDS_MALFORMED = -2
    FORWARDS_MOST = 2147483647

# How often Via says that a Lumina has passed the message on.
cdef int passes(Fields head, const unsigned char* data) noexcept
# How often Max-Forwards says that the request may be passed on; above FORWARDS_MOST it is that.
cdef int max_forwards(Fields head, const unsigned char* data) noexcept
cdef bint _is_ours(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
