"""The addresses of sockets."""

import pytest

from lumina.engine.sockets import there_and_back
from lumina.http.addresses import octets_of


@pytest.mark.parametrize(
    ("family", "text", "port"),
    [
        (4, "192.0.2.1", 1),
        (4, "255.255.255.255", 65535),
        (6, "2001:db8::1", 443),
        (6, "::1", 256),
        (6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0),
    ],
)
def test_an_address_is_made_and_read(family: int, text: str, port: int) -> None:
    octets = octets_of(text)
    assert octets is not None
    assert there_and_back(family, octets, port) == (family, octets, port, text)


def test_an_address_of_ipv4_is_one_on_a_socket_of_ipv6_too() -> None:
    octets = octets_of("192.0.2.1")
    assert octets is not None
    assert there_and_back(6, octets, 5) == (4, octets, 5, "192.0.2.1")
