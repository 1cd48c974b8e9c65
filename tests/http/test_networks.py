"""Sets of networks, held against Python's own."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.addresses import octets_of
from lumina.http.networks import Networks

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def holds(networks: list[str], address: str) -> bool:
    octets = octets_of(address)
    assert octets is not None
    return Networks(networks).has(octets)


@pytest.mark.parametrize(
    ("networks", "address", "inside"),
    [
        pytest.param([], "10.0.0.1", False, id="none"),
        pytest.param(["10.0.0.1"], "10.0.0.1", True, id="an address alone"),
        pytest.param(["10.0.0.1"], "10.0.0.2", False, id="its neighbour"),
        pytest.param(["10.0.0.0/8"], "10.0.0.0", True, id="the first"),
        pytest.param(["10.0.0.0/8"], "10.255.255.255", True, id="the last"),
        pytest.param(["10.0.0.0/8"], "9.255.255.255", False, id="before the first"),
        pytest.param(["10.0.0.0/8"], "11.0.0.0", False, id="after the last"),
        pytest.param(["10.0.0.0/8"], "::ffff:10.1.2.3", True, id="IPv4 as IPv6 writes it"),
        pytest.param(["10.0.0.0/8"], "::10.1.2.3", False, id="an address of IPv6 that ends like one of IPv4"),
        pytest.param(["::ffff:10.0.0.0/104"], "10.1.2.3", True, id="a network of IPv4 as IPv6 writes it"),
        pytest.param(["::ffff:10.0.0.0/104"], "11.1.2.3", False, id="and what is not in it"),
        pytest.param(["0.0.0.0/0"], "255.255.255.255", True, id="all of IPv4"),
        pytest.param(["0.0.0.0/0"], "::1", False, id="all of IPv4 is nothing of IPv6"),
        pytest.param(["::/0"], "::1", True, id="all of IPv6"),
        pytest.param(["::/0"], "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", True, id="to its end"),
        pytest.param(["::/0"], "0.0.0.1", False, id="all of IPv6 is nothing of IPv4"),
        pytest.param(["::/64"], "255.255.255.255", False, id="nor is a part of it"),
        pytest.param(["::/64"], "::ffff:ffff:ffff:ffff", True, id="which goes on behind IPv4"),
        pytest.param(["::/0", "0.0.0.0/0"], "1.2.3.4", True, id="both"),
        pytest.param(["2001:db8::/32", "fc00::/7"], "fd12::1", True, id="the second of two"),
        pytest.param(["2001:db8::/32", "fc00::/7"], "3000::", False, id="between two"),
        pytest.param(["10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/16"], "10.200.0.1", True, id="neighbours and one within"),
    ],
)
def test_what_is_inside(networks: list[str], address: str, inside: bool) -> None:
    assert holds(networks, address) is inside


def test_neighbours_are_one_range() -> None:
    assert Networks(["10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/16", "10.0.0.1"]).count == 1
    assert Networks(["::/0", "0.0.0.0/0"]).count == 1
    assert Networks(["::/0"]).count == 2
    assert Networks(["10.0.0.0/9", "10.129.0.0/16"]).count == 2


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "::/129", "a", "", "10.0.0.0/-1", "1.2.3"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Networks([text])


FOUR = st.builds(
    lambda number, size: ipaddress.IPv4Network((number, size), strict=False),
    st.integers(0, 2**32 - 1) | st.sampled_from([0x0A000000, 0x0A800000, 2**32 - 1]),
    st.integers(0, 32),
)
SIX = st.builds(
    lambda number, size: ipaddress.IPv6Network((number, size), strict=False),
    st.integers(0, 2**128 - 1) | st.sampled_from([0, 1, 2**32, 0xFFFF00000000, 0x1000000000000, 2**128 - 1]),
    st.integers(0, 128),
)


def model(networks: list[Network], address: ipaddress.IPv6Address) -> bool:
    """Ask each network by itself; an address of IPv4 is one, however it is written."""
    four = address.ipv4_mapped
    for network in networks:
        if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(MAPPED):
            inner = network[0].ipv4_mapped
            assert inner is not None
            network = ipaddress.IPv4Network((inner, network.prefixlen - 96))  # noqa: PLW2901
        if isinstance(network, ipaddress.IPv4Network):
            if four is not None and four in network:
                return True
        elif four is None and address in network:
            return True
    return False


@given(st.lists(FOUR | SIX, max_size=12), st.lists(st.integers(0, 2**128 - 1), max_size=8))
def test_it_is_what_asking_each_would_find(networks: list[Network], chosen: list[int]) -> None:
    found = Networks([str(network) for network in networks])
    edges = []
    for network in networks:
        base = int(MAPPED[0]) if network.version == 4 else 0
        edges += [base + int(network[0]) + step for step in (-1, 0, 1)]
        edges += [base + int(network[-1]) + step for step in (-1, 0, 1)]
    for number in [*chosen, *edges]:
        if 0 <= number < 2**128:
            address = ipaddress.IPv6Address(number)
            assert found.has(address.packed) == model(networks, address), (networks, address)


@given(st.lists(FOUR | SIX, max_size=12))
def test_ranges_are_in_order_and_apart(networks: list[Network]) -> None:
    found = Networks([str(network) for network in networks])
    numbers = [int.from_bytes(found.ranges[at : at + 16]) for at in range(0, len(found.ranges), 16)]
    assert len(numbers) == 2 * found.count
    assert all(first <= last for first, last in zip(numbers[::2], numbers[1::2], strict=True))
    assert all(last + 1 < first for last, first in zip(numbers[1::2], numbers[2::2], strict=False))
