"""Whether all servers that read a path differently would still find it under the route that was chosen for it."""

import cython

from lumina.routing.table import PrefixTable

if not cython.compiled:
    from lumina.http.readings import (
        DROPS_PARAMETERS,
        TAKES_A_HOST,
        decode,
        drop_parameters,
        read,
        ways,
    )

READINGS = 64  # every way with every other
ROUNDS = 2  # how often a server may decode: once as it should, once more in its framework
LONG = 2048  # octets; a longer path that may be read in more than a few ways is not worth the work
FEW = 16  # readings


class Agreement:
    """Reads paths as servers do. Owns the memory for it, so there is one for each worker."""

    __slots__ = ("_first", "_first_room", "_text", "_text_room", "_trial", "_trial_room")

    def __init__(self) -> None:
        self.reserve(0)

    def reserve(self, size: cython.Py_ssize_t) -> None:
        """Make room for paths of up to `size` octets."""
        self._first_room = bytearray(size + 2)
        self._text_room = bytearray(size + 2)
        self._trial_room = bytearray(size + 2)
        self._first = self._first_room
        self._text = self._text_room
        self._trial = self._trial_room

    def holds(
        self,
        table: PrefixTable,
        path: cython.p_const_uchar,
        size: cython.Py_ssize_t,
        prefix: cython.Py_ssize_t,
        bare: cython.bint,
    ) -> cython.bint:
        """Say whether path[:size] has one entry of the table however it is read.

        prefix: octets of the path that the entry covers, without a slash at its end; no server may climb out of them.
        bare: what is behind the prefix is forwarded with nothing before it, so that a server may take it for `//host`.
        """
        value: cython.int = table.find(path, 0, size)
        at: cython.Py_ssize_t
        drops: cython.int
        found: cython.int
        seen: cython.int = 0
        if size + 2 > len(self._trial_room) or value < 0:
            return False
        for at in range(size):
            self._trial[at] = path[at]
        for at in range(prefix, size):
            self._first[at - prefix] = path[at]
        size -= prefix
        for drops in range(1 << ROUNDS):  # a bit says whether parameters are dropped before that decoding
            if drops and not seen & DROPS_PARAMETERS:
                break
            found = self._rounds(table, size, prefix, value * 2 + bare, drops)
            if found < 0:
                return False
            seen |= found
        return True

    def _rounds(
        self,
        table: PrefixTable,
        size: cython.Py_ssize_t,
        prefix: cython.Py_ssize_t,
        wanted: cython.int,
        drops: cython.int,
    ) -> cython.int:
        """Try the path decoded never, once and twice; return the ways in which it may be read, or -1."""
        at: cython.Py_ssize_t
        before: cython.Py_ssize_t
        rounds: cython.int = 0
        found: cython.int
        seen: cython.int = 0
        for at in range(size):
            self._text[at] = self._first[at]
        while True:
            found = ways(self._text, size)
            if not wanted & 1:
                found &= ~TAKES_A_HOST
            if not self._readings(table, size, prefix, wanted >> 1, found):
                return -1
            seen |= found
            if rounds == ROUNDS:
                return seen
            if drops >> rounds & 1:
                size = drop_parameters(self._text, size)
            before = size
            size = decode(self._text, size)
            if size == before and not drops:
                return seen
            rounds += 1

    def _readings(
        self,
        table: PrefixTable,
        size: cython.Py_ssize_t,
        prefix: cython.Py_ssize_t,
        value: cython.int,
        found: cython.int,
    ) -> cython.bint:
        """Try every way of reading the text, and say whether all lead to the same entry."""
        how: cython.int
        end: cython.Py_ssize_t
        if size > LONG and found > FEW:
            return False
        for how in range(READINGS):
            if how & ~found:
                continue
            end = read(self._text, size, how, self._trial, prefix)
            if end == 0:
                self._trial[0] = 47
                end = 1
            if end < 0 or table.find(self._trial, 0, end) != value:
                return False
        return True

    def agrees(self, table: PrefixTable, path: bytes, prefix: int, bare: bool = False) -> bool:
        """Do what `holds` does, for tests."""
        self.reserve(len(path))
        return self.holds(table, path, len(path), prefix, bare)
