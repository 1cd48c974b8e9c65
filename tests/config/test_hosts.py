"""Names and numbers of machines."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.hosts import bracketed, is_wildcard, parse_host
from lumina.config.problems import ObjectionError


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("localhost", "localhost"),
        ("Orders.Example", "orders.example"),
        ("my_service-1", "my_service-1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("example.", "example."),
        ("127.0.0.1", "127.0.0.1"),
        ("::", "::"),
        ("[::1]", "::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("a" * 63, "a" * 63),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "is neither a host name nor an address", ""),
        ("*", "is neither a host name nor an address", "did you mean `0.0.0.0`?"),
        ("a b", "is neither a host name nor an address", ""),
        ("a..b", "is neither a host name nor an address", ""),
        ("-a", "is neither a host name nor an address", ""),
        ("a\n", "is neither a host name nor an address", ""),
        ("a" * 64, "is neither a host name nor an address", ""),
        (".".join(["a" * 63] * 4), "is neither a host name nor an address", ""),
        ("1.2.3", "is not an IPv4 address", ""),
        ("1.2.3.04", "is not an IPv4 address", ""),
        ("256.0.0.1", "is not an IPv4 address", ""),
        (":", "is not an IPv6 address", ""),
        ("a:80", "is not an IPv6 address", ""),
        ("[localhost]", "is not an IPv6 address", ""),
        ("[127.0.0.1]", "is not an IPv6 address", ""),
        ("bücher.example", "holds a character that is not ASCII", "did you mean `xn--bcher-kva.example`?"),
        ("é" * 70, "holds a character that is not ASCII", ""),
    ],
)
def test_what_is_no_host(text: str, message: str, hint: str) -> None:
    with pytest.raises(ObjectionError) as caught:
        parse_host(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@given(st.ip_addresses())
def test_every_address_is_a_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse_host(str(address)) == str(address)
    assert parse_host(address.exploded) == str(address)


@given(st.text(max_size=30))
def test_a_host_is_read_twice_the_same(text: str) -> None:
    try:
        host = parse_host(text)
    except ObjectionError:
        return
    assert host.isascii()
    assert parse_host(host) == parse_host(bracketed(host)) == host


def test_every_address_of_the_machine() -> None:
    hosts = ("0.0.0.0", "::", "127.0.0.1", "::1")  # noqa: S104 (not bound)
    assert [is_wildcard(host) for host in hosts] == [True, True, False, False]
