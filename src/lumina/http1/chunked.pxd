# Chunked transfer coding, decoded where it lies (RFC 9112, section 7.1).
cimport cython
from lumina.http.octets cimport BLANK, OCTETS, TCHAR
from lumina.http1.fields cimport NAME_CONNECTION, Fields
from lumina.http1.rules cimport (
    REFUSED, RULE_BARE_CR, RULE_BARE_LF, RULE_CHUNK_END, RULE_CHUNK_EXTENSION, RULE_CHUNK_EXTENSION_SIZE,
    RULE_CHUNK_SIZE, RULE_NONE, RULE_TRAILER_SIZE,
)

cdef enum:
    MAX_SIZE_DIGITS = 15            # leading zeros aside; 2**60 octets: far from overflow
    MAX_EXTENSION = 4096            # octets of the extensions of one chunk, and of zeros before its size
    MAX_OVERHEAD = 16384            # octets of extensions of the whole body, beyond its content
    MAX_TRAILERS = 8192

# What the next octet belongs to.
cdef enum Phase:
    SIZE
    SIZE_BLANK                      # white space after a size: only ";" may follow
    EXTENSION_START                 # after ";"
    EXTENSION_NAME
    EXTENSION_NAME_BLANK            # white space after a name: only "=" or ";" may follow
    EXTENSION_VALUE_START           # after "="
    EXTENSION_VALUE
    EXTENSION_QUOTED
    EXTENSION_ESCAPED
    EXTENSION_END                   # after the closing quote
    EXTENSION_BLANK                 # white space after a value: only ";" may follow
    SIZE_LF
    DATA
    DATA_CR
    DATA_LF
    TRAILER_START                   # the first octet of a line
    TRAILER
    TRAILER_LF
    LAST_LF
    DONE


@cython.final
cdef class ChunkedDecoder:
    cdef readonly bint done
    cdef readonly int refusal                     # a Rule, 0 while all is well
    # the content found by the last step(): data[span_at : span_at + span_size]
    cdef Py_ssize_t span_at, span_size
    # the raw trailer section ("Name: value\r\n"... and the final "\r\n" left out), bounded; complete once done
    cdef readonly bytearray trailers              # None where there is nothing to pass on; checked by Fields.scan

    cpdef void reset(self) noexcept
    # The same for the message whose head was found in `data`: it may say which trailers end here.
    cdef void begin(self, Fields head, const unsigned char* data) noexcept
    cdef void _withhold(self, Fields head, const unsigned char* data) noexcept
    # Go on at `at`; stop after one run of content, at the end of the body, or at `end`.
    # Returns the new offset (span_size 0: no content in this step), or REFUSED (-2).
    # Call until the offset reaches `end` or `done`. Bytes after the body are not touched.
    cdef Py_ssize_t step(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept

    cdef int _phase
    cdef int _digits
    cdef Py_ssize_t _left                         # octets of the chunk that are still to come
    cdef Py_ssize_t _extension
    cdef Py_ssize_t _overhead
    cdef bytearray _section                       # the trailer section as it came
    cdef set _withheld                            # names of trailers that Connection names, or None

    # These say whether all is well: an exception that cannot leave (there is only MemoryError) says no.
    cdef bint _octet(self, unsigned char octet) noexcept
    cdef bint _wrong(self, int rule) noexcept
    cdef bint _expect(self, unsigned char octet, unsigned char wanted, int after) noexcept
    cdef bint _size(self, unsigned char octet) noexcept
    cdef bint _may_be_longer(self) noexcept
    cdef bint _size_end(self) noexcept
    cdef bint _extend(self, unsigned char octet) noexcept
    cdef int _extension_phase(self, unsigned char octet) noexcept
    cdef bint _trailer(self, unsigned char octet) noexcept
    cdef bint _collect(self, unsigned char octet) noexcept
    cdef bint _finish(self) noexcept
    cdef bint _keep(self, bytes section) noexcept

cdef Py_ssize_t SIZE_BOUND

cdef int hex_value(unsigned char octet) noexcept
