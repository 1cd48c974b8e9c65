"""Lists from their end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.lists import last_element, string_end


@pytest.mark.parametrize(
    ("data", "last"),
    [
        (b"", b""),
        (b"a", b"a"),
        (b"a,b", b"b"),
        (b"a, b ", b" b "),
        (b"a,", b""),
        (b'a,"b"', b'"b"'),
        (b'a,"b,c"', b'"b,c"'),
        (b'a,x="b,c";y="d,e"', b'x="b,c";y="d,e"'),
        (b'a,"b\\",c"', b'"b\\",c"'),
        (b'a,"b\\\\",c', b"c"),
        (b'a,"\\\\"', b'"\\\\"'),
        (b'a",b', b"b"),
        (b'"a,b', b"b"),
        (b'"a\\,b', b"b"),
        (b'a"', None),
        (b'a\\"', None),
        (b'\\"a"', None),
        (b'"', None),
    ],
)
def test_the_last_element(data: bytes, last: bytes | None) -> None:
    assert last_element(data) == last


@pytest.mark.parametrize(
    ("data", "end"), [(b'"', 0), (b'a"b"', 1), (b'a\\"b"', 4), (b'\\\\"', 2), (b"", -1), (b"a", -1), (b'\\"', -1)]
)
def test_the_end_of_a_string(data: bytes, end: int) -> None:
    assert string_end(data) == end


TOKEN = st.text(st.sampled_from("ab=;\\ "), max_size=6)
QUOTED = st.text(st.sampled_from('ab,;=\\" '), max_size=8).map(
    lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
)
ELEMENT = st.lists(st.tuples(TOKEN.map(lambda text: text.replace("\\", "")), QUOTED), max_size=3).map(
    lambda pairs: "".join(one + other for one, other in pairs)
)


@given(st.text(st.sampled_from('ab,"\\ '), max_size=20), ELEMENT)
def test_nothing_before_it_changes_the_last_element(before: str, last: str) -> None:
    assert last_element(f"{before},{last}".encode()) == last.encode()


@given(QUOTED, st.text(max_size=5))
def test_what_follows_a_string_does_not_change_its_end(quoted: str, behind: str) -> None:
    assert string_end((quoted[1:] + behind).encode()) == len(quoted) - 2
