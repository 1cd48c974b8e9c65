"""Protocols that a client may change to, and those that would lead past the gateway (RFC 9110, section 7.8)."""

import pytest

from lumina.http1.fields import Fields
from lumina.http1.request import RequestHead
from lumina.http1.upgrade import agrees, protocols_in


def asks(*fields: bytes, version: bytes = b"1.1") -> bool:
    """Say whether a request with these fields still asks for an upgrade once it was parsed."""
    head = RequestHead()
    wire = b"\r\n".join([b"GET / HTTP/" + version, b"Host: a", b"Connection: upgrade", *fields, b"", b""])
    assert head.parse_bytes(wire) == len(wire)
    assert b"Upgrade" not in dict(head.forwarded(wire))
    return head.upgrade


def agreement(asked: bytes, fields: list[bytes]) -> bool:
    """Say whether an answer with these fields agrees to what was asked for."""
    head = Fields()
    wire = b"".join(field + b"\r\n" for field in fields) + b"\r\n"
    assert head.scan_bytes(wire) == len(wire)
    return agrees(asked, head, wire)


def told(*fields: bytes) -> bytes:
    """Return the one list of protocols that these fields are passed on as."""
    head = Fields()
    wire = b"".join(field + b"\r\n" for field in fields) + b"\r\n"
    assert head.scan_bytes(wire) == len(wire)
    return protocols_in(head, wire)


@pytest.mark.parametrize(
    "value", [b"websocket", b"WebSocket", b"foo/2, bar", b"tlsx", b"xtls/1", b"xh2c", b", websocket", b"!#/$"]
)
def test_protocols_may_be_asked_for(value: bytes) -> None:
    assert asks(b"Upgrade: " + value)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param([b"Upgrade: h2c"], id="h2c"),
        pytest.param([b"Upgrade: H2C"], id="in capitals"),
        pytest.param([b"Upgrade: websocket, h2c"], id="in a list"),
        pytest.param([b"Upgrade: websocket", b"A: b", b"Upgrade: h2c"], id="in another field"),
        pytest.param([b"Upgrade:", b"Upgrade: , h2c"], id="behind nothing"),
        pytest.param([b"Upgrade: HTTP/2.0"], id="by its old name"),
        pytest.param([b"Upgrade: h2c-14"], id="a draft"),
        pytest.param([b"Upgrade: h2"], id="by its name for TLS"),
        pytest.param([b"Upgrade: TLS/1.0"], id="inside TLS"),
        pytest.param([b"Upgrade: websocket, tls"], id="inside any TLS"),
    ],
)
def test_not_http_in_another_version(fields: list[bytes]) -> None:
    assert not asks(*fields)


@pytest.mark.parametrize(
    "fields", [[b"Upgrade:"], [b"Upgrade: ,"], [b"Upgrade: , \t,"], [b"Upgrade:", b"Upgrade: ,"]], ids=repr
)
def test_a_list_of_nothing_asks_for_nothing(fields: list[bytes]) -> None:
    assert not asks(*fields)


@pytest.mark.parametrize("value", [b"a b", b'"websocket"', b"foo/", b"/2", b"foo/1/2", b"foo;v=1", b"websocket, a b"])
def test_what_is_no_protocol_asks_for_nothing(value: bytes) -> None:
    assert not asks(b"Upgrade: " + value)


@pytest.mark.parametrize(
    ("fields", "list_of_them"),
    [
        ([b"Upgrade: websocket"], b"websocket"),
        ([b"Upgrade: foo/2,bar"], b"foo/2, bar"),
        ([b"Upgrade: foo/2", b"A: b", b"upgrade:\tbar ,, baz,"], b"foo/2, bar, baz"),
        ([b"Upgrade: ,", b"Upgrade:"], b""),
        ([b"Upgrade: h2c, websocket, TLS/1.2, HTTP/3"], b"websocket"),
        ([b"A: b"], b""),
    ],
    ids=["one", "two", "several lines", "of nothing", "but those that lead past us", "none"],
)
def test_all_fields_are_one_list(fields: list[bytes], list_of_them: bytes) -> None:
    assert told(*fields) == list_of_them


def test_not_from_http_1_0() -> None:
    assert not asks(b"Upgrade: websocket", version=b"1.0")


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        pytest.param(b"websocket", [b"Upgrade: websocket"], id="the one that was asked for"),
        pytest.param(b"WebSocket", [b"Upgrade: webSocket"], id="case aside"),
        pytest.param(b"foo/2, ,bar , baz", [b"Upgrade: bar"], id="one of several"),
        pytest.param(b"foo/2, bar", [b"Upgrade: ,bar, foo/2"], id="several, in layers"),
        pytest.param(b"foo, bar", [b"Upgrade: foo", b"A: b", b"Upgrade: bar"], id="in two fields"),
        pytest.param(b"foo", [b"Upgrade:", b"Upgrade: foo,"], id="beside a field that says nothing"),
    ],
)
def test_what_was_asked_for_may_be_agreed_to(asked: bytes, fields: list[bytes]) -> None:
    assert agreement(asked, fields)


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        pytest.param(b"websocket", [], id="nothing"),
        pytest.param(b"websocket", [b"Upgrade:"], id="an empty list"),
        pytest.param(b"websocket", [b"Upgrade: , ,"], id="empty elements"),
        pytest.param(b"websocket", [b"Upgrade: h2c"], id="another"),
        pytest.param(b"websocket", [b"Upgrade: websocket, h2c"], id="another above it"),
        pytest.param(b"websocket", [b"Upgrade: websocket", b"Upgrade: h2c"], id="another in another field"),
        pytest.param(b"foo/2", [b"Upgrade: foo"], id="no version"),
        pytest.param(b"foo/2", [b"Upgrade: foo/1"], id="another version"),
        pytest.param(b"foo/2", [b"Upgrade: foo/22"], id="more than was asked for"),
        pytest.param(b"a_b", [b"Upgrade: a-b"], id="a hyphen for an underscore"),
        pytest.param(b"", [b"Upgrade: a"], id="where nothing was asked for"),
    ],
)
def test_nothing_else_may_be_agreed_to(asked: bytes, fields: list[bytes]) -> None:
    assert not agreement(asked, fields)
