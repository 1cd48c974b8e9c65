"""Hosts and ports to the letter of RFC 3986, section 3.2, seen through the Host field of a request."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.http1.request import RequestHead
from lumina.http1.rules import RULES


def judged(host: bytes) -> str:
    head = RequestHead()
    head.parse_bytes(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    return RULES[head.refusal].word


@pytest.mark.parametrize(
    "host",
    [
        b"localhost",
        b"h.test",
        b"h.test.",
        b"H.TEST",
        b"h.test:8080",
        b"h.test:",
        b"h.test:0",
        b"h.test:65535",
        b"h.test:00080",
        b"127.0.0.1",
        b"127.0.0.1:80",
        b"0.0.0.0=5000",
        b"a_b.test",
        b"-._~!$&'()*+;=",
        b"%41%e4",
        b"xn--mnchen-3ya.test",
        b"[::1]",
        b"[::1]:8080",
        b"[::]",
        b"[1::]",
        b"[2001:db8::1]",
        b"[2001:DB8:0:0:8:800:200C:417A]",
        b"[1:2:3:4:5:6:7:8]",
        b"[1:2:3:4:5:6:7::]",
        b"[::2:3:4:5:6:7:8]",
        b"[::ffff:192.0.2.1]",
        b"[1:2:3:4:5:6:192.0.2.255]",
        b"[1::5:6:7:0.0.0.0]",
        b"[v1.fe80::a+en1]",
        b"[VF.x]",
    ],
)
def test_sound(host: bytes) -> None:
    assert judged(host) == "none"


WRONG = [
    pytest.param(b"", "host", id="nothing"),
    pytest.param(b":80", "host", id="a port alone"),
    pytest.param(b"a b", "host", id="space"),
    pytest.param(b"a\tb", "host", id="tab"),
    pytest.param(b"a,b", "host", id="comma"),
    pytest.param(b"a, b", "host", id="comma and space"),
    pytest.param(b"a/b", "host", id="slash"),
    pytest.param(b"a?b", "host", id="question mark"),
    pytest.param(b"a#b", "host", id="number sign"),
    pytest.param(b"a\\b", "host", id="backslash"),
    pytest.param(b'a"b', "host", id="quote"),
    pytest.param(b"<a>", "host", id="angle brackets"),
    pytest.param(b"a\xe9", "host", id="octet beyond ASCII"),
    pytest.param(b"a%", "host", id="escape of nothing"),
    pytest.param(b"a%2", "host", id="escape of one digit"),
    pytest.param(b"a%zz", "host", id="escape of letters"),
    pytest.param(b"a%00", "host", id="escaped NUL"),
    pytest.param(b"u@a", "host-userinfo", id="user"),
    pytest.param(b"u:p@a", "host-userinfo", id="user and password"),
    pytest.param(b"a:80@b:80", "host-userinfo", id="a host for a user"),
    pytest.param(b"@", "host-userinfo", id="at sign alone"),
    pytest.param(b"a:x", "host-port", id="letters for a port"),
    pytest.param(b"a:-1", "host-port", id="sign"),
    pytest.param(b"a:+1", "host-port", id="plus"),
    pytest.param(b"a:80 80", "host-port", id="space in the port"),
    pytest.param(b"a:65536", "host-port", id="port too large"),
    pytest.param(b"a:000080", "host-port", id="port too long"),
    pytest.param(b"a:80:80", "host-port", id="two ports"),
    pytest.param(b"::1", "host", id="IPv6 without brackets"),
    pytest.param(b"[", "host", id="bracket alone"),
    pytest.param(b"[]", "host", id="empty brackets"),
    pytest.param(b"[::1", "host", id="open bracket"),
    pytest.param(b"[::1]x", "host", id="more after the bracket"),
    pytest.param(b"[::1]:x", "host-port", id="bad port after the bracket"),
    pytest.param(b"[127.0.0.1]", "host", id="IPv4 in brackets"),
    pytest.param(b"[h.test]", "host", id="name in brackets"),
    pytest.param(b"[:1]", "host", id="one colon first"),
    pytest.param(b"[1:]", "host", id="one colon last"),
    pytest.param(b"[1:2:3:4:5:6:7]", "host", id="seven groups"),
    pytest.param(b"[1:2:3:4:5:6:7:8:9]", "host", id="nine groups"),
    pytest.param(b"[1:2:3:4:5:6:7:8::]", "host", id="eight groups and more"),
    pytest.param(b"[1::2::3]", "host", id="two gaps"),
    pytest.param(b"[:::]", "host", id="three colons"),
    pytest.param(b"[::12345]", "host", id="group of five digits"),
    pytest.param(b"[::g]", "host", id="no digit"),
    pytest.param(b"[fe80::1%25eth0]", "host", id="zone"),
    pytest.param(b"[::1.2.3]", "host", id="IPv4 of three parts"),
    pytest.param(b"[::1.2.3.4.5]", "host", id="IPv4 of five parts"),
    pytest.param(b"[::1.2.3.256]", "host", id="IPv4 part too large"),
    pytest.param(b"[::01.2.3.4]", "host", id="IPv4 part with a zero first"),
    pytest.param(b"[::1.2..4]", "host", id="IPv4 part that is empty"),
    pytest.param(b"[1.2.3.4::]", "host", id="IPv4 first"),
    pytest.param(b"[1:2:3:4:5:6:7:1.2.3.4]", "host", id="seven groups and IPv4"),
    pytest.param(b"[1:2:3:4:5:1.2.3.4]", "host", id="five groups and IPv4"),
    pytest.param(b"[::1:2:3:4:5:6:1.2.3.4]", "host", id="a gap of nothing before IPv4"),
    pytest.param(b"[v]", "host", id="future without a version"),
    pytest.param(b"[v1]", "host", id="future without a dot"),
    pytest.param(b"[v1.]", "host", id="future without an address"),
    pytest.param(b"[vg.x]", "host", id="future with a bad version"),
    pytest.param(b"[v1.x/y]", "host", id="future with a slash"),
]


@pytest.mark.parametrize(("host", "rule"), WRONG)
def test_refused(host: bytes, rule: str) -> None:
    assert judged(host) == rule


@pytest.mark.parametrize(
    ("target", "host", "same"),
    [
        pytest.param(b"a.test", b"A.Test", True, id="case"),
        pytest.param(b"a.test:80", b"a.test:80", True, id="port"),
        pytest.param(b"[::A]:1", b"[::a]:1", True, id="IPv6"),
        pytest.param(b"a.test", b"a.test.", False, id="a dot more"),
        pytest.param(b"a-b", b"a_b", False, id="hyphen and underscore"),
        pytest.param(b"a_b", b"A_B", True, id="underscores"),
        pytest.param(b"a.test", b"b.test", False, id="another"),
    ],
)
def test_two_authorities(target: bytes, host: bytes, same: bool) -> None:
    head = RequestHead()
    head.parse_bytes(b"GET http://" + target + b"/ HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert RULES[head.refusal].word == ("none" if same else "host-mismatch")


GROUP = st.sampled_from(["", "0", "1", "ffff", "0db8", "12345", "1.2.3.4", "01.2.3.4"])
LITERALS = st.text("0123456789abcdefABCDEF:.", max_size=45) | st.lists(GROUP, max_size=10).map(":".join)


@given(LITERALS)
@example("::1.2.3.4")
@example("1:2:3:4:5:6:7:8")
def test_a_literal_is_sound_where_it_is_an_address(text: str) -> None:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        assert judged(b"[" + text.encode() + b"]") == "host"
    else:
        assert judged(b"[" + text.encode() + b"]") == "none"
