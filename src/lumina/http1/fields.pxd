# One field section: where each name and value lies, and what it means for this hop.
cimport cython
from lumina.http.names cimport find_name
from lumina.http.octets cimport BLANK, FOLDED, OCTETS, TCHAR, text_end, word_end
from lumina.http1.rules cimport (
    NEED_MORE, REFUSED, RULE_BARE_CR, RULE_BARE_LF, RULE_CONNECTION_OPTIONS, RULE_FIELD_COLON, RULE_FIELD_COUNT,
    RULE_FIELD_NAME, RULE_FIELD_NAME_EMPTY, RULE_FIELD_NAME_SPACE, RULE_FIELD_VALUE, RULE_NONE, RULE_OBS_FOLD,
)

cdef enum:
    MAX_FIELDS = 256
    FAMILY_SIZE = 11    # octets of FAMILY
    MAX_OPTIONS = 64    # of all Connection fields together, where one names other fields

cdef enum Strictness:       # what is not forgiven: all of these are, unless said otherwise
    STRICT_LENGTHS = 1      # a Content-Length that is repeated with one value, in responses
    STRICT_STATUS_LINE = 2  # a space that is missing where no reason is given
    STRICT_OPTIONS = 4      # what in a Connection field is no token

# The names that the gateway itself acts on; every other is NAME_OTHER.
cdef enum Name:
    NAME_OTHER
    NAME_HOST
    NAME_CONNECTION
    NAME_CONTENT_LENGTH
    NAME_TRANSFER_ENCODING
    NAME_TE
    NAME_TRAILER
    NAME_UPGRADE
    NAME_KEEP_ALIVE
    NAME_PROXY_CONNECTION
    NAME_PROXY_AUTHENTICATE
    NAME_PROXY_AUTHORIZATION
    NAME_EXPECT
    NAME_VIA
    NAME_FORWARDED
    NAME_X_FORWARDED_FOR
    NAME_X_FORWARDED_PROTO
    NAME_X_FORWARDED_HOST
    NAME_X_FORWARDED_PORT
    NAME_X_FORWARDED_PREFIX
    NAME_X_REAL_IP
    NAME_X_REQUEST_ID
    NAME_MAX_FORWARDS
    NAME_DATE
    NAME_SERVER
    NAME_PROXY_STATUS
    NAME_ACCEPT
    NAME_X_FORWARDED = 31   # any other name that begins so; find_name() has no number for it

cdef unsigned char HOP[64]          # by the number of a name: 1 for a field of this hop only
cdef unsigned char FAMILY[11]       # what the names begin with that tell of a client
cdef unsigned char ENDURING[64]     # by the number of a name: 1 where a Connection field cannot take it away

cdef class Fields:
    # Offsets count from the start of the bytes that were scanned.
    cdef readonly int count
    cdef unsigned int name_at[256]
    cdef unsigned int name_size[256]
    cdef unsigned int value_at[256]      # without the white space around it
    cdef unsigned int value_size[256]
    cdef unsigned char known[256]        # Name
    cdef unsigned char hop[256]          # 1: for this hop only, never forwarded (RFC 9110, section 7.6.1)
    cdef unsigned char odd[256]          # 1: its line is not as we write one, `Name: value` and CRLF
    cdef bint dated                      # a Date field is there
    # What the Connection field said.
    cdef readonly bint close
    cdef readonly bint keep_alive
    cdef readonly bint upgrade
    cdef bint relayed                    # Via, Max-Forwards or TRACE: how far it came and may go matters
    # Where the one wanted field of a kind is, as an index in the table, or -1.
    cdef int host
    cdef int upgrade_field
    cdef int accept_field
    cdef int keep_alive_field
    # For framing.py and the heads: how many there are, and where the first is.
    cdef int hosts, lengths, codings, expectations
    cdef int length_field, coding_field, expect_field
    cdef bint nominating                # a Connection field names other fields
    # The list element that next_element() found, without the white space around it; and where the walk goes on.
    cdef Py_ssize_t element_at, element_size
    cdef int _walked, _next_field
    cdef Py_ssize_t _next_at, _list_end
    cdef public int strict               # Strictness
    cdef readonly int refusal            # a Rule of rules.pxd, 0 while all is well

    # Scan a field section from `at`; `end` is one past the last octet there is. Returns the offset after the empty line,
    # NEED_MORE (-1), or REFUSED (-2) with `refusal` set. `max_count` <= 256.
    cdef Py_ssize_t scan(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int max_count) noexcept

    # Go through the list elements of all fields of one name (RFC 9110, section 5.6.1): walk(), then next_element() while it
    # is true. One walk at a time.
    cdef void walk(self, int name) noexcept
    cdef bint next_element(self, const unsigned char* data) noexcept

    cdef void begin(self) noexcept
    cdef Py_ssize_t _section(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int max_count) noexcept
    cdef Py_ssize_t refuse(self, int rule) noexcept
    cdef Py_ssize_t _field(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _line_end(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _bad_name(self, unsigned char octet, bint empty) noexcept
    cdef void _note(self, int place, int name, const unsigned char* data) noexcept
    cdef void _of_the_family(self, int place, const unsigned char* data) noexcept
    cdef void _connection(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _strike(self, const unsigned char* data) noexcept
    cdef void _strike_name(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept

cdef bint same_name(const unsigned char* data, Py_ssize_t at, Py_ssize_t other, Py_ssize_t size) noexcept
# Whether data[at : at + size] is `word`, which is in lower case, in any case.
cdef bint same_word(
    const unsigned char* data, Py_ssize_t at, Py_ssize_t size, const unsigned char* word, Py_ssize_t word_size) noexcept
# Where the list element that begins at `at` stops: at a comma or at `end`.
cdef Py_ssize_t element_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t skip_blanks(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t drop_blanks(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint is_token(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
