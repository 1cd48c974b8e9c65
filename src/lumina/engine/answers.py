"""Answers that the gateway gives itself: problem details (RFC 9457), with the cause in Proxy-Status (RFC 9209)."""

import json

from lumina.http1.rules import RULES
from lumina.reasons import REASONS

RETRY_AFTER = 1  # seconds, where the fault may be gone as soon as that


def problem(
    reason: int,
    rule: int,
    *,
    request_id: str,
    route: str,
    next_hop: str,
    date: bytes,
    close: bool,
    bodiless: bool,
) -> tuple[int, bytes]:
    """Return the status and the whole answer, head and body, for an exchange that failed.

    `rule` is the broken rule of `http1.rules`, or 0; `bodiless` answers a HEAD.
    """
    failure = REASONS[reason]
    status, detail, kind = failure.status, failure.detail, failure.word
    if rule:
        broken = RULES[rule]
        status, detail, kind = broken.status, broken.detail, broken.word
    title = TITLES.get(status, failure.title)
    members = {
        "type": f"urn:lumina:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "reason": failure.word,
        "request_id": request_id,
    }
    if route:
        members["route"] = route
    body = json.dumps(members).encode() + b"\n"
    lines = [
        f"HTTP/1.1 {status} {title}",
        f"Date: {date.decode()}",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        f"X-Request-ID: {request_id}",
    ]
    if failure.proxy_error:
        hop = (
            f"; next-hop={next_hop}"
            if next_hop and ":" not in next_hop
            else f'; next-hop="{next_hop}"'
            if next_hop
            else ""
        )
        lines.append(f"Proxy-Status: lumina; error={failure.proxy_error}{hop}")
    if status == 503:
        lines.append(f"Retry-After: {RETRY_AFTER}")
    if close:
        lines.append("Connection: close")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return status, head if bodiless else head + body


TITLES = {
    400: "Bad Request",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}
