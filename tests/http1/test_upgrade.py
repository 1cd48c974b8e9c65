"""Protocols that a client may change to, and those that would lead past the gateway (RFC 9110, section 7.8)."""

import pytest

from lumina.http1.request import RequestHead


def asks(*fields: bytes, version: bytes = b"1.1") -> bool:
    """Say whether a request with these fields still asks for an upgrade once it was parsed."""
    head = RequestHead()
    wire = b"\r\n".join([b"GET / HTTP/" + version, b"Host: a", b"Connection: upgrade", *fields, b"", b""])
    assert head.parse_bytes(wire) == len(wire)
    assert b"Upgrade" not in dict(head.forwarded(wire))
    return head.upgrade


@pytest.mark.parametrize("value", [b"websocket", b"WebSocket", b"foo/2, bar", b"tls/1.0", b"", b"xh2c", b", websocket"])
def test_protocols_may_be_asked_for(value: bytes) -> None:
    assert asks(b"Upgrade: " + value)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param([b"Upgrade: h2c"], id="h2c"),
        pytest.param([b"Upgrade: H2C"], id="in capitals"),
        pytest.param([b"Upgrade: websocket, h2c"], id="in a list"),
        pytest.param([b"Upgrade: websocket", b"A: b", b"Upgrade: h2c"], id="in another field"),
        pytest.param([b"Upgrade: HTTP/2.0"], id="by its old name"),
        pytest.param([b"Upgrade: h2c-14"], id="a draft"),
    ],
)
def test_not_http_in_another_version(fields: list[bytes]) -> None:
    assert not asks(*fields)


def test_not_from_http_1_0() -> None:
    assert not asks(b"Upgrade: websocket", version=b"1.0")
