"""The loop over sixteen octets finds what a loop over one finds, wherever it begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.octets import find_text_end

WRONG = [octet for octet in range(256) if (octet < 32 and octet != 9) or octet == 127]


@pytest.mark.parametrize("place", [0, 1, 15, 16, 17, 31, 33])
def test_every_octet_is_judged_wherever_it_stands(place: int) -> None:
    lines = [b"v" * place + bytes([octet]) + b"v" * 40 for octet in range(256)]
    found = [octet for octet, line in enumerate(lines) if find_text_end(line, 0, len(line)) == place]
    assert found == WRONG


@given(st.binary(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_it_stays_between_its_bounds(data: bytes, one: int, other: int) -> None:
    at, end = sorted((min(one, len(data)), min(other, len(data))))
    expected = next((place for place in range(at, end) if data[place] in WRONG), end)
    assert find_text_end(data, at, end) == expected
