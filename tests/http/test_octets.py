"""The loops over sixteen octets find what a loop over one finds, wherever they begin and end."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.octets import ALPHA_DIGIT, find_plain_end, find_text_end, find_word_end

Search = Callable[[bytes, int, int], int]

NOT_TEXT = [octet for octet in range(256) if (octet < 32 and octet != 9) or octet == 127]
NOT_WORD = [octet for octet in range(256) if octet not in ALPHA_DIGIT + b"-"]
NOT_PLAIN = [octet for octet in range(256) if octet < 32 or octet > 126 or octet in b'"\\']
SEARCHES = [
    pytest.param(find_text_end, NOT_TEXT, id="text"),
    pytest.param(find_word_end, NOT_WORD, id="word"),
    pytest.param(find_plain_end, NOT_PLAIN, id="plain"),
]


@pytest.mark.parametrize("before", [0, 1, 15, 16, 17, 31, 33])
@pytest.mark.parametrize("behind", [0, 1, 14, 15, 16, 40])
@pytest.mark.parametrize(("search", "wrong"), SEARCHES)
def test_every_octet_is_judged_wherever_it_stands(search: Search, wrong: list[int], before: int, behind: int) -> None:
    lines = [b"v" * before + bytes([octet]) + b"v" * behind for octet in range(256)]
    assert [octet for octet, line in enumerate(lines) if search(line, 0, len(line)) == before] == wrong


@pytest.mark.parametrize(("search", "wrong"), SEARCHES)
@given(st.data())
def test_it_stays_between_its_bounds(search: Search, wrong: list[int], data: st.DataObject) -> None:
    line = data.draw(st.lists(st.sampled_from(b'abcdefZ019-:"\\\x00\xff'), max_size=70).map(bytes))
    at, end = sorted((data.draw(st.integers(0, len(line))), data.draw(st.integers(0, len(line)))))
    expected = next((place for place in range(at, end) if line[place] in wrong), end)
    assert search(line, at, end) == expected
