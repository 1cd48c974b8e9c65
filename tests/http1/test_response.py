"""Response heads: the status line, persistence, and that arrival changes nothing (RFC 9112, sections 4 and 9.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http1.response import ResponseHead, strictness
from lumina.http1.rules import RULES


def refusal(wire: bytes, head: ResponseHead | None = None) -> str:
    head = head or ResponseHead()
    assert head.parse_bytes(wire) == -2
    return RULES[head.refusal].word


def response(*fields: bytes, line: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join([line, *fields, b"", b""])


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param(b"", "version", id="an empty line"),
        pytest.param(b"hello there", "version", id="no HTTP"),
        pytest.param(b"<html>ok</html>", "version", id="HTTP/0.9"),
        pytest.param(b" HTTP/1.1 200 OK", "version", id="space first"),
        pytest.param(b"http/1.1 200 OK", "version", id="lower case"),
        pytest.param(b"ICY 200 OK", "version", id="another protocol"),
        pytest.param(b"HTTP/1.x 200 OK", "version", id="letter in the version"),
        pytest.param(b"HTTP/1 200 OK", "version", id="no minor"),
        pytest.param(b"HTTP/1.12 200 OK", "status-line", id="two digits of minor"),
        pytest.param(b"HTTP/2.0 200 OK", "version-unsupported", id="2.0"),
        pytest.param(b"HTTP/0.9 200 OK", "version-unsupported", id="0.9"),
        pytest.param(b"HTTP/1.1", "status-line", id="a version alone"),
        pytest.param(b"HTTP/1.1\t200 OK", "status-line", id="tab after the version"),
        pytest.param(b"HTTP/1.1  200 OK", "status-code", id="two spaces after the version"),
        pytest.param(b"HTTP/1.1 ", "status-code", id="no code"),
        pytest.param(b"HTTP/1.1 20", "status-code", id="two digits"),
        pytest.param(b"HTTP/1.1 20 OK", "status-code", id="two digits and a reason"),
        pytest.param(b"HTTP/1.1 2000 OK", "status-line", id="four digits"),
        pytest.param(b"HTTP/1.1 2xx OK", "status-code", id="letters"),
        pytest.param(b"HTTP/1.1 +20 OK", "status-code", id="plus"),
        pytest.param(b"HTTP/1.1 -20 OK", "status-code", id="minus"),
        pytest.param(b"HTTP/1.1 000 OK", "status-code", id="000"),
        pytest.param(b"HTTP/1.1 099 Odd", "status-code", id="099"),
        pytest.param(b"HTTP/1.1 600 Odd", "status-code", id="600"),
        pytest.param(b"HTTP/1.1 999 Odd", "status-code", id="999"),
        pytest.param(b"HTTP/1.0 100 Continue", "status-version", id="100 in HTTP/1.0"),
        pytest.param(b"HTTP/1.0 101 Switching Protocols", "status-version", id="101 in HTTP/1.0"),
        pytest.param(b"HTTP/1.0 199", "status-version", id="199 in HTTP/1.0"),
        pytest.param(b"HTTP/1.1 200\tOK", "status-line", id="tab after the code"),
        pytest.param(b"HTTP/1.1 200OK", "status-line", id="no space after the code"),
        pytest.param(b"HTTP/1.1 200 O\x00K", "field-value", id="NUL in the reason"),
        pytest.param(b"HTTP/1.1 200 O\x0bK", "field-value", id="control in the reason"),
        pytest.param(b"HTTP/1.1 200 O\x7fK", "field-value", id="DEL in the reason"),
        pytest.param(b"HTTP/1.1 200 O\nK", "bare-lf", id="LF in the reason"),
        pytest.param(b"HTTP/1.1 200 O\rK", "bare-cr", id="CR in the reason"),
    ],
)
def test_the_status_line_is_refused(line: bytes, rule: str) -> None:
    assert refusal(response(b"A: b", line=line)) == rule


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        pytest.param(b"HTTP/1.1 200 OK", 200, b"OK", id="plain"),
        pytest.param(b"HTTP/1.1 200 ", 200, b"", id="no reason"),
        pytest.param(b"HTTP/1.1 200", 200, b"", id="no reason and no space"),
        pytest.param(b"HTTP/1.1 404 Not  Found\t!", 404, b"Not  Found\t!", id="white space in the reason"),
        pytest.param(b"HTTP/1.1 200 Caf\xc3\xa9", 200, b"Caf\xc3\xa9", id="obs-text in the reason"),
        pytest.param(b"HTTP/1.1 100 Continue", 100, b"Continue", id="the first"),
        pytest.param(b"HTTP/1.1 599 Odd", 599, b"Odd", id="the last"),
        pytest.param(b"HTTP/1.0 200 OK", 200, b"OK", id="1.0"),
        pytest.param(b"HTTP/1.9 200 OK", 200, b"OK", id="1.9"),
    ],
)
def test_the_status_line_is_understood(line: bytes, status: int, reason: bytes) -> None:
    wire = response(b"A: b", line=line)
    head = ResponseHead()
    assert head.parse_bytes(wire) == len(wire)
    assert (head.status, head.reason(wire), head.pairs(wire)) == (status, reason, [(b"A", b"b")])
    assert head.minor == (0 if line.startswith(b"HTTP/1.0") else 1)


@pytest.mark.parametrize(
    ("wire", "rule"),
    [
        pytest.param(b"\r\nHTTP/1.1 200 OK\r\n\r\n", "version", id="an empty line first"),
        pytest.param(b"HTTP/1.1 200 OK\nA: b\n\n", "bare-lf", id="LF throughout"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b\n\r\n", "bare-lf", id="LF ends a field"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b\rSet-Cookie: x\r\n\r\n", "bare-cr", id="CR in a value"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "obs-fold", id="folded"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "field-name-space", id="space before the colon"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA\r\n\r\n", "field-colon", id="no colon"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n", "field-value", id="NUL"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA(b): c\r\n\r\n", "field-name", id="bad name"),
    ],
)
def test_the_head_is_refused(wire: bytes, rule: str) -> None:
    assert refusal(wire) == rule


def test_limits() -> None:
    wire = response(b"A: b")
    assert ResponseHead(len(wire), 1).parse_bytes(wire) == len(wire)
    assert refusal(wire, ResponseHead(len(wire) - 1, 1)) == "head-too-large"
    assert refusal(wire, ResponseHead(len(wire), 0)) == "field-count"
    assert refusal(b"HTTP/1.1 200 " + b"x" * 50, ResponseHead(50, 1)) == "head-too-large"


@pytest.mark.parametrize(
    ("line", "fields", "persistent"),
    [
        pytest.param(b"HTTP/1.1 200 OK", [b"Content-Length: 0"], True, id="1.1"),
        pytest.param(b"HTTP/1.1 200 OK", [b"Content-Length: 0", b"Connection: close"], False, id="1.1, close"),
        pytest.param(b"HTTP/1.1 200 OK", [b"Transfer-Encoding: chunked"], True, id="1.1, chunked"),
        pytest.param(b"HTTP/1.1 200 OK", [], False, id="1.1, until close"),
        pytest.param(b"HTTP/1.1 204 No Content", [], True, id="1.1, without content"),
        pytest.param(b"HTTP/1.0 200 OK", [b"Content-Length: 0"], False, id="1.0"),
        pytest.param(b"HTTP/1.0 200 OK", [b"Content-Length: 0", b"Connection: keep-alive"], True, id="1.0, keep-alive"),
        pytest.param(b"HTTP/1.0 200 OK", [b"Connection: keep-alive"], False, id="1.0, keep-alive until close"),
    ],
)
def test_persistence(line: bytes, fields: list[bytes], persistent: bool) -> None:
    head = ResponseHead()
    assert head.parse_bytes(response(*fields, line=line)) > 0
    assert head.persistent is persistent


def test_hop_fields_stay_here() -> None:
    wire = response(b"Connection: X-Drop, Set-Cookie", b"X-Drop: 1", b"Keep-Alive: timeout=9", b"Set-Cookie: a")
    head = ResponseHead()
    head.parse_bytes(wire)
    assert head.forwarded(wire) == [(b"Set-Cookie", b"a")]


def test_switching_protocols() -> None:
    wire = response(b"Connection: upgrade", b"Upgrade: websocket", line=b"HTTP/1.1 101 Switching Protocols")
    head = ResponseHead()
    assert head.parse_bytes(wire + b"\x81\x00") == len(wire)
    assert (head.status, head.upgrade, head.body) == (101, True, 0)


LINES = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\n",
            b"A: b\r\n",
            b"A:\r\n",
            b"Content-Length: 3\r\n",
            b"\r\n",
            b" x\r\n",
            b"x",
            b"\r",
            b"\n",
        ]
    ),
    max_size=8,
)


@given(LINES)
def test_the_result_does_not_depend_on_how_octets_arrive(lines: list[bytes]) -> None:
    wire = b"HTTP/1.1 200 OK\r\n" + b"".join(lines)
    whole = ResponseHead()
    expected = whole.parse_bytes(wire)
    head = ResponseHead()
    found = -1
    for end in range(len(wire) + 1):
        found = head.parse_bytes(wire, end=end)
        if found != -1:
            break
    assert (found, head.refusal) == (expected, whole.refusal)
    if found >= 0:
        assert (head.status, head.body, head.pairs(wire)) == (whole.status, whole.body, whole.pairs(wire))


FORGIVEN = [
    pytest.param(
        "equal_content_lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", id="two"
    ),
    pytest.param("equal_content_lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", id="a list"),
    pytest.param("bare_status_lines", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", id="no space"),
    pytest.param("odd_connection_options", b'HTTP/1.1 200 OK\r\nConnection: a, "b"\r\n\r\n', id="no token"),
]


@pytest.mark.parametrize(("option", "wire"), FORGIVEN)
def test_what_is_forgiven_can_be_refused(option: str, wire: bytes) -> None:
    head = ResponseHead()
    assert head.parse_bytes(wire) == len(wire)
    head.strict = strictness({option: False})
    assert head.parse_bytes(wire) == -2
    others = dict.fromkeys(("equal_content_lengths", "bare_status_lines", "odd_connection_options"), False)
    head.strict = strictness(others | {option: True})
    assert head.parse_bytes(wire) == len(wire)


def test_everything_is_forgiven_by_default() -> None:
    assert strictness({}) == 0
