# A request head: request line and fields, checked whole (RFC 9112, sections 2 and 3; RFC 9110, sections 5 and 7).
cimport cython
from lumina.http.authority cimport AUTHORITY_FINE, check_authority, same_authority
from lumina.http.octets cimport BLANK, OCTETS, TCHAR
from lumina.http.target cimport BROWSER_OCTETS
from lumina.http1.expect cimport only_continue
from lumina.http1.fields cimport MAX_FIELDS
from lumina.http1.framing cimport FRAMING_CHUNKED, FRAMING_NONE, FRAMING_REFUSED, request_framing
from lumina.http1.rules cimport (
    NEED_MORE, REFUSED, RULE_BARE_CR, RULE_BARE_LF, RULE_EXPECT, RULE_HEAD_TOO_LARGE, RULE_HOST_MISMATCH,
    RULE_HOST_MISSING, RULE_HOST_REPEATED, RULE_LINE_TOO_LONG, RULE_METHOD, RULE_METHOD_CONNECT, RULE_METHOD_TOO_LONG,
    RULE_REQUEST_LINE, RULE_TARGET_FORM, RULE_TRACE_CONTENT, RULE_VERSION, RULE_VERSION_UNSUPPORTED,
)
from lumina.http1.start cimport method_number, version_number
from lumina.http1.target cimport Target, authority_rule
from lumina.http1.upgrade cimport may_upgrade

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

cdef enum:
    MAX_METHOD = 64         # octets; no registered method has more than 17

@cython.final
cdef class RequestHead(Target):
    cdef readonly int method
    cdef Py_ssize_t method_at, method_size
    cdef readonly int minor                       # HTTP/1.minor
    cdef readonly int body
    cdef readonly long long content_length        # -1 unless BODY_LENGTH
    cdef readonly bint persistent                 # the client wants the connection kept after this exchange
    cdef readonly bint expects_continue

    # Parse one head that starts at `at` (blank lines before it are skipped as RFC 9112 section 2.2 allows).
    # Returns the offset after the head, NEED_MORE (-1), or REFUSED (-2) with `refusal` set.
    # Idempotent: called again with more bytes it starts over. Limits: set by configure().
    cdef Py_ssize_t parse(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cpdef void configure(self, Py_ssize_t max_line, Py_ssize_t max_head, int max_count)

    cdef Py_ssize_t _max_line
    cdef Py_ssize_t _max_head
    cdef int _max_count

    cdef Py_ssize_t _blank_line(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _line(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _method(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _version(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _judge_line(self, const unsigned char* data) noexcept
    cdef bint _judge_fields(self, const unsigned char* data) noexcept
    cdef bint _judge_host(self, const unsigned char* data) noexcept
    cdef bint _judge_body(self, const unsigned char* data) noexcept
    cdef void _forget(self) noexcept
