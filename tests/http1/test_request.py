"""Request heads: the request line, the host, and what the whole head says (RFC 9112, sections 2, 3 and 9)."""

import pytest

from lumina.http1.request import RequestHead
from lumina.http1.rules import RULES

FIELDS = b"\r\nHost: h.test\r\n\r\n"


def refusal(wire: bytes, head: RequestHead | None = None) -> str:
    """Parse a head that is to be refused, and return the word of the rule."""
    head = head or RequestHead()
    assert head.parse_bytes(wire) == -2
    return RULES[head.refusal].word


def parsed(wire: bytes) -> RequestHead:
    """Parse a head that is to be taken whole."""
    head = RequestHead()
    assert head.parse_bytes(wire) == len(wire)
    assert head.refusal == 0
    return head


def get(*fields: bytes, line: bytes = b"GET / HTTP/1.1", host: bytes = b"Host: h.test") -> bytes:
    return b"\r\n".join([line, *([host] if host else []), *fields, b"", b""])


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        # RFC 9112, section 3: method SP request-target SP HTTP-version
        pytest.param(b"", "request-line", id="3: a second empty line"),
        pytest.param(b"   ", "request-line", id="3: white space alone"),
        pytest.param(b" GET / HTTP/1.1", "request-line", id="3: space before the method"),
        pytest.param(b"\tGET / HTTP/1.1", "request-line", id="3: tab before the method"),
        pytest.param(b"GET", "request-line", id="3: a method alone"),
        pytest.param(b"GET ", "request-line", id="3: no target"),
        pytest.param(b"GET /", "request-line", id="3: no version (HTTP/0.9)"),
        pytest.param(b"GET / ", "version", id="3: empty version"),
        pytest.param(b"GET  / HTTP/1.1", "request-line", id="3: two spaces before the target"),
        pytest.param(b"GET /  HTTP/1.1", "version", id="3: two spaces before the version"),
        pytest.param(b"GET / HTTP/1.1 ", "version", id="3: space at the end"),
        pytest.param(b"GET / HTTP/1.1\t", "version", id="3: tab at the end"),
        pytest.param(b"GET\t/ HTTP/1.1", "request-line", id="3: tab after the method"),
        pytest.param(b"GET /\tHTTP/1.1", "request-line", id="3: tab after the target"),
        pytest.param(b"GET /a b HTTP/1.1", "version", id="3: space in the target"),
        pytest.param(b"GET HTTP/1.1", "target-form", id="3: a version for a target"),
        pytest.param(b"GET /\x0bHTTP/1.1", "target", id="3: vertical tab after the target"),
        # section 3.1: the method is a token
        pytest.param(b"G:ET / HTTP/1.1", "method", id="3.1: colon"),
        pytest.param(b"GET: / HTTP/1.1", "method", id="3.1: colon at the end"),
        pytest.param(b"GE(T / HTTP/1.1", "method", id="3.1: bracket"),
        pytest.param(b"GET\x00 / HTTP/1.1", "method", id="3.1: NUL"),
        pytest.param(b"GET\xff / HTTP/1.1", "method", id="3.1: octet beyond ASCII"),
        pytest.param(b"GET,PUT / HTTP/1.1", "method", id="3.1: comma"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", "method", id="3.1: a TLS hello"),
        pytest.param(b"{}GET / HTTP/1.1", "method", id="3.1: what a body left before the line"),
        pytest.param(b"A" * 65 + b" / HTTP/1.1", "method-too-long", id="3.1: longer than any method"),
        pytest.param(b"A" * 65 + b"\x00 / HTTP/1.1", "method-too-long", id="3.1: longer than any method, and wrong"),
        pytest.param(b"CONNECT h.test:443 HTTP/1.1", "method-connect", id="3.2.3: CONNECT"),
        pytest.param(b"CONNECT / HTTP/1.1", "method-connect", id="3.2.3: CONNECT with a path"),
        # section 2.3: the version
        pytest.param(b"GET / http/1.1", "version", id="2.3: lower case"),
        pytest.param(b"GET / HTTP/1", "version", id="2.3: no minor"),
        pytest.param(b"GET / HTTP/1.", "version", id="2.3: empty minor"),
        pytest.param(b"GET / HTTP/.1", "version", id="2.3: empty major"),
        pytest.param(b"GET / HTTP/1.10", "version", id="2.3: two digits of minor"),
        pytest.param(b"GET / HTTP/11.1", "version", id="2.3: two digits of major"),
        pytest.param(b"GET / HTTP/01.1", "version", id="2.3: leading zero"),
        pytest.param(b"GET / HTTP/1,1", "version", id="2.3: comma"),
        pytest.param(b"GET / HTTP/1.x", "version", id="2.3: letter"),
        pytest.param(b"GET / HTTP/ 1.1", "version", id="2.3: space inside"),
        pytest.param(b"GET / HTTPS/1.1", "version", id="2.3: another name"),
        pytest.param(b"GET / FTP/1.1", "version", id="2.3: another protocol"),
        pytest.param(b"GET / HTTP1.1", "version", id="2.3: no slash"),
        pytest.param(b"GET / HTTP/1.1\x00", "version", id="2.3: NUL at the end"),
        pytest.param(b"GET / HTTP/0.9", "version-unsupported", id="2.3: 0.9"),
        pytest.param(b"GET / HTTP/2.0", "version-unsupported", id="2.3: 2.0"),
        pytest.param(b"GET / HTTP/3.0", "version-unsupported", id="2.3: 3.0"),
        pytest.param(b"PRI * HTTP/2.0", "version-unsupported", id="2.3: the preface of HTTP/2"),
    ],
)
def test_the_request_line_is_refused(line: bytes, rule: str) -> None:
    assert refusal(b"\r\n" + line + FIELDS) == rule


