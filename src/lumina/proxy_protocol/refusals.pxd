# Why a connection is refused where a PROXY header may be sent.
cdef enum Refusal:
    REFUSAL_NONE
    REFUSAL_NOT_LISTED      # its sender may not send one, and others are not served
    REFUSAL_NOT_ALLOWED     # its sender may not send one, and did
    REFUSAL_MISSING         # its sender must send one, and sent something else
    REFUSAL_MALFORMED
    REFUSAL_TOO_LONG
    REFUSAL_CHECKSUM
    REFUSAL_INCOMPLETE      # the connection ended within it
    REFUSAL_TIMEOUT         # it did not come in time
    REFUSAL_COUNT
