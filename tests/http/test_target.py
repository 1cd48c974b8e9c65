"""Paths are normalised as RFC 3986, section 5.2.4, says, and never to something that normalises further."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.target import CHOICES, normalised, path_rules, refusal_of

PIECES = [b"/", b".", b"..", b"%2e", b"%2E", b"a", b"bc", b";", b"%2f", b"%5C", b"%41", b"~"]


def section_6_2_2(path: bytes) -> bytes:
    """Decode the escapes of unreserved characters, and write all others in capitals."""

    def one_form(escape: re.Match[bytes]) -> bytes:
        char = bytes([int(escape[1], 16)])
        return char if re.fullmatch(rb"[A-Za-z0-9._~-]", char) else escape[0].upper()

    return re.sub(rb"%([0-9A-Fa-f]{2})", one_form, path)


def section_5_2_4(path: bytes) -> bytes | None:
    """Normalise by the book; None: above the root."""
    output: list[bytes] = []
    segments = path.split(b"/")[1:]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == b"..":
            if not output:
                return None
            output.pop()
        elif segment != b".":
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
    assert normalised(path) == section_6_2_2(path)


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_it_does_what_the_section_says(pieces: list[bytes]) -> None:
    path = b"/" + b"".join(pieces)
    found = normalised(path)
    if found is not None:
        assert found == section_5_2_4(section_6_2_2(path))
        assert normalised(found) == found
    else:
        folded = path.lower().replace(b"%2e", b".")
        assert section_5_2_4(section_6_2_2(path)) is None or b"..;" in folded or b"%2f" in folded or b"%5c" in folded


CHOSEN = [
    ("encoded_slashes", "keep", b"/a%2fb%5cc", b"/a%2Fb%5Cc"),
    ("encoded_slashes", "decode", b"/a%2fb%5cc", b"/a/b%5Cc"),
    ("encoded_slashes", "decode", b"/a%2f..%2Fb", b"/b"),
    ("encoded_slashes", "reject", b"/a%2fb", "policy"),
    ("encoded_slashes", "reject", b"/a%5Cb", "policy"),
    ("encoded_slashes", "reject", b"/a%2ab", b"/a%2Ab"),
    ("double_slashes", "keep", b"//a///b//", b"//a///b//"),
    ("double_slashes", "merge", b"//a///b//", b"/a/b/"),
    ("double_slashes", "merge", b"/a//../b", b"/b"),
    ("double_slashes", "reject", b"/a//b", "policy"),
    ("double_slashes", "reject", b"/a/b/", b"/a/b/"),
    ("dot_segments", "resolve", b"/a/./b/../c", b"/a/c"),
    ("dot_segments", "keep", b"/a/%2e/b/../c", b"/a/./b/../c"),
    ("dot_segments", "reject", b"/a/./b", "policy"),
    ("dot_segments", "reject", b"/a/%2e%2E", "policy"),
    ("dot_segments", "reject", b"/a/...%2e/.b/c.", b"/a/..../.b/c."),
    ("parameters", "keep", b"/a;x=1/b;y", b"/a;x=1/b;y"),
    ("parameters", "drop", b"/a;x=1/b;y", b"/a/b"),
    ("parameters", "drop", b"/a/..;/b", b"/b"),
    ("parameters", "reject", b"/a;x", "policy"),
    ("encoded_nul", "reject", b"/a%00", "nul"),
    ("encoded_nul", "keep", b"/a%00", b"/a%00"),
    ("invalid_escapes", "reject", b"/100%/a", "escape"),
    ("invalid_escapes", "reject", b"/100%", "escape"),
    ("invalid_escapes", "escape", b"/100%/%zz%2/", b"/100%25/%25zz%252/"),
    ("non_ascii", "reject", b"/caf\xc3\xa9", "octet"),
    ("non_ascii", "escape", b"/caf\xc3\xa9", b"/caf%C3%A9"),
]
EVERYTHING = {"encoded_nul": "keep", "invalid_escapes": "escape", "non_ascii": "escape"}


@pytest.mark.parametrize(("kind", "choice", "path", "becomes"), CHOSEN)
def test_what_is_chosen_is_done(kind: str, choice: str, path: bytes, becomes: bytes | str) -> None:
    rules = path_rules({kind: choice})
    if isinstance(becomes, str):
        assert refusal_of(path, rules) == becomes
    else:
        assert refusal_of(path, rules) == ""
        assert normalised(path, rules) == becomes


def test_every_choice_is_tried_and_the_first_of_a_kind_is_its_default() -> None:
    assert {(kind, choice) for kind, choice, *_ in CHOSEN} == {(k, c) for k, cs in CHOICES.items() for c in cs}
    assert path_rules({kind: next(iter(choices)) for kind, choices in CHOICES.items()}) == 0


@given(st.lists(st.sampled_from([*PIECES, b"%", b"\xc3", b"%00"]), max_size=12))
def test_what_is_escaped_is_a_path_by_the_rfc(pieces: list[bytes]) -> None:
    found = normalised(b"/" + b"".join(pieces), path_rules(EVERYTHING))
    if found is not None:
        assert re.fullmatch(rb"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})*)+", found)
        assert normalised(found, path_rules(EVERYTHING)) == found


@pytest.mark.parametrize("rules", [path_rules({"parameters": "drop", "encoded_slashes": "decode"})])
def test_a_parameter_ends_at_a_slash_that_is_decoded(rules: int) -> None:
    assert normalised(b"/a;x%2Fb;%2zz%2f", rules | path_rules({"invalid_escapes": "escape"})) == b"/a/b/"
