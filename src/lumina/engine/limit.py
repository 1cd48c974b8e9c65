"""What was refused or cut short because it would have taken more than its share, and what metrics call it."""

import cython

WORDS = (
    "",
    "connections",
    "client_connections",
    "connection_requests",
    "pipelined_requests",
    "requests",
    "request_line",
    "header_bytes",
    "header_count",
    "body_bytes",
    "header_time",
    "body_time",
    "write_time",
    "response_header_bytes",
    "upstream_uploads",
    "upstream_queue",
    "keep_alive",
    "tls_messages",
)


def limit_of(reason: cython.int, rule: cython.int, in_body: cython.bint) -> cython.int:
    """Return the limit that an exchange met that ends for `reason`, by breaking `rule`; 0: none."""
    if reason == BAD_REQUEST:
        if rule == RULE_LINE_TOO_LONG:
            return LIMIT_REQUEST_LINE
        if rule == RULE_HEAD_TOO_LARGE:
            return LIMIT_HEADER_BYTES
        return LIMIT_HEADER_COUNT if rule == RULE_FIELD_COUNT else LIMIT_NONE
    if reason == REQUEST_TIMEOUT:
        return LIMIT_BODY_TIME if in_body else LIMIT_HEADER_TIME
    if reason == BODY_TOO_LARGE:
        return LIMIT_BODY_BYTES
    if reason == CLIENT_TOO_SLOW:
        return LIMIT_WRITE_TIME
    if reason == REQUEST_LIMIT:
        return LIMIT_REQUESTS
    return LIMIT_RESPONSE_HEADER_BYTES if reason == RESPONSE_HEADER_SIZE else LIMIT_NONE
