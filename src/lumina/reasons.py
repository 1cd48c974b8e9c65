"""Why an exchange ended as it did: a stable word, a status, and a proxy error type (RFC 9209, section 2.3)."""

from typing import NamedTuple

import cython

if not cython.compiled:
    (
        OK,
        CLIENT_GONE,
        CLIENT_TOO_SLOW,
        NO_ROUTE,
        BAD_REQUEST,
        REQUEST_TIMEOUT,
        BODY_TOO_LARGE,
        PLAIN_HTTP_ON_TLS,
        CONNECTION_REFUSED,
        CONNECTION_TIMEOUT,
        DESTINATION_UNROUTABLE,
        DNS_ERROR,
        TLS_PROTOCOL_ERROR,
        TLS_CERTIFICATE_ERROR,
        CONNECTION_TERMINATED,
        HTTP_PROTOCOL_ERROR,
        RESPONSE_HEADER_SIZE,
        RESPONSE_TIMEOUT,
        RESPONSE_INCOMPLETE,
        RESPONSE_STATUS,
        DESTINATION_UNAVAILABLE,
        CONNECTION_LIMIT,
        REQUEST_LIMIT,
        QUEUE_TIMEOUT,
        BREAKER_OPEN,
        SHED,
        DEADLINE_EXCEEDED,
        LOOP_DETECTED,
        INTERNAL_ERROR,
        REASON_COUNT,
    ) = range(30)


class Failure(NamedTuple):
    """How one reason is told: to programs by `word`, to people by `title` and `detail`.

    `status` is the answer's status, or what the access line says where no answer could be sent.
    `proxy_error` is the type of RFC 9209, or empty where the fault is not upstream.
    """

    word: str
    status: int
    title: str
    detail: str
    proxy_error: str = ""


REASONS: tuple[Failure, ...] = (
    Failure("ok", 200, "OK", "The exchange went through."),
    Failure("client_gone", 499, "Client Closed Request", "The client left before it had the whole answer."),
    Failure("client_too_slow", 408, "Request Timeout", "The client took nothing of the answer for too long."),
    Failure("no_route", 404, "Not Found", "No route matches this path.", "destination_not_found"),
    Failure("bad_request", 400, "Bad Request", "The request breaks a rule of HTTP.", "http_request_error"),
    Failure("request_timeout", 408, "Request Timeout", "The request did not arrive in time.", "http_request_error"),
    Failure(
        "body_too_large",
        413,
        "Content Too Large",
        "The request body is larger than this gateway takes.",
        "http_request_error",
    ),
    Failure(
        "plain_http_on_tls",
        400,
        "Bad Request",
        "This port speaks TLS: use https instead of http.",
        "http_request_error",
    ),
    Failure("connection_refused", 502, "Bad Gateway", "The upstream refuses connections.", "connection_refused"),
    Failure(
        "connection_timeout",
        504,
        "Gateway Timeout",
        "The upstream did not take the connection in time.",
        "connection_timeout",
    ),
    Failure(
        "destination_ip_unroutable",
        502,
        "Bad Gateway",
        "The upstream's address cannot be reached.",
        "destination_ip_unroutable",
    ),
    Failure("dns_error", 502, "Bad Gateway", "The upstream's name has no known address.", "dns_error"),
    Failure("tls_protocol_error", 502, "Bad Gateway", "TLS with the upstream failed.", "tls_protocol_error"),
    Failure(
        "tls_certificate_error",
        502,
        "Bad Gateway",
        "The upstream's certificate cannot be trusted.",
        "tls_certificate_error",
    ),
    Failure(
        "connection_terminated",
        502,
        "Bad Gateway",
        "The upstream closed the connection before it answered.",
        "connection_terminated",
    ),
    Failure(
        "http_protocol_error",
        502,
        "Bad Gateway",
        "The upstream's answer breaks a rule of HTTP.",
        "http_protocol_error",
    ),
    Failure(
        "http_response_header_section_size",
        502,
        "Bad Gateway",
        "The upstream's header section is too large.",
        "http_response_header_section_size",
    ),
    Failure(
        "http_response_timeout",
        504,
        "Gateway Timeout",
        "The upstream did not answer in time.",
        "http_response_timeout",
    ),
    Failure(
        "http_response_incomplete",
        502,
        "Bad Gateway",
        "The upstream's answer broke off.",
        "http_response_incomplete",
    ),
    Failure(
        "response_status",
        502,
        "Bad Gateway",
        "The upstream answered that it cannot serve.",
        "destination_unavailable",
    ),
    Failure(
        "destination_unavailable",
        503,
        "Service Unavailable",
        "The upstream has no endpoint that can be used.",
        "destination_unavailable",
    ),
    Failure(
        "connection_limit_reached",
        503,
        "Service Unavailable",
        "The upstream already has as many connections as it may.",
        "connection_limit_reached",
    ),
    Failure(
        "request_limit_reached",
        503,
        "Service Unavailable",
        "This gateway has as many requests under way as it takes.",
        "connection_limit_reached",
    ),
    Failure(
        "queue_timeout",
        503,
        "Service Unavailable",
        "The upstream had no room for this request in time.",
        "connection_limit_reached",
    ),
    Failure(
        "breaker_open",
        503,
        "Service Unavailable",
        "The upstream failed too often and is left alone for a while.",
        "destination_unavailable",
    ),
    Failure(
        "overloaded",
        503,
        "Service Unavailable",
        "This gateway has more to do than it can, and other requests go first.",
        "connection_limit_reached",
    ),
    Failure(
        "deadline_exceeded",
        504,
        "Gateway Timeout",
        "The time that this request may take is over.",
        "http_response_timeout",
    ),
    Failure("loop_detected", 508, "Loop Detected", "The request passed this gateway before.", "proxy_loop_detected"),
    Failure("proxy_internal_error", 500, "Internal Server Error", "The gateway failed.", "proxy_internal_error"),
)
