"""The four forms of a request target, and the octets that each may have (RFC 9112, section 3.2; RFC 3986)."""

import pytest

from lumina.http.target import octet_rules
from lumina.http1.request import RequestHead
from lumina.http1.rules import RULES


def request(target: bytes, method: bytes = b"GET", host: bytes = b"h.test") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"


ANYWHERE = [
    pytest.param(b"/\x00", "target", id="NUL"),
    pytest.param(b"/a\x01b", "target", id="control"),
    pytest.param(b"/a\x7fb", "target", id="DEL"),
    pytest.param(b"/caf\xc3\xa9", "target", id="UTF-8 unescaped"),
    pytest.param(b"/\xc0\xaf", "target", id="overlong UTF-8"),
    pytest.param(b"/\xa0", "target", id="a space of Latin-1"),
    pytest.param(b'/a"b', "target", id="quote"),
    pytest.param(b"/a<b", "target", id="less than"),
    pytest.param(b"/a>b", "target", id="greater than"),
    pytest.param(b"/a\\b", "target", id="backslash"),
    pytest.param(b"/a\rb", "request-line", id="CR"),
    pytest.param(b"/a#b", "target-fragment", id="fragment"),
    pytest.param(b"/#", "target-fragment", id="empty fragment"),
    pytest.param(b"/%", "target-escape", id="escape of nothing"),
    pytest.param(b"/%2", "target-escape", id="escape of one digit"),
    pytest.param(b"/%zz", "target-escape", id="escape of letters"),
    pytest.param(b"/%2g", "target-escape", id="escape of a digit and a letter"),
    pytest.param(b"/%%41", "target-escape", id="escaped percent sign, badly"),
    pytest.param(b"/%u0041", "target-escape", id="escape of another kind"),
]


