"""Answers that the gateway gives itself: problem details (RFC 9457), with the cause in Proxy-Status (RFC 9209)."""

import functools
import html
import json
import re
import secrets
from http import HTTPStatus
from typing import Any

from lumina.http1.rules import RULES
from lumina.reasons import REASONS
from lumina.snapshot import Fallback

UNFRAMED = (204, 304)  # RFC 9112, section 6.3
RESET_CONTENT = 205  # framed, and always empty (RFC 9110, section 15.3.6)
RETRY_AFTER = 1  # seconds, where the fault may be gone as soon as that
ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
REFLECTED = "message/http"
SECRET = re.compile(rb"auth|cookie|token|key|secret|password|session|credential|forwarded-client-cert", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z*][-.\w!#$%&'*+^`|~/]*", re.ASCII)
UNPRINTABLE = re.compile(r"[^ -~]")
KEPT = 1024  # problems that are kept as written: to refuse must be cheap when there is too much to do
ID_PLACE = secrets.token_hex(18)  # what stands where something else comes; nobody can send it
DATE_PLACE = secrets.token_urlsafe(21) + "="  # of the same size as a date


JSON, PAGE, TEXT = range(3)  # the forms of http1/accept.pxd
MEDIA_TYPES = ("application/problem+json", "text/html; charset=utf-8", "text/plain; charset=utf-8")
PAGE_TEXT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{status} {title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:34rem;padding:0 1rem;color:#222}}
h1{{font-size:1.6rem}}small{{color:#666}}@media(prefers-color-scheme:dark){{body{{color:#ddd;background:#1b1b1b}}}}</style>
<h1>{status} {title}</h1>
<p>{detail}
<p><small>Reason: {reason}. Request: {request_id}</small>
</html>
"""


def problem(
    reason: int,
    rule: int,
    *,
    request_id: str,
    route: str,
    next_hop: str,
    date: bytes,
    connection: str,
    bodiless: bool,
    form: int = JSON,
    wait: int = RETRY_AFTER,
) -> tuple[int, bytes]:
    """Return the status and the whole answer, head and body, for an exchange that failed.

    `rule` is the broken rule of `http1.rules`, or 0; `connection` is the option that the client has to be told, if any;
    `bodiless` answers a HEAD; `wait` is the seconds after which asking again is worth it, where it is at all.
    """
    status, answer = _written(reason, rule, route, next_hop, (connection, bodiless, form, len(request_id), wait))
    return status, answer.replace(ID_OCTETS, request_id.encode()).replace(DATE_OCTETS, date)


@functools.lru_cache(KEPT)
def _written(
    reason: int, rule: int, route: str, next_hop: str, how: tuple[str, bool, int, int, int]
) -> tuple[int, bytes]:
    """Return the same with a place for the request's id, which may be of another size, and one for the date."""
    connection, bodiless, form, id_size, wait = how
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
        "request_id": ID_PLACE,
    }
    if route:
        members["route"] = route
    body = _told(members, form)
    lines = [
        f"HTTP/1.1 {status} {title}",
        f"Date: {DATE_PLACE}",
        f"Content-Type: {MEDIA_TYPES[form]}",
        f"Content-Length: {len(body.replace(ID_OCTETS, bytes(id_size)))}",
        "Cache-Control: no-store",
        f"X-Request-ID: {ID_PLACE}",
    ]
    if failure.proxy_error:
        hop = f"; next-hop={_item(next_hop)}" if next_hop else ""
        lines.append(f"Proxy-Status: lumina; error={failure.proxy_error}{hop}")
    if status == 503:
        lines.append(f"Retry-After: {wait}")
    elif status == 405:
        lines.append(f"Allow: {ALLOWED}")
    if connection:
        lines.append(f"Connection: {connection}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return status, head if bodiless else head + body


ID_OCTETS, DATE_OCTETS = ID_PLACE.encode(), DATE_PLACE.encode()


def fixed(
    fallback: Fallback,
    reason: int,
    *,
    request_id: str,
    next_hop: str,
    date: bytes,
    connection: str,
    bodiless: bool,
    wait: int = RETRY_AFTER,
) -> bytes:
    """Return the answer, head and body, that a route falls back to when its upstream failed for `reason`."""
    failure, status = REASONS[reason], fallback.status
    body = b"" if status in UNFRAMED or status == RESET_CONTENT else fallback.body
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", f"Date: {date.decode()}"]
    if status not in UNFRAMED:
        lines += [f"Content-Type: {fallback.content_type.decode()}", f"Content-Length: {len(body)}"]
    lines += ["Cache-Control: no-store", f"X-Request-ID: {request_id}"]
    hop = f"; next-hop={_item(next_hop)}" if next_hop else ""
    lines.append(f"Proxy-Status: lumina; error={failure.proxy_error}{hop}")
    if status == 503:
        lines.append(f"Retry-After: {wait}")
    if connection:
        lines.append(f"Connection: {connection}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return head if bodiless else head + body


def last_stop(body: bytes, *, request_id: str, date: bytes, connection: str, trace: bool) -> bytes:
    """Return the answer to a request that goes no farther than here: to OPTIONS, or with a body to TRACE."""
    allowed = f"{ALLOWED}, TRACE" if trace else ALLOWED
    kind = [f"Content-Type: {REFLECTED}"] if body else [f"Allow: {allowed}"]
    lines = ["HTTP/1.1 200 OK", f"Date: {date.decode()}", *kind, f"Content-Length: {len(body)}"]
    lines += ["Cache-Control: no-store", f"X-Request-ID: {request_id}"]
    if connection:
        lines.append(f"Connection: {connection}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reflected(line: bytes, fields: list[tuple[bytes, bytes]]) -> bytes:
    """Return a request as it came, without the fields that may hold a secret (RFC 9110, section 9.3.8)."""
    shown = [name + b": " + value for name, value in fields if not SECRET.search(name)]
    return b"\r\n".join([line, *shown]) + b"\r\n\r\n"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _told(members: dict[str, Any], form: int) -> bytes:
    if form == PAGE:
        return PAGE_TEXT.format_map({key: html.escape(str(value)) for key, value in members.items()}).encode()
    if form == TEXT:
        return "{status} {title}: {detail}\nReason: {reason}. Request: {request_id}\n".format_map(members).encode()
    return json.dumps(members).encode() + b"\n"


def _item(name: str) -> str:
    """Return a name as a structured field has it (RFC 9651, section 3.3.3)."""
    if TOKEN.fullmatch(name):
        return name
    return '"' + UNPRINTABLE.sub("?", name).replace("\\", "\\\\").replace('"', '\\"') + '"'


TITLES = {
    400: "Bad Request",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    417: "Expectation Failed",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}
