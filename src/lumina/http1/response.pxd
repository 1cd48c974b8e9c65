# A response head: status line and fields, checked whole (RFC 9112, section 4).
cimport cython
from lumina.http1.fields cimport Fields

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
