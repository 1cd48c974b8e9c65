"""Whose a connection is: the address it comes from and the one it was made to."""

import cython

from lumina.http.addresses import octets_of, text_of

End = tuple[str, int]

if not cython.compiled:
    ADDRESS = 16


class Parties:
    """Both ends of a connection, or that they are not known."""

    __slots__ = ("destination", "destination_port", "family", "source", "source_port")

    def __init__(self) -> None:
        if not cython.compiled:
            self.source = bytearray(ADDRESS)
            self.destination = bytearray(ADDRESS)
        self.family = 0
        self.source_port = 0
        self.destination_port = 0

    def tell(self, family: int, source: End, destination: End) -> None:
        """Take these, each an address and a port."""
        at: cython.int
        first = octets_of(source[0])
        second = octets_of(destination[0])
        if first is None or second is None:
            raise ValueError(f"no addresses: {source[0]}, {destination[0]}")
        for at in range(ADDRESS):
            self.source[at] = first[at]
            self.destination[at] = second[at]
        self.family = family
        self.source_port = source[1]
        self.destination_port = destination[1]

    @property
    def told(self) -> tuple[End, End] | None:
        """Both ends, each an address and a port; None where they are not known."""
        if self.family == 0:
            return None
        return (
            (text_of(bytes(self.source[:ADDRESS]), self.family), self.source_port),
            (text_of(bytes(self.destination[:ADDRESS]), self.family), self.destination_port),
        )
