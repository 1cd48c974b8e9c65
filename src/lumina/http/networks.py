"""Sets of networks (RFC 4632, section 3.1; RFC 4291, section 2.3), as ranges of addresses, which a binary search finds.

IPv4 stands among the addresses as IPv6 writes it (http/addresses.py), and is no part of any network that was written
for IPv6: `::/0` is all of IPv6 and nothing of IPv4. But `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
"""

import ipaddress
from collections.abc import Iterable, Iterator

import cython

if not cython.compiled:
    from lumina.http.addresses import ADDRESS

    RANGE = 32

MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """A set of addresses, of both versions."""

    __slots__ = ("count", "ranges")

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Take networks, each as an address with the size of its prefix or without."""
        ranges = list(_merged(sorted(one for text in networks for one in _ranges(ipaddress.ip_network(text)))))
        self.count = len(ranges)
        self.ranges = b"".join(first.to_bytes(ADDRESS) + last.to_bytes(ADDRESS) for first, last in ranges)

    def holds(self, octets: cython.p_const_uchar) -> cython.bint:  # hot
        """Say whether the address of these 16 octets is in the set."""
        ranges: bytes = self.ranges
        low: cython.int = 0
        high: cython.int = self.count
        middle: cython.int
        while low < high:
            middle = (low + high) >> 1
            if _order(octets, ranges, middle * RANGE) < 0:
                high = middle
            elif _order(octets, ranges, middle * RANGE + ADDRESS) > 0:
                low = middle + 1
            else:
                return True
        return False

    def has(self, octets: bytes) -> bool:
        """Do what holds() does, for tests and tools."""
        return self.holds(octets)


def _order(octets: cython.p_const_uchar, ranges: cython.p_const_uchar, at: cython.Py_ssize_t) -> cython.int:  # hot
    """Return whether an address is less (-1), the same (0) or more (1) than the one in ranges[at : at + ADDRESS]."""
    place: cython.int
    for place in range(ADDRESS):
        if octets[place] != ranges[at + place]:
            return -1 if octets[place] < ranges[at + place] else 1
    return 0


def _ranges(network: Network) -> Iterator[tuple[int, int]]:
    """Yield what a network is among the addresses of 16 octets."""
    first, last = int(network.network_address), int(network.broadcast_address)
    low, high = int(MAPPED.network_address), int(MAPPED.broadcast_address)
    if isinstance(network, ipaddress.IPv4Network):
        yield low + first, low + last
    elif network.subnet_of(MAPPED) or last < low or first > high:
        yield first, last
    else:  # all of IPv4 lies within
        yield from ((one, other) for one, other in ((first, low - 1), (high + 1, last)) if one <= other)


def _merged(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield ranges that do not touch, made of these, which are in their order."""
    before: tuple[int, int] | None = None
    for first, last in ranges:
        if before is not None and first <= before[1] + 1:
            before = before[0], max(last, before[1])
            continue
        if before is not None:
            yield before
        before = first, last
    if before is not None:
        yield before
