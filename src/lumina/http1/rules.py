"""The rules of HTTP/1.1 that a message can break: a stable word, a status, and a sentence for people."""

from typing import NamedTuple

import cython

if not cython.compiled:
    NEED_MORE = -1
    REFUSED = -2
    (
        RULE_NONE,
        RULE_REQUEST_LINE,
        RULE_METHOD,
        RULE_METHOD_TOO_LONG,
        RULE_METHOD_CONNECT,
        RULE_VERSION,
        RULE_VERSION_UNSUPPORTED,
        RULE_LINE_TOO_LONG,
        RULE_TARGET,
        RULE_TARGET_ESCAPE,
        RULE_TARGET_NUL,
        RULE_TARGET_FRAGMENT,
        RULE_TARGET_FORM,
        RULE_TARGET_SCHEME,
        RULE_PATH_ABOVE_ROOT,
        RULE_PATH_HIDDEN_DOTS,
        RULE_PATH_POLICY,
        RULE_PATH_AMBIGUOUS,
        RULE_TARGET_MISDIRECTED,
        RULE_BARE_CR,
        RULE_BARE_LF,
        RULE_OBS_FOLD,
        RULE_FIELD_NAME,
        RULE_FIELD_NAME_EMPTY,
        RULE_FIELD_NAME_SPACE,
        RULE_FIELD_COLON,
        RULE_FIELD_VALUE,
        RULE_FIELD_COUNT,
        RULE_HEAD_TOO_LARGE,
        RULE_CONNECTION_OPTIONS,
        RULE_HOST_MISSING,
        RULE_HOST_REPEATED,
        RULE_HOST,
        RULE_HOST_PORT,
        RULE_HOST_USERINFO,
        RULE_HOST_MISMATCH,
        RULE_LENGTH,
        RULE_LENGTH_REPEATED,
        RULE_LENGTH_AND_CODING,
        RULE_CODING_UNKNOWN,
        RULE_CODING_ORDER,
        RULE_CODING_VERSION,
        RULE_CODING_NO_CONTENT,
        RULE_TRACE_CONTENT,
        RULE_TRACE,
        RULE_MAX_FORWARDS,
        RULE_EXPECT,
        RULE_STATUS_LINE,
        RULE_STATUS_CODE,
        RULE_STATUS_VERSION,
        RULE_CHUNK_SIZE,
        RULE_CHUNK_EXTENSION,
        RULE_CHUNK_EXTENSION_SIZE,
        RULE_CHUNK_END,
        RULE_TRAILER_SIZE,
        RULE_COUNT,
    ) = range(56)


class Rule(NamedTuple):
    """One rule: `word` is for programs, `status` answers a request that breaks it (a response: 502)."""

    number: int
    word: str
    status: int
    detail: str


# In the order of the header's enum.
_TABLE = (
    ("none", 200, "The message breaks no rule."),
    ("request-line", 400, "The request line is not a method, a target and a version with one space between."),
    ("method", 400, "The method has an octet that no method may have."),
    ("method-too-long", 501, "The method is longer than any that is known here."),
    ("method-connect", 501, "CONNECT asks for a forward proxy, and this is a gateway."),
    ("version", 400, "The protocol version is malformed."),
    ("version-unsupported", 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."),
    ("line-too-long", 414, "The request line is longer than is taken here."),
    ("target", 400, "The request target has an octet that no URI may have there."),
    ("target-escape", 400, "A percent sign in the request target does not begin an escape."),
    ("target-nul", 400, "The path holds an escaped NUL."),
    ("target-fragment", 400, "The request target has a fragment."),
    ("target-form", 400, "The form of the request target does not fit its method."),
    ("target-scheme", 400, "The scheme of the request target is neither http nor https."),
    ("path-above-root", 400, "The path climbs above its root."),
    ("path-hidden-dots", 400, "The path hides a dot segment behind an escaped slash or a parameter."),
    ("path-policy", 400, "The path has something that its route does not take."),
    ("path-ambiguous", 400, "Servers read this path differently, and some of them as one of another route."),
    ("target-misdirected", 421, "The request target is https, but the connection is not secured."),
    ("bare-cr", 400, "A CR stands without its LF."),
    ("bare-lf", 400, "A LF stands without its CR."),
    ("obs-fold", 400, "A line begins with white space."),
    ("field-name", 400, "A field name has an octet that no name may have."),
    ("field-name-empty", 400, "A field has no name."),
    ("field-name-space", 400, "White space stands between a field name and its colon."),
    ("field-colon", 400, "A field line has no colon."),
    ("field-value", 400, "A field value holds a control octet."),
    ("field-count", 431, "The message has more fields than are taken here."),
    ("head-too-large", 431, "The header section is larger than is taken here."),
    ("connection-options", 400, "The Connection field names more options than are taken here, or what is none."),
    ("host-missing", 400, "The request does not say which host it is for."),
    ("host-repeated", 400, "The request has more than one Host field."),
    ("host", 400, "The host is malformed."),
    ("host-port", 400, "The port of the host is no port number."),
    ("host-userinfo", 400, "The authority holds user information."),
    ("host-mismatch", 400, "The request target and the Host field name different hosts."),
    ("content-length", 400, "The Content-Length is no decimal number, or one beyond all bounds."),
    ("content-length-repeated", 400, "The message has more than one Content-Length."),
    ("length-and-coding", 400, "The message has both a Content-Length and a Transfer-Encoding."),
    ("coding-unknown", 501, "The only transfer coding known here is chunked."),
    ("coding-order", 400, "The transfer codings do not end in one chunked."),
    ("coding-version", 400, "A message of HTTP/1.0 has a Transfer-Encoding."),
    ("coding-no-content", 400, "A response that can have no content has a Transfer-Encoding."),
    ("trace-content", 400, "A TRACE request has content."),
    ("trace", 405, "TRACE is not taken here."),
    ("max-forwards", 400, "The Max-Forwards is no decimal number, or stands twice."),
    ("expect", 417, "The only expectation known here is 100-continue."),
    ("status-line", 400, "The status line is not a version, a status code and a reason."),
    ("status-code", 400, "The status code is not one of 100 to 599."),
    ("status-version", 400, "A response of HTTP/1.0 has a status that only HTTP/1.1 knows."),
    ("chunk-size", 400, "A chunk size is not a hexadecimal number of up to fifteen digits and a line end."),
    ("chunk-extension", 400, "A chunk extension is malformed."),
    ("chunk-extension-size", 400, "The chunk extensions are larger than is taken here."),
    ("chunk-end", 400, "The data of a chunk is not followed by a line end."),
    ("trailer-size", 431, "The trailer section is larger than is taken here."),
)

RULES: tuple[Rule, ...] = tuple(Rule(number, *row) for number, row in enumerate(_TABLE))
