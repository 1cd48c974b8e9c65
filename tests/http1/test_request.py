"""Request heads: what each rule refuses, what is understood, and that arrival changes nothing (RFC 9112, 2 and 3)."""

import pytest

from lumina.http1.request import RequestHead
from lumina.http1.rules import RULES


def refusal(wire: bytes) -> str:
    """Parse a head that is to be refused, and return the word of the rule."""
    head = RequestHead()
    assert head.parse_bytes(wire) == -2
    return RULES[head.refusal].word


def get(target: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: h.test\r\n\r\n"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param(b"GET  / HTTP/1.1", "target", id="two spaces before the target"),
        pytest.param(b"GET /  HTTP/1.1", "version", id="two spaces before the version"),
        pytest.param(b"GET / HTTP/1.1 ", "version", id="space at the end"),
        pytest.param(b"GET / http/1.1", "version", id="lower-case version"),
        pytest.param(b"GET / HTTP/2.0", "version-unsupported", id="another major version"),
        pytest.param(b"CONNECT h.test:443 HTTP/1.1", "method-connect", id="CONNECT"),
        pytest.param(b"GET /a/../../b HTTP/1.1", "path-above-root", id="above the root"),
        pytest.param(b"GET * HTTP/1.1", "target-form", id="asterisk without OPTIONS"),
    ],
)
def test_request_line_is_refused(line: bytes, rule: str) -> None:
    assert refusal(line + b"\r\nHost: h.test\r\n\r\n") == rule


def test_a_plain_request() -> None:
    wire = get(b"/a?b=c")
    head = RequestHead()
    assert head.parse_bytes(wire) == len(wire)
    assert (head.method, head.minor, head.persistent, head.rewritten) == (1, 1, True, False)
    assert head.parts(wire) == {
        "method": b"GET",
        "target": b"/a?b=c",
        "authority": b"h.test",
        "path": b"/a",
        "raw_path": b"/a",
        "query": b"b=c",
    }
