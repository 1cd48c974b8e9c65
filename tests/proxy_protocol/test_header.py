"""A PROXY header as it comes: the vectors, in any pieces, and whatever else there may be."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.proxy_protocol.header import ProxyHeader
from lumina.proxy_protocol.refusals import WORDS
from tests.proxy_protocol.vectors import BAD, GOOD, Told, binary

MORE, REFUSED = -1, -2


@pytest.mark.parametrize("name", GOOD)
def test_a_header(name: str) -> None:
    wire, told = GOOD[name]
    header = ProxyHeader()
    assert header.feed(wire) == len(wire)
    assert (header.told, header.version, header.refusal) == (told, 1 if wire.startswith(b"P") else 2, 0)


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    wire, why = BAD[name]
    header = ProxyHeader()
    assert header.feed(wire) == REFUSED
    assert (WORDS[header.refusal], header.told) == (why, None)


@pytest.mark.parametrize("name", GOOD)
def test_no_part_of_a_header_is_one(name: str) -> None:
    wire, _ = GOOD[name]
    assert {ProxyHeader().feed(wire[:size]) for size in range(len(wire))} == {MORE}


@pytest.mark.parametrize("behind", [b"x", b"GET / HTTP/1.1\r\n\r\n", b"\r\n", b"PROXY UNKNOWN\r\n", bytes(5000)])
@pytest.mark.parametrize("name", GOOD)
def test_what_comes_behind_a_header_is_not_looked_at(name: str, behind: bytes) -> None:
    wire, told = GOOD[name]
    header = ProxyHeader()
    assert header.feed(wire + behind) == len(wire)
    assert header.told == told


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_once_is_refused_however_it_goes_on(name: str) -> None:
    wire, why = BAD[name]
    found = outcomes(wire + bytes(5000))
    assert {one[:2] for one in found if one[0] != MORE} == {(REFUSED, why)}


@pytest.mark.parametrize("size", [0, 1, 5, 6, 11, 12, 15])
def test_one_reader_reads_one_header_after_the_other(size: int) -> None:
    header = ProxyHeader()
    header.feed(GOOD["ipv6"][0])
    assert header.told is not None
    assert header.feed(GOOD["local"][0][:size]) == MORE
    assert header.told is None
    header.feed(GOOD["ipv4"][0])
    header.feed(BAD["a request"][0])
    assert header.told is None
    header.feed(GOOD["local"][0])
    assert (header.told, header.refusal) == (None, 0)


Outcome = tuple[int, str, Told | None]


def outcomes(wire: bytes) -> list[Outcome]:
    """Return what is found as one octet comes after the other."""
    header = ProxyHeader()
    found = []
    for size in range(len(wire) + 1):
        end = header.feed(wire[:size])
        found.append((end, WORDS[header.refusal], header.told if end > 0 else None))
    return found


MARKS = st.sampled_from([b"PROXY ", b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN", binary(0x21, 0x11)[:12], b""])
PIECES = st.lists(
    st.sampled_from([b" ", b"1", b"192.0.2.1", b"::1", b"443", b"\r", b"\n", b"\0", b"\x20", b"\x21", b"\x11", b"\x0c"])
    | st.binary(max_size=20),
    max_size=40,
).map(b"".join)


@given(st.builds(bytes.__add__, MARKS, PIECES))
@example(b"PROXY TCP4 192.0.2.1 192.0.2.1 1 1\r\n\r\n")
def test_a_decision_does_not_depend_on_how_octets_arrive(wire: bytes) -> None:
    found = outcomes(wire)
    decided = [one for one in found if one[0] != MORE]
    assert len(set(decided)) <= 1
    assert found == [(MORE, "", None)] * (len(found) - len(decided)) + decided
    if decided and decided[0][0] > 0:
        assert decided[0][0] == len(found) - len(decided)  # it is decided by its last octet


@given(st.binary(max_size=300))
def test_octets_that_are_anything_are_no_header(octets: bytes) -> None:
    header = ProxyHeader()
    assert header.feed(b"Q" + octets) == REFUSED
    assert header.feed(b"\n" + octets) == REFUSED
