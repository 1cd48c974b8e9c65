# A response head: status line and fields, checked whole (RFC 9112, section 4).
cimport cython
from lumina.http.octets cimport text_end
from lumina.http1.fields cimport Fields, MAX_FIELDS, STRICT_LENGTHS, STRICT_OPTIONS, STRICT_STATUS_LINE
from lumina.http1.framing cimport (
    FRAMING_CHUNKED, FRAMING_NONE, FRAMING_REFUSED, FRAMING_UNTIL_CLOSE, response_framing,
)
from lumina.http1.request cimport (
    BODY_CHUNKED, BODY_LENGTH, BODY_NONE, BODY_UNTIL_CLOSE, METHOD_HEAD,
)
from lumina.http1.rules cimport (
    NEED_MORE, REFUSED, RULE_HEAD_TOO_LARGE, RULE_STATUS_CODE, RULE_STATUS_LINE, RULE_STATUS_VERSION, RULE_VERSION,
    RULE_VERSION_UNSUPPORTED,
)
from lumina.http1.start cimport version_number

@cython.final
cdef class ResponseHead(Fields):
    cdef readonly int status
    cdef Py_ssize_t reason_at, reason_size
    cdef readonly int minor
    cdef readonly int body                        # Body of request.pxd
    cdef readonly long long content_length        # as declared, also where no body follows (HEAD, 304); -1 when absent
    cdef readonly bint persistent                 # the upstream keeps its connection after this

    # `method` is the request's Method: the framing depends on it (RFC 9112, section 6.3).
    cdef Py_ssize_t parse(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int method) noexcept
    cpdef void configure(self, Py_ssize_t max_head, int max_count)

    cdef Py_ssize_t _max_head
    cdef int _max_count

    cdef Py_ssize_t _line(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _status(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _judge(self, const unsigned char* data, int method) noexcept
    cdef void _forget(self) noexcept
