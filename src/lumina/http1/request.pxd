# A request head: request line and fields, checked whole (RFC 9112, sections 2 and 3; RFC 9110, sections 5 and 7).
cimport cython
from lumina.http1.fields cimport Fields

cdef enum Method:       # METHOD_OTHER: any other token
    METHOD_OTHER
    METHOD_GET
    METHOD_HEAD
    METHOD_POST
    METHOD_PUT
    METHOD_DELETE
    METHOD_CONNECT
    METHOD_OPTIONS
    METHOD_TRACE
    METHOD_PATCH

cdef enum Body:         # how a message body ends (framing.py decides, RFC 9112 section 6.3)
    BODY_NONE
    BODY_LENGTH
    BODY_CHUNKED
    BODY_UNTIL_CLOSE    # responses only

@cython.final
cdef class RequestHead(Fields):
    cdef readonly int method
    cdef Py_ssize_t method_at, method_size
    cdef Py_ssize_t target_at, target_size        # as received
    cdef readonly int minor                       # HTTP/1.minor
    # the authority: of an absolute-form target if there was one, else the Host value; size 0: none
    cdef Py_ssize_t authority_at, authority_size
    # the raw path (starts with "/", or is "*" for OPTIONS) and the query after "?" (query_at = -1: no "?")
    cdef Py_ssize_t path_at, path_size
    cdef Py_ssize_t query_at, query_size
    # the normalised path, used for matching AND forwarding: bytes `path_room[0:normal_size]` when `rewritten`, else the raw path itself
    cdef readonly bint rewritten
    cdef unsigned char* path_room
    cdef Py_ssize_t normal_size
    cdef readonly int body
    cdef readonly long long content_length        # -1 unless BODY_LENGTH
    cdef readonly bint persistent                 # the client wants the connection kept after this exchange
    cdef readonly bint expects_continue

    # Parse one head that starts at `at` (blank lines before it are skipped as RFC 9112 section 2.2 allows).
    # Returns the offset after the head, NEED_MORE (-1), or REFUSED (-2) with `refusal` set.
    # Idempotent: called again with more bytes it starts over. Limits: set by configure().
    cdef Py_ssize_t parse(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cpdef void configure(self, Py_ssize_t max_line, Py_ssize_t max_head, int max_count)
