"""Every endpoint of httpbin answers through the gateway as it does directly."""

import http.client
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.system.gateway import Gateway

HOST = "bin.test"  # the same for both, so that what is told of the URL is the same
BOUNDARY = "part-of-the-test"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
UPLOAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n'
    f"Content-Type: application/octet-stream\r\n\r\n\x00\xff\r\n--{BOUNDARY}--\r\n"
).encode("latin-1")

# What may differ, and why. Everything else must be the same, in the same order, in the same case.
ADDED = {
    "via": "each hop names itself (RFC 9110, section 7.6.3)",
    "x-request-id": "tells which request it was, for the log",
}
HOP_BY_HOP = {
    "connection": "speaks of one connection (RFC 9110, section 7.6.1)",
    "keep-alive": "as Connection",
    "proxy-connection": "as Connection",
}
BY_THE_MOMENT = {
    "date": "the time of each answer",
    "last-modified": "httpbin gives the time of the answer (/cache)",
}
TOLD_TO_THE_ORIGIN = {  # fields of the request that httpbin's own list of a hosting service's fields does not hide
    "X-Forwarded-Host": "which host the client asked for",
}
# Bodies that are different each time, directly too: what is replaced before they are compared.
VARYING = {
    "/uuid": re.compile(rb"[0-9a-f-]{36}"),
    "/cache": re.compile(rb"$^"),
}
VARYING_FIELDS = {
    "/digest-auth/": re.compile(r'(nonce|opaque)="?[0-9a-f]+"?'),
    "/cache": re.compile(r"[0-9a-f]{32}"),  # the ETag is drawn for each answer
    "/response-headers": re.compile(r"$^"),
}


class Case(NamedTuple):
    """One request."""

    target: str
    method: str = "GET"
    fields: dict[str, str] = {}
    body: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.target}" + "".join(f" {name}" for name in self.fields)


def many(*methods: str) -> Iterator[Case]:
    for method in methods:
        body = b"" if method in ("GET", "HEAD", "OPTIONS", "TRACE") else b'{"a": [1, "\xc3\xa9"]}'
        kind = {"Content-Type": "application/json"} if body else {}
        yield Case("/anything", method, kind, body or None)
        yield Case("/anything/a%20b//c/%C3%A9?x=1&x=2&empty=&%20", method, kind, body or None)


