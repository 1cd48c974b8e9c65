# One field section: where each name and value lies, and what it means for this hop.
cimport cython

cdef enum:
    MAX_FIELDS = 256

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


cdef class Fields:
    # Offsets count from the start of the bytes that were scanned.
    cdef readonly int count
    cdef unsigned int name_at[256]
    cdef unsigned int name_size[256]
    cdef unsigned int value_at[256]      # without the white space around it
    cdef unsigned int value_size[256]
    cdef unsigned char known[256]        # Name
    cdef unsigned char hop[256]          # 1: for this hop only, never forwarded (RFC 9110, section 7.6.1)
    # What the Connection field said.
    cdef readonly bint close
    cdef readonly bint keep_alive
    cdef readonly bint upgrade
    # Where the one wanted field of a kind is, as an index in the table, or -1.
    cdef int host
    cdef int upgrade_field
    cdef readonly int refusal            # a Rule of rules.pxd, 0 while all is well

    # Scan a field section from `at`; `end` is one past the last octet there is. Returns the offset after the empty line,
    # NEED_MORE (-1), or REFUSED (-2) with `refusal` set. `max_count` <= 256.
    cdef Py_ssize_t scan(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int max_count) noexcept