@pytest.mark.parametrize(
    ("wire", "rule"),
    [
        pytest.param(b"GET / HTTP/1.1\nHost: h.test\r\n\r\n", "bare-lf", id="2.2: LF ends the request line"),
        pytest.param(b"GET / HTTP/1.1\rHost: h.test\r\n\r\n", "bare-cr", id="2.2: CR ends the request line"),
        pytest.param(b"GET\n/ HTTP/1.1" + FIELDS, "bare-lf", id="2.2: LF after the method"),
        pytest.param(b"GET /\n HTTP/1.1" + FIELDS, "bare-lf", id="2.2: LF in the target"),
        pytest.param(b"\nGET / HTTP/1.1" + FIELDS, "bare-lf", id="2.2: LF before the line"),
        pytest.param(b"\rGET / HTTP/1.1" + FIELDS, "bare-cr", id="2.2: CR before the line"),
        pytest.param(b"\r\n\r\nGET / HTTP/1.1" + FIELDS, "request-line", id="2.2: two empty lines"),
        pytest.param(b"GET / HTTP/1.1\r\n Host: h.test\r\n\r\n", "obs-fold", id="2.2: white space before the fields"),
        pytest.param(b"GET / HTTP/1.1\r\n\rHost: h.test\r\n\r\n", "bare-cr", id="2.2: CR before the fields"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: h.test\n\r\n", "bare-lf", id="2.2: LF ends a field"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: h.test\r\n\n", "bare-lf", id="2.2: LF ends the head"),
    ],
)
def test_line_ends_are_crlf(wire: bytes, rule: str) -> None:
    assert refusal(wire) == rule


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        # RFC 9112, section 3.2; RFC 9110, section 7.2
        pytest.param(b"", "host-missing", id="missing"),
        pytest.param(b"Host: a\r\nHost: a", "host-repeated", id="twice the same"),
        pytest.param(b"Host: a\r\nHost: b", "host-repeated", id="two hosts"),
        pytest.param(b"Host: a\r\nX-A: b\r\nhOST: a", "host-repeated", id="twice, apart, in another case"),
        pytest.param(b"Host:", "host", id="empty"),
        pytest.param(b"Host: a b", "host", id="space"),
        pytest.param(b"Host: u:p@h.test", "host-userinfo", id="user information"),
        pytest.param(b"Host: h.test:99999", "host-port", id="port too large"),
    ],
)
def test_the_host_is_refused(host: bytes, rule: str) -> None:
    assert refusal(get(host=host)) == rule


def test_a_request_of_http_1_0_may_lack_its_host() -> None:
    wire = get(line=b"GET / HTTP/1.0", host=b"")
    head = parsed(wire)
    assert (head.minor, head.parts(wire)["authority"]) == (0, b"")
    assert refusal(get(line=b"GET / HTTP/1.0", host=b"Host: a\r\nHost: b")) == "host-repeated"


@pytest.mark.parametrize(
    ("target", "host", "rule"),
    [
        pytest.param(b"http://a.test/", b"b.test", "host-mismatch", id="another host"),
        pytest.param(b"http://a.test/", b"a.test:80", "host-mismatch", id="a port that is not in the target"),
        pytest.param(b"http://a_b/", b"a-b", "host-mismatch", id="an underscore is no hyphen"),
        pytest.param(b"http://a.test/", b"", "host", id="an empty Host field"),
        pytest.param(b"http://u@a.test/", b"a.test", "host-userinfo", id="user information in the target"),
        pytest.param(b"http://a.test:x/", b"a.test", "host-port", id="a bad port in the target"),
        pytest.param(b"http:///", b"a.test", "host", id="no host in the target"),
    ],
)
def test_the_targets_authority_is_held_against_the_host(target: bytes, host: bytes, rule: str) -> None:
    assert refusal(get(line=b"GET " + target + b" HTTP/1.1", host=b"Host: " + host)) == rule


def test_the_targets_authority_wins() -> None:
    wire = get(line=b"GET HTTP://A.Test:80/x HTTP/1.1", host=b"Host: a.TEST:80")
    parts = parsed(wire).parts(wire)
    assert (parts["authority"], parts["path"], parts["target"]) == (b"A.Test:80", b"/x", b"HTTP://A.Test:80/x")


METHODS = [b"", b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"", b"OPTIONS", b"TRACE", b"PATCH"]


