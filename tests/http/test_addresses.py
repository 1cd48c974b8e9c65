"""IP addresses, as text and as octets."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.addresses import octets_of, text_of

MAPPED = b"\0" * 10 + b"\xff\xff"


def known(text: str) -> bytes | None:
    """Return what Python's own library reads."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return address.packed if address.version == 6 else MAPPED + address.packed


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "2001:DB8::FfFf",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8",
        "::ffff:192.0.2.1",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6:192.0.2.1",
        "0:0:0:0:0:0:0:0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ],
)
def test_an_address(text: str) -> None:
    assert octets_of(text) == known(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".1.2.3.4",
        "1..3.4",
        "01.2.3.4",
        "1.2.3.00",
        "256.1.1.1",
        "1.1.1.1000",
        "1.2.3.4 ",
        "+1.2.3.4",
        "a.b.c.d",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1::2::3",
        "::2::3",
        "12345::",
        "::g",
        "::1%eth0",
        "[::1]",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3",
        "::1.2.3.256",
        "::01.2.3.4",
        "1.2.3.4::",
        "1:2:3:4:5:6:7:8:1.2.3.4",
        "1:2:3:4:5:6::1.2.3.4",
    ],
)
def test_what_is_none(text: str) -> None:
    assert octets_of(text) is None
    assert known(text) is None or "%" in text


@given(st.text("0123456789abfAF:.%x", max_size=46))
def test_any_text_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert octets_of(text) == (None if "%" in text else known(text))


GROUP = st.sampled_from(["", "0", "1", "abcd", "12345", "::", "1.2.3.4", "256.0.0.1"])


@given(st.lists(GROUP, max_size=10).map(":".join))
def test_any_row_of_groups_is_read_so_too(text: str) -> None:
    assert octets_of(text) == known(text)


@given(st.binary(min_size=4, max_size=4))
def test_four_octets_are_written(octets: bytes) -> None:
    assert text_of(MAPPED + octets, 4) == str(ipaddress.IPv4Address(octets))


SPARSE = st.lists(st.sampled_from([0, 0, 0, 1, 15, 0x100, 0xABCD]), min_size=8, max_size=8)


@given(st.binary(min_size=16, max_size=16) | SPARSE.map(lambda groups: b"".join(one.to_bytes(2) for one in groups)))
def test_sixteen_octets_are_written_in_the_shortest_way(octets: bytes) -> None:
    written = text_of(octets, 6)
    expected = ipaddress.IPv6Address(octets).compressed
    assert octets_of(written) == octets
    if not octets.startswith(MAPPED):
        assert written == expected


def test_an_address_of_ipv4_is_shown_in_one_of_ipv6() -> None:
    octets = octets_of("::ffff:192.0.2.1")
    assert octets is not None
    assert text_of(octets, 6) == "::ffff:192.0.2.1"
    assert text_of(octets, 4) == "192.0.2.1"
