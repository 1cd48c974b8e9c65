"""How far a request has come, and how far it may go."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http1.fields import Fields
from lumina.http1.hops import forwards_in, passes_in

ANY, MALFORMED, MOST = -1, -2, 2147483647


def scanned(fields: bytes) -> tuple[Fields, bytes]:
    head = Fields()
    assert head.scan_bytes(fields + b"\r\n") > 0
    return head, fields + b"\r\n"


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        (b"", 0),
        (b"Via: 1.1 lumina\r\n", 1),
        (b"via: 1.1 Lumina\r\n", 1),
        (b"Via: HTTP/1.1 lumina\r\n", 1),
        (b"Via: 1.1\tlumina (comment)\r\n", 1),
        (b"Via: 1.1 lumina, 1.0 lumina,1.1 fred, 2 lumina\r\n", 3),
        (b"Via: 1.1 lumina\r\nA: b\r\nVia: 1.1 lumina\r\n", 2),
        (b"Via: 1.1 fred (, 1.1 lumina\r\n", 1),
        (b'Via: 1.1 fred ("), 1.1 lumina\r\n', 1),
        (b"Via: , ,1.1 lumina ,\r\n", 1),
        (b"Via: a,b lumina\r\n", 1),
        (b"Via: 1.1 lumina:80\r\n", 0),
        (b"Via: 1.1 lumina-2\r\n", 0),
        (b"Via: 1.1 a.lumina\r\n", 0),
        (b"Via: lumina\r\n", 0),
        (b"Via: lumina lumina\r\n", 1),
        (b"Via: 1.1 fred lumina\r\n", 0),
        (b"Via: 1.1 fred (lumina)\r\n", 0),
        (b"Via:\r\n", 0),
        (b"X-Via: 1.1 lumina\r\n", 0),
    ],
)
def test_passes(fields: bytes, count: int) -> None:
    assert passes_in(*scanned(fields)) == count


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30), st.integers(0, 4))
def test_whatever_came_before_ours_are_counted(before: str, count: int) -> None:
    line = ",".join([before, *["1.1 lumina"] * count])
    before_alone = passes_in(*scanned(f"Via: {before}\r\n".encode()))
    assert passes_in(*scanned(f"Via: {line}\r\n".encode())) == before_alone + count


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (b"", ANY),
        (b"Max-Forwards: 0\r\n", 0),
        (b"max-forwards: 1\r\n", 1),
        (b"Max-Forwards: 007\r\n", 7),
        (b"Max-Forwards: 2147483647\r\n", MOST),
        (b"Max-Forwards: 2147483648\r\n", MOST),
        (b"Max-Forwards: " + b"9" * 400 + b"\r\n", MOST),
        (b"Max-Forwards:\r\n", MALFORMED),
        (b"Max-Forwards: -1\r\n", MALFORMED),
        (b"Max-Forwards: +1\r\n", MALFORMED),
        (b"Max-Forwards: 1.0\r\n", MALFORMED),
        (b"Max-Forwards: 0x1\r\n", MALFORMED),
        (b"Max-Forwards: 1, 1\r\n", MALFORMED),
        (b"Max-Forwards: 1\r\nMax-Forwards: 1\r\n", MALFORMED),
        (b"Max_Forwards: 0\r\n", ANY),
    ],
)
def test_max_forwards(fields: bytes, found: int) -> None:
    assert forwards_in(*scanned(fields)) == found


@given(st.text("0123456789 +-,a", max_size=12).map(str.strip))
def test_it_is_digits_or_malformed(value: str) -> None:
    wanted = min(int(value), MOST) if re.fullmatch("[0-9]+", value) else MALFORMED
    assert forwards_in(*scanned(f"Max-Forwards: {value}\r\n".encode())) == wanted
