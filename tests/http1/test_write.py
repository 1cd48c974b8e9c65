"""What is written says what was read, and nothing of this hop."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.http1.fields import Fields
from lumina.http1.write import Writer

BODY_NONE, BODY_LENGTH, BODY_CHUNKED = 0, 1, 2

NAMES = ["Accept", "x-a", "X-Forwarded-For", "Host", "Connection", "Keep-Alive", "Content-Length", "Date", "Via", "A"]
BLANKS = st.sampled_from(["", " ", "  ", "\t", " \t "])
VALUES = st.sampled_from(["", "a", "b, c", "close", "x-a", "5", "1 2", "caf\xe9", "z" * 40])
LINES = st.lists(st.tuples(st.sampled_from(NAMES), BLANKS, VALUES, BLANKS), max_size=8)
OWN = {b"host", b"x-forwarded-for"}


def section(lines: list[tuple[str, str, str, str]]) -> bytes:
    return "".join(f"{name}:{''.join(rest)}\r\n" for name, *rest in lines).encode("latin-1") + b"\r\n"


@given(LINES)
@example([("X-A", " ", "1", ""), ("Accept", "", "2", ""), ("X-A", " ", "3", "")])
@example([("X-A", " ", "1", " "), ("Connection", " ", "close", ""), ("A", " ", "3", "")])
def test_what_is_forwarded_is_written_as_a_sender_should(lines: list[tuple[str, str, str, str]]) -> None:
    data = section(lines)
    head = Fields()
    assert head.scan_bytes(data) == len(data)
    wanted = [(name, value) for name, value in head.forwarded(data) if name.lower() not in OWN]
    assert Writer().rewritten(data, head) == b"".join(b"%b: %b\r\n" % pair for pair in wanted)


@pytest.mark.parametrize(
    ("before", "body", "length", "after"),
    [
        (b"A: 1\r\ncontent-length: 5, 5\r\nB: 2\r\n", BODY_LENGTH, 5, b"A: 1\r\ncontent-length: 5\r\nB: 2\r\n"),
        (b"Content-Length: 05\r\nContent-Length: 5\r\n", BODY_LENGTH, 5, b"Content-Length: 5\r\n"),
        (b"transfer-encoding: Chunked\r\nB: 2\r\n", BODY_CHUNKED, -1, b"transfer-encoding: chunked\r\nB: 2\r\n"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", BODY_CHUNKED, -1, b"Transfer-Encoding: chunked\r\n"),
        (b"Content-Length: 5\r\nB: 2\r\n", BODY_NONE, -1, b"B: 2\r\n"),
        (b"B: 2\r\n", BODY_LENGTH, 0, b"B: 2\r\nContent-Length: 0\r\n"),
        (b"B: 2\r\n", BODY_CHUNKED, -1, b"B: 2\r\nTransfer-Encoding: chunked\r\n"),
    ],
)
def test_framing_is_written_anew_in_its_place(before: bytes, body: int, length: int, after: bytes) -> None:
    head = Fields()
    assert head.scan_bytes(before + b"\r\n") > 0
    assert Writer().rewritten(before + b"\r\n", head, body, length) == after


def test_an_answer_keeps_what_a_request_may_not_say() -> None:
    data = b"X-Forwarded-For: a\r\nX-Forwarded-Ssl: on\r\nX-Forwarded: a\r\nX-Request-ID: b\r\nServer: c\r\n\r\n"
    head = Fields()
    head.scan_bytes(data)
    assert Writer().rewritten(data, head, response=True) == (
        b"X-Forwarded-For: a\r\nX-Forwarded-Ssl: on\r\nX-Forwarded: a\r\nServer: c\r\n"
    )
    assert Writer().rewritten(data, head) == b"Server: c\r\n"


@given(st.integers(0, 2**64 - 1))
@example(9)
@example(10)
@example(10**19)
@example(2**64 - 1)
def test_numbers(value: int) -> None:
    assert Writer().numbered(value) == b"%d" % value
    assert Writer().numbered(value, 6) == b"%06d" % (value % 1_000_000)