@pytest.mark.parametrize("number", [number for number, method in enumerate(METHODS) if method])
def test_methods_are_known(number: int) -> None:
    assert parsed(get(line=METHODS[number] + b" / HTTP/1.1")).method == number


@pytest.mark.parametrize(
    "method", [b"get", b"Get", b"GETS", b"GE", b"-", b"!#$%&'*+-.^_`|~9", b"PROPFIND", b"BASELINE-CONTROL", b"A" * 64]
)
def test_other_methods_are_tokens(method: bytes) -> None:
    wire = get(line=method + b" / HTTP/1.1")
    head = parsed(wire)
    assert (head.method, head.parts(wire)["method"]) == (0, method)


@pytest.mark.parametrize("minor", range(10))
def test_minor_versions_beyond_one_are_read_as_one(minor: int) -> None:
    assert parsed(get(line=b"GET / HTTP/1.%d" % minor)).minor == min(1, minor)


@pytest.mark.parametrize(
    ("version", "fields", "persistent"),
    [
        # RFC 9112, section 9.3
        pytest.param(b"1.1", [], True, id="1.1"),
        pytest.param(b"1.1", [b"Connection: close"], False, id="1.1, close"),
        pytest.param(b"1.1", [b"Connection: Close"], False, id="1.1, close in another case"),
        pytest.param(b"1.1", [b"Connection: keep-alive, close"], False, id="1.1, both: close wins"),
        pytest.param(b"1.1", [b"Connection: keep-alive", b"Connection: close"], False, id="1.1, both in two fields"),
        pytest.param(b"1.1", [b"Connection: closed"], True, id="1.1, another word"),
        pytest.param(b"1.1", [b"Connection: close x"], True, id="1.1, no option at all"),
        pytest.param(b"1.0", [], False, id="1.0"),
        pytest.param(b"1.0", [b"Connection: keep-alive"], True, id="1.0, keep-alive"),
        pytest.param(b"1.0", [b"Connection: Keep-Alive"], True, id="1.0, keep-alive in another case"),
        pytest.param(b"1.0", [b"Connection: keep-alive, close"], False, id="1.0, both"),
        pytest.param(b"1.0", [b"Proxy-Connection: keep-alive"], False, id="1.0, a field for proxies"),
    ],
)
def test_persistence(version: bytes, fields: list[bytes], persistent: bool) -> None:
    assert parsed(get(*fields, line=b"GET / HTTP/" + version)).persistent is persistent


@pytest.mark.parametrize(
    ("limits", "wire", "rule"),
    [
        pytest.param((16, 200, 9), b"GET /123 HTTP/1.1" + FIELDS, "line-too-long", id="one octet over the line"),
        pytest.param((16, 200, 9), b"GET /1234567890123456", "line-too-long", id="a line without its end"),
        pytest.param((16, 200, 9), b"\r\nGET /123 HTTP/1.1" + FIELDS, "line-too-long", id="after an empty line"),
        pytest.param((16, 200, 9), b"GET /12345678901234\x00", "line-too-long", id="the limit before what is wrong"),
        pytest.param((99, 31, 9), b"GET / HTTP/1.1" + FIELDS, "head-too-large", id="one octet over the head"),
        pytest.param((99, 31, 9), b"GET / HTTP/1.1\r\nHost: h.test\r\nA:", "head-too-large", id="no end in sight"),
        pytest.param((99, 9, 9), b"GET / HTTP/1.1" + FIELDS, "head-too-large", id="a head smaller than its line"),
        pytest.param((99, 200, 1), get(b"X-A: 1"), "field-count", id="one field too many"),
        pytest.param((99, 200, 0), get(), "field-count", id="no field at all"),
    ],
)
def test_limits(limits: tuple[int, int, int], wire: bytes, rule: str) -> None:
    assert refusal(wire, RequestHead(*limits)) == rule


def test_what_just_fits_is_taken() -> None:
    wire = b"GET /12 HTTP/1.1" + FIELDS
    assert RequestHead(16, len(wire), 1).parse_bytes(wire) == len(wire)


def test_no_more_fields_than_the_table_holds() -> None:
    wire = get(*[b"a: b"] * 255)
    assert RequestHead(100, 10_000, 1000).parse_bytes(wire) == len(wire)
    assert refusal(get(*[b"a: b"] * 256), RequestHead(100, 10_000, 1000)) == "field-count"


def test_a_head_is_used_again() -> None:
    head = RequestHead()
    for wire, rule in ((get(b"Connection: close"), 0), (b"GET /\x00", 8), (get(), 0)):
        head.parse_bytes(wire)
        assert head.refusal == rule
    assert (head.close, head.persistent, head.count) == (False, True, 1)


def test_pipelined_heads_are_found_one_after_the_other() -> None:
    first, second = get(line=b"GET /1 HTTP/1.1"), get(line=b"GET /2 HTTP/1.1")
    head = RequestHead()
    assert head.parse_bytes(first + second) == len(first)
    assert head.parse_bytes(first + second, len(first)) == len(first + second)
    assert head.parts(first + second)["path"] == b"/2"
