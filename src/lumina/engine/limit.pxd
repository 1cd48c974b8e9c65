# What was refused or cut short because it would have taken more than its share.
from lumina.http1.rules cimport RULE_FIELD_COUNT, RULE_HEAD_TOO_LARGE, RULE_LINE_TOO_LONG
from lumina.reasons cimport *

cdef enum Limit:
    LIMIT_NONE
    LIMIT_CONNECTIONS
    LIMIT_CLIENT_CONNECTIONS
    LIMIT_CONNECTION_REQUESTS
    LIMIT_PIPELINED
    LIMIT_REQUESTS
    LIMIT_REQUEST_LINE
    LIMIT_HEADER_BYTES
    LIMIT_HEADER_COUNT
    LIMIT_BODY_BYTES
    LIMIT_HEADER_TIME
    LIMIT_BODY_TIME
    LIMIT_WRITE_TIME
    LIMIT_RESPONSE_HEADER_BYTES
    LIMIT_UPLOADS
    LIMIT_QUEUE
    LIMIT_KEEP_ALIVE
    LIMIT_TLS_MESSAGES
    LIMIT_COUNT

cdef int limit_of(int reason, int rule, bint in_body) noexcept
