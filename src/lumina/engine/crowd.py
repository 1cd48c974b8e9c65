"""How many connections each client's address has open with this worker.

One who has a single IPv6 address has its whole /64, so these are counted together (RFC 6177, section 2).
"""

import cython

MAPPED = b"\0" * 10 + b"\xff\xff"  # an IPv4 address as IPv6 writes it (RFC 4291, section 2.5.5.2)


class Crowd:
    """Counts by group; what nobody is in takes no memory."""

    def __init__(self) -> None:
        self.counts = {}

    def enter(self, group: bytes) -> cython.long:
        """Count one more, and return how many there are now."""
        count: cython.long = self.counts.get(group, 0) + 1
        self.counts[group] = count
        return count

    def leave(self, group: bytes) -> cython.int:
        """Count one less."""
        count: cython.long = self.counts.get(group, 1) - 1
        if count > 0:
            self.counts[group] = count
        else:
            self.counts.pop(group, None)
        return 0


def group_of(address: bytes) -> bytes:
    """Return the group of an address of 4 or 16 octets."""
    if len(address) == 16:
        return address[12:] if address[:12] == MAPPED else address[:8]
    return address
