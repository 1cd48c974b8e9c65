"""A PROXY header as it is sent, and read again."""

import ipaddress
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.proxy_protocol.header import ProxyHeader
from lumina.proxy_protocol.parties import Parties
from lumina.proxy_protocol.write import header
from tests.proxy_protocol.vectors import FOUR, GOOD, OF_FOUR, OF_SIX, SIX, Told, binary


def parties(told: Told, family: int) -> Parties:
    made = Parties()
    made.tell(family, *told)
    return made


def test_ipv4() -> None:
    assert header(parties(OF_FOUR, 4), 1) == GOOD["text, ipv4"][0]
    assert header(parties(OF_FOUR, 4), 2) == binary(0x21, 0x11, FOUR)


def test_ipv6() -> None:
    assert header(parties(OF_SIX, 6), 1) == b"PROXY TCP6 2001:db8::1 2001:db8::ffff 56324 443\r\n"
    assert header(parties(OF_SIX, 6), 2) == binary(0x21, 0x21, SIX)


@pytest.mark.parametrize("name", ["text, the longest of ipv4", "text, the longest of ipv6"])
def test_the_longest(name: str) -> None:
    wire, told = GOOD[name]
    assert told is not None
    assert header(parties(told, 6 if b"TCP6" in wire else 4), 1) == wire


def test_a_connection_of_our_own() -> None:
    assert header(None, 1) == b"PROXY UNKNOWN\r\n"
    assert header(None, 2) == binary(0x20, 0x00)


def test_a_client_without_an_address() -> None:
    assert header(Parties(), 1) == b"PROXY UNKNOWN\r\n"
    assert header(Parties(), 2) == binary(0x21, 0x00)


PORT = st.integers(0, 65535)


FAMILIES: tuple[Literal[4, 6], ...] = (4, 6)


@given(st.sampled_from([1, 2]), st.sampled_from(FAMILIES), st.data())
def test_what_is_written_is_read_again(version: int, family: Literal[4, 6], data: st.DataObject) -> None:
    addresses = st.ip_addresses(v=family).map(
        lambda one: (
            f"::ffff:{one.ipv4_mapped}" if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped else str(one)
        )
    )
    told = tuple(data.draw(st.tuples(addresses, PORT)) for _ in range(2))
    wire = header(parties(told, family), version)  # type: ignore[arg-type]
    reader = ProxyHeader()
    assert reader.feed(wire) == len(wire)
    assert (reader.told, reader.version, reader.family) == (told, version, family)
    assert len(wire) <= 107
