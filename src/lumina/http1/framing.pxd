# How a message body ends: the only place that reads Content-Length and Transfer-Encoding (RFC 9112, section 6.3).
from lumina.http1.fields cimport (
    Fields, NAME_CONTENT_LENGTH, NAME_TRANSFER_ENCODING, STRICT_LENGTHS, drop_blanks, element_end, same_word, skip_blanks,
)
from lumina.http1.rules cimport (
    RULE_CODING_NO_CONTENT, RULE_CODING_ORDER, RULE_CODING_UNKNOWN, RULE_CODING_VERSION, RULE_LENGTH,
    RULE_LENGTH_AND_CODING, RULE_LENGTH_REPEATED,
)

cdef long long LENGTH_BOUND
cdef long long LENGTH_BOUND_TENTH

# What the framing of a message is: a content length >= 0, or one of these.
cdef enum Framing:
    FRAMING_REFUSED = -4        # Fields.refusal says why
    FRAMING_UNTIL_CLOSE = -3
    FRAMING_CHUNKED = -2
    FRAMING_NONE = -1

cdef long long request_framing(Fields fields, const unsigned char* data, int minor) noexcept
cdef long long response_framing(Fields fields, const unsigned char* data, int minor, int status) noexcept

cdef long long _coding(Fields fields, const unsigned char* data, int minor) noexcept
cdef long long _wrong_coding(Fields fields, const unsigned char* data) noexcept
cdef long long _one_length(Fields fields, const unsigned char* data) noexcept
cdef long long _equal_lengths(Fields fields, const unsigned char* data) noexcept
cdef long long _number(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef long long _refused(Fields fields, int rule) noexcept