# The endpoints by the rule that httpbin itself gives them; a rule without a case fails the test below.
CASES: dict[str, list[Case]] = {
    "/": [Case("/"), Case("/", "HEAD")],
    "/static/<path:filename>": [Case("/static/favicon.ico"), Case("/static/none.such")],
    "/html": [Case("/html"), Case("/html", "OPTIONS")],
    "/robots.txt": [Case("/robots.txt")],
    "/deny": [Case("/deny")],
    "/ip": [Case("/ip")],
    "/uuid": [Case("/uuid")],
    "/headers": [Case("/headers", fields={"X-A": "1", "Accept-Language": "de, en;q=0.5"})],
    "/user-agent": [Case("/user-agent", fields={"User-Agent": "Test/1.0 (x; y)"})],
    "/get": [Case("/get?a=1&b=%2F&a=2"), Case("/get", "HEAD"), Case("/get", "POST")],
    "/anything": [*many("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")],
    "/anything/<path:anything>": [
        Case("/anything/a/b?c", method) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    ],
    "/post": [
        Case("/post", "POST", FORM, b"a=1&b=%C3%A9&a=2"),
        Case("/post", "POST", MULTIPART, UPLOAD),
        Case("/post", "POST", {"Content-Type": "application/octet-stream"}, bytes(range(256)) * 400),
        Case("/post", "POST", {"Content-Length": "0"}),
    ],
    "/put": [Case("/put", "PUT", {}, b"text")],
    "/patch": [Case("/patch", "PATCH", {}, b"text")],
    "/delete": [Case("/delete", "DELETE"), Case("/delete", "DELETE", {}, b"text")],
    "/gzip": [Case("/gzip", fields={"Accept-Encoding": "gzip"})],
    "/deflate": [Case("/deflate", fields={"Accept-Encoding": "deflate"})],
    "/brotli": [Case("/brotli", fields={"Accept-Encoding": "br"})],
    "/redirect/<int:n>": [Case("/redirect/3"), Case("/redirect/1?absolute=true")],
    "/redirect-to": [
        Case("/redirect-to?url=http%3A%2F%2Fa.test%2F&status_code=307", "POST"),
        Case("/redirect-to?url=/x"),
        Case("/redirect-to?url=/x", "PUT"),
        Case("/redirect-to?url=/x", "PATCH"),
        Case("/redirect-to?url=/x", "DELETE"),
    ],
    "/relative-redirect/<int:n>": [Case("/relative-redirect/2")],
    "/absolute-redirect/<int:n>": [Case("/absolute-redirect/2")],
    "/stream/<int:n>": [Case("/stream/20"), Case("/stream/20", "HEAD")],
    "/status/<codes>": [
        Case(f"/status/{code}")
        for code in (200, 201, 202, 204, 206, 301, 304, 400, 401, 402, 404, 406, 407, 410, 418, 429, 500, 502, 503, 504)
    ]
    + [
        Case("/status/200", "POST"),
        Case("/status/200", "PATCH"),
        Case("/status/204", "DELETE"),
        Case("/status/304", "HEAD"),
        Case("/status/299", "PUT", {}, b"x"),
    ],
    "/response-headers": [
        Case("/response-headers?X-A=1&X-A=2&Content-Type=text/plain"),
        Case("/response-headers?Set-Cookie=a%3D1&Set-Cookie=b%3D2", "POST"),
    ],
    "/cookies": [Case("/cookies", fields={"Cookie": 'a=1; b="2 3"'})],
    "/forms/post": [Case("/forms/post")],
    "/cookies/set/<name>/<value>": [Case("/cookies/set/a/1")],
    "/cookies/set": [Case("/cookies/set?a=1&b=2")],
    "/cookies/delete": [Case("/cookies/delete?a=&b=", fields={"Cookie": "a=1; b=2"})],
    "/basic-auth/<user>/<passwd>": [
        Case("/basic-auth/u/p"),
        Case("/basic-auth/u/p", fields={"Authorization": "Basic dTpw"}),
    ],
    "/hidden-basic-auth/<user>/<passwd>": [
        Case("/hidden-basic-auth/u/p"),
        Case("/hidden-basic-auth/u/p", fields={"Authorization": "Basic dTpw"}),
    ],
    "/bearer": [Case("/bearer"), Case("/bearer", fields={"Authorization": "Bearer abc"})],
    "/digest-auth/<qop>/<user>/<passwd>": [Case("/digest-auth/auth/u/p")],
    "/digest-auth/<qop>/<user>/<passwd>/<algorithm>": [Case("/digest-auth/auth/u/p/SHA-256")],
    "/digest-auth/<qop>/<user>/<passwd>/<algorithm>/<stale_after>": [Case("/digest-auth/auth/u/p/MD5/never")],
    "/delay/<delay>": [
        Case("/delay/0.2"),
        *(Case("/delay/0", method, {}, b"x") for method in ("POST", "PUT", "PATCH", "DELETE")),
    ],
    "/drip": [Case("/drip?duration=0.2&numbytes=5&delay=0"), Case("/drip?duration=0&numbytes=3&code=299")],
    "/base64/<value>": [Case("/base64/SFRUUEJJTiBpcyBhd2Vzb21l")],
    "/cache": [
        Case("/cache"),
        Case("/cache", fields={"If-None-Match": "x"}),
        Case("/cache", fields={"If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    ],
    "/etag/<etag>": [
        Case("/etag/abc"),
        Case("/etag/abc", fields={"If-None-Match": "abc"}),
        Case("/etag/abc", fields={"If-Match": '"x"'}),
    ],
    "/cache/<int:value>": [Case("/cache/60")],
    "/encoding/utf8": [Case("/encoding/utf8")],
    "/bytes/<int:n>": [Case("/bytes/1000?seed=1"), Case("/bytes/0"), Case("/bytes/100000?seed=2")],
    "/stream-bytes/<int:n>": [
        Case("/stream-bytes/5000?seed=1&chunk_size=100"),
        Case("/stream-bytes/5000?seed=1", "HEAD"),
    ],
    "/range/<int:numbytes>": [
        Case("/range/1000"),
        Case("/range/1000", fields={"Range": "bytes=10-19"}),
        Case("/range/1000", fields={"Range": "bytes=-5"}),
        Case("/range/1000", fields={"Range": "bytes=2000-"}),
        Case("/range/1000?duration=0.1&chunk_size=100"),
    ],
    "/links/<int:n>/<int:offset>": [Case("/links/5/2")],
    "/links/<int:n>": [Case("/links/5")],
    "/image": [Case("/image", fields={"Accept": "image/webp"}), Case("/image", fields={"Accept": "text/html"})],
    "/image/png": [Case("/image/png")],
    "/image/jpeg": [Case("/image/jpeg")],
    "/image/webp": [Case("/image/webp")],
    "/image/svg": [Case("/image/svg")],
    "/xml": [Case("/xml")],
    "/json": [Case("/json")],
}
# No rule of httpbin's, and told apart by it all the same.
OTHERS = [Case("/no/such/page"), Case("/status/418", "DELETE"), Case("/get", "PURGE")]


class Answer(NamedTuple):
    """An answer, with what may differ taken out."""

    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: object


def ask(port: int, case: Case) -> Answer:
    """Return what a server says to a case."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(case.method, case.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", HOST)
        for name, value in case.fields.items():
            connection.putheader(name, value)
        if case.body is not None:
            connection.putheader("Content-Length", str(len(case.body)))
        connection.endheaders(case.body)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    fields = [
        (name, comparable_value(case, name, value))
        for name, value in response.getheaders()
        if name.lower() not in {**ADDED, **HOP_BY_HOP}
    ]
    return Answer(response.status, response.reason, fields, comparable_body(case, body))


def comparable_value(case: Case, name: str, value: str) -> str:
    if name.lower() in BY_THE_MOMENT:
        return "(a time)"
    if name.lower() == "content-length" and tells_of_the_request(case):
        return "(of what was told)"
    for prefix, pattern in VARYING_FIELDS.items():
        if case.target.startswith(prefix):
            return pattern.sub("*", value)
    return value


def tells_of_the_request(case: Case) -> bool:
    """Say whether the body lists the request's fields, to which the gateway adds."""
    path = case.target.partition("?")[0]
    return path.startswith(
        ("/anything", "/stream/", "/gzip", "/deflate", "/brotli", "/delay", "/etag/", "/cache")
    ) or path in (*("/get", "/post", "/put", "/patch", "/delete", "/headers"),)


def comparable_body(case: Case, body: bytes) -> object:
    for prefix, pattern in VARYING.items():
        if case.target.startswith(prefix):
            body = pattern.sub(b"*", body)
    if not tells_of_the_request(case):
        return body
    return [without_ours(document) for document in documents(case, body)]


def documents(case: Case, body: bytes) -> list[object]:
    """Return the JSON documents of a body, one a line for /stream, inflated where the endpoint deflates."""
    import gzip
    import zlib

    import brotlicffi

    inflate = {"/gzip": gzip.decompress, "/deflate": zlib.decompress, "/brotli": brotlicffi.decompress}
    text = inflate[case.target](body) if case.target in inflate else body
    try:
        lines = text.splitlines() if case.target.startswith("/stream/") else [text]
        return [json.loads(line) for line in lines]
    except ValueError:
        return [text]


def without_ours(document: object) -> object:
    if isinstance(document, dict) and isinstance(document.get("headers"), dict):
        fields = document["headers"]
        return {**document, "headers": {name: fields[name] for name in fields if name not in TOLD_TO_THE_ORIGIN}}
    return document


def test_every_rule_of_httpbin_has_a_case() -> None:
    import httpbin

    for rule in httpbin.app.url_map.iter_rules():
        methods = {case.method for case in CASES[rule.rule]}
        # What a server makes of HEAD and OPTIONS is the same for all; TRACE goes no farther than the gateway.
        assert (rule.methods or set()) - methods <= {"HEAD", "OPTIONS", "TRACE"}, rule


@pytest.mark.parametrize("case", [*(case for cases in CASES.values() for case in cases), *OTHERS], ids=str)
def test_answers_as_it_does_directly(gateway: Gateway, httpbin_port: int, case: Case) -> None:
    direct = ask(httpbin_port, case)
    assert ask(gateway.port, case) == direct
