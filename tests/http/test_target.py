"""Paths are normalised as RFC 3986, section 5.2.4, says, and never to something that normalises further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.target import normalised

PIECES = [b"/", b".", b"..", b"%2e", b"%2E", b"a", b"bc", b";", b"%2f", b"%5C", b"%41", b"~"]


def section_5_2_4(path: bytes) -> bytes | None:
    """Normalise by the book, with escaped dots read as dots in segments of dots alone; None: above the root."""
    output: list[bytes] = []
    segments = path.split(b"/")[1:]
    for number, segment in enumerate(segments):
        plain = segment.lower().replace(b"%2e", b".")
        last = number == len(segments) - 1
        if plain == b"..":
            if not output:
                return None
            output.pop()
        elif plain != b".":
            output.append(segment)
            continue
        if last:
            output.append(b"")
    return b"/" + b"/".join(output)


@pytest.mark.parametrize("path", [b"", b"a", b".", b"a/b", b"/a b", b"/%0", b"/%00", b"/\xff", b"/a?b"])
def test_what_is_no_path(path: bytes) -> None:
    assert normalised(path) is None


@pytest.mark.parametrize(
    "path",
    [b"/..;", b"/a/..;x/b", b"/..%2f", b"/x%5c..", b"/%2e%2e%2Fx", b"/a/x%2f..%2fy", b"/.%2e;/", b"/x%2f..;y"],
)
def test_two_dots_cannot_hide(path: bytes) -> None:
    assert normalised(path) is None


@pytest.mark.parametrize("path", [b"/.;", b"/a%2f.", b"/...;", b"/..a%2fb", b"/a..%2fb", b"/a;..", b"/%2f"])
def test_what_only_looks_hidden(path: bytes) -> None:
    assert normalised(path) == path


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_it_does_what_the_section_says(pieces: list[bytes]) -> None:
    path = b"/" + b"".join(pieces)
    found = normalised(path)
    if found is not None:
        assert found == section_5_2_4(path)
        assert normalised(found) == found
    else:
        folded = path.lower().replace(b"%2e", b".")
        assert section_5_2_4(path) is None or b"..;" in folded or b"%2f" in folded or b"%5c" in folded
