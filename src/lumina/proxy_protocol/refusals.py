"""Why a connection is refused where a PROXY header may be sent, and what metrics and the log call it."""

import cython

if not cython.compiled:
    (
        REFUSAL_NONE,
        REFUSAL_NOT_LISTED,
        REFUSAL_NOT_ALLOWED,
        REFUSAL_MISSING,
        REFUSAL_MALFORMED,
        REFUSAL_TOO_LONG,
        REFUSAL_CHECKSUM,
        REFUSAL_INCOMPLETE,
        REFUSAL_TIMEOUT,
        REFUSAL_COUNT,
    ) = range(10)

WORDS = (
    "",
    "not_listed",
    "not_allowed",
    "missing",
    "malformed",
    "too_long",
    "checksum",
    "incomplete",
    "timeout",
)
