"""The addresses of a name as machines: one of each family belong together.

A name says which addresses there are, not which of them are one machine. Where it has both families, each IPv6 address
is taken to be the machine of an IPv4 address: whichever of the two answers serves, so that `localhost` is one endpoint
and a family that leads nowhere costs no request.
"""

import errno
import ipaddress
import socket
from collections.abc import Iterable, Sequence

Pair = tuple[str, ...]
# The last is what Linux says of a link-local address without a zone.
NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)


def paired(addresses: Iterable[str], before: Sequence[Pair] = ()) -> list[Pair]:
    """Return the addresses in pairs, IPv6 first, and alone where the other family has no more.

    before: pairs that there were. Those of which both are still there stay, so that one address that comes or goes
    moves no other.
    """
    left = set(addresses)
    kept = [pair for pair in before if len(pair) > 1 and left.issuperset(pair)]
    for pair in kept:
        left.difference_update(pair)
    sixes = sorted((one for one in left if ":" in one), key=ipaddress.IPv6Address)
    fours = sorted((one for one in left if ":" not in one), key=ipaddress.IPv4Address)
    both = min(len(sixes), len(fours))
    made: list[Pair] = list(zip(sixes[:both], fours[:both], strict=True))
    alone: list[Pair] = [(one,) for one in [*sixes[both:], *fours[both:]]]
    return kept + made + alone


def within_reach(addresses: Sequence[str]) -> list[str]:
    """Return those that this machine has a route to; all, if it has one to none of them.

    The manner of RFC 6724: a datagram socket is connected, which sends nothing and asks the kernel for the way.
    """
    found = [address for address in addresses if _has_route(address)]
    return found or list(addresses)


def _has_route(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))  # the port is of no account
    except OSError as error:
        return error.errno not in NO_WAY
    return True