@pytest.mark.parametrize(("target", "rule"), ANYWHERE)
@pytest.mark.parametrize("before", [b"", b"/x?y=", b"http://h.test", b"http://h.test/x?"])
def test_what_no_uri_may_have(before: bytes, target: bytes, rule: str) -> None:
    head = RequestHead()
    assert head.parse_bytes(request(before + target)) == -2
    assert RULES[head.refusal].word == rule


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        pytest.param(b"/a{b}", "target", id="braces in a path"),
        pytest.param(b"/a^b", "target", id="caret in a path"),
        pytest.param(b"/a`b", "target", id="backtick in a path"),
        pytest.param(b"/%00", "target-nul", id="escaped NUL in a path"),
        pytest.param(b"/a/b%00.png", "target-nul", id="escaped NUL before an ending"),
        pytest.param(b"/..", "path-above-root", id="above the root"),
        pytest.param(b"/../", "path-above-root", id="above the root, with a slash"),
        pytest.param(b"/a/../../etc/passwd", "path-above-root", id="above the root, later"),
        pytest.param(b"/a/%2e%2E/%2e./etc", "path-above-root", id="above the root, escaped"),
        pytest.param(b"/./../a", "path-above-root", id="above the root, after a dot"),
        pytest.param(b"/a/..;/b", "path-hidden-dots", id="with a parameter"),
        pytest.param(b"/a/%2e%2e;x=1/b", "path-hidden-dots", id="with a parameter, escaped"),
        pytest.param(b"/a/..%2fb", "path-hidden-dots", id="before an escaped slash"),
        pytest.param(b"/a/..%5Cb", "path-hidden-dots", id="before an escaped backslash"),
        pytest.param(b"/a/x%2F..", "path-hidden-dots", id="after an escaped slash"),
        pytest.param(b"/a/x%2F%2E./b", "path-hidden-dots", id="after an escaped slash, escaped"),
        pytest.param(b"h", "target-form", id="no slash"),
        pytest.param(b"h.test", "target-form", id="a host alone"),
        pytest.param(b"?a", "target", id="a query alone"),
        pytest.param(b"*", "target-form", id="asterisk for GET"),
        pytest.param(b"*a", "target", id="more than an asterisk"),
        pytest.param(b"**", "target", id="two asterisks"),
        pytest.param(b"h.test:80", "target-form", id="authority-form with a dot"),
        pytest.param(b"localhost:80", "target-scheme", id="authority-form"),
        pytest.param(b"ftp://h.test/", "target-scheme", id="another scheme"),
        pytest.param(b"httpx://h.test/", "target-scheme", id="nearly a scheme"),
        pytest.param(b"://h.test/", "target-scheme", id="no scheme"),
        pytest.param(b"http:", "target-form", id="a scheme alone"),
        pytest.param(b"http:/h.test/", "target-form", id="one slash"),
        pytest.param(b"http:h.test/", "target-form", id="no slashes"),
        pytest.param(b"http://h.test#a", "target-fragment", id="a fragment after the host"),
        pytest.param(b"http://h.test\\a", "host", id="a backslash after the host"),
        pytest.param(b"http://h.test:80:80/", "host-port", id="two ports"),
        pytest.param(b"http://[::1/", "host", id="an open bracket"),
        pytest.param(b"http://h.test@evil.test/", "host-userinfo", id="a host for a user"),
        pytest.param(b"http://\xe9.test/", "host", id="octet beyond ASCII in the host"),
        pytest.param(b"http://h.test/../x", "path-above-root", id="absolute and above the root"),
    ],
)
def test_targets_are_refused(target: bytes, rule: str) -> None:
    head = RequestHead()
    assert head.parse_bytes(request(target)) == -2
    assert RULES[head.refusal].word == rule


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        pytest.param(b"/", b"/", None, id="root"),
        pytest.param(b"/a/b", b"/a/b", None, id="path"),
        pytest.param(b"/a?", b"/a", b"", id="empty query"),
        pytest.param(b"/a?b?c", b"/a", b"b?c", id="a question in the query"),
        pytest.param(b"/a?/../b", b"/a", b"/../b", id="dots in the query"),
        pytest.param(b"/a?b=%00", b"/a", b"b=%00", id="escaped NUL in the query"),
        pytest.param(b"/a?[]{}|^`", b"/a", b"[]{}|^`", id="what browsers leave raw in a query"),
        pytest.param(b"/a[b]|c", b"/a[b]|c", None, id="what browsers leave raw in a path"),
        pytest.param(b"/-._~!$&'()*+,;=:@", b"/-._~!$&'()*+,;=:@", None, id="all of pchar"),
        pytest.param(b"/%41%e4%2F%3f", b"/A%E4%2F%3F", None, id="escapes in their one form"),
        pytest.param(b"//a//b/", b"//a//b/", None, id="empty segments are kept"),
        pytest.param(b"/a;b=1/c", b"/a;b=1/c", None, id="parameters are kept"),
        pytest.param(b"/a.b/.c/..d/...", b"/a.b/.c/..d/...", None, id="dots that are no segments"),
        pytest.param(b"/.", b"/", None, id="a dot"),
        pytest.param(b"/./a", b"/a", None, id="a dot first"),
        pytest.param(b"/a/./b/.", b"/a/b/", None, id="dots, and one last"),
        pytest.param(b"/a/../b", b"/b", None, id="two dots"),
        pytest.param(b"/a/b/..", b"/a/", None, id="two dots last"),
        pytest.param(b"/a/..", b"/", None, id="two dots down to the root"),
        pytest.param(b"/a/%2e/b/%2E%2e/c", b"/a/c", None, id="escaped dots"),
        pytest.param(b"/a//../b", b"/a/b", None, id="two dots take an empty segment"),
        pytest.param(b"/%2ea/%20b", b"/.a/%20b", None, id="an escaped dot that begins a name"),
        pytest.param(b"/a/../b?c/../d", b"/b", b"c/../d", id="two dots and a query"),
        pytest.param(b"http://h.test/a", b"/a", None, id="absolute-form"),
        pytest.param(b"https://h.test/a", b"/a", None, id="absolute-form, https"),
        pytest.param(b"HTTP://h.test/a", b"/a", None, id="absolute-form, scheme in upper case"),
        pytest.param(b"http://h.test", b"/", None, id="absolute-form without a path"),
        pytest.param(b"http://h.test?a=b", b"/", b"a=b", id="absolute-form without a path, with a query"),
        pytest.param(b"http://h.test/a/../b?c", b"/b", b"c", id="absolute-form with dots"),
        pytest.param(b"http://H.TEST/", b"/", None, id="absolute-form, host in upper case"),
        pytest.param(b"/http://other.test/", b"/http://other.test/", None, id="a path that looks like a URI"),
    ],
)
def test_targets_are_understood(target: bytes, path: bytes, query: bytes | None) -> None:
    wire = request(target)
    head = RequestHead()
    assert head.parse_bytes(wire) == len(wire)
    parts = head.parts(wire)
    assert (parts["path"], parts["query"], parts["target"]) == (path, query, target)
    assert head.rewritten or parts["raw_path"] == path


@pytest.mark.parametrize(
    ("target", "path"),
    [
        pytest.param(b"*", b"*", id="asterisk-form"),
        pytest.param(b"http://h.test", b"*", id="absolute-form without a path (3.2.4)"),
        pytest.param(b"http://h.test?a", b"/", id="absolute-form without a path, with a query"),
        pytest.param(b"/a", b"/a", id="origin-form"),
    ],
)
def test_options(target: bytes, path: bytes) -> None:
    wire = request(target, b"OPTIONS")
    head = RequestHead()
    assert head.parse_bytes(wire) == len(wire)
    assert head.parts(wire)["path"] == path


@pytest.mark.parametrize(
    "target", [b"/[a]", b"/a|b", b"/?[a]", b"/?a|b", b"/?{a}", b"/?a^b", b"/?a`b", b"http://h.test/[a]"]
)
def test_what_browsers_leave_raw_can_be_refused(target: bytes) -> None:
    head = RequestHead()
    assert head.parse_bytes(request(target)) > 0
    head.permit(0, octet_rules({"browser_octets": False}))
    assert head.parse_bytes(request(target)) == -2
    assert RULES[head.refusal].word == "target"
    head.permit(0, octet_rules({}))
    assert head.parse_bytes(request(target)) > 0
