# Chunked transfer coding, decoded where it lies (RFC 9112, section 7.1).
cimport cython

@cython.final
cdef class ChunkedDecoder:
    cdef readonly bint done
    cdef readonly int refusal                     # a Rule, 0 while all is well
    # the content found by the last step(): data[span_at : span_at + span_size]
    cdef Py_ssize_t span_at, span_size
    # the raw trailer section ("Name: value\r\n"... and the final "\r\n" left out), bounded; complete once done
    cdef readonly bytearray trailers              # None until a trailer byte came; the fields were checked by Fields.scan

    cdef void reset(self) noexcept
    # Go on at `at`; stop after one run of content, at the end of the body, or at `end`.
    # Returns the new offset (span_size 0: no content in this step), or REFUSED (-2).
    # Call until the offset reaches `end` or `done`. Bytes after the body are not touched.
    cdef Py_ssize_t step(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
