"""Prefixes of paths, found by longest match at segment boundaries, at a cost that does not grow with their number.

One pass over the path hashes it octet by octet (FNV-1a), and at each boundary asks a hash table for what was passed.
"""

import cython

if not cython.compiled:
    SLOT_SIZE = 20

Entry = tuple[bytes, int, bool]

HASH_SEED = 0x811C9DC5
HASH_PRIME = 0x01000193
HASH_MASK = 0xFFFFFFFF
EXACT_MARK = 0x5BD1E995  # so that an exact entry and a prefix of the same octets lie apart


class PrefixTable:
    """Maps prefixes, and exact paths, to numbers. Immutable."""

    __slots__ = ("_key_room", "_keys", "_longest", "_mask", "_root", "_slashed", "_slot_room", "_slots")

    def __init__(self, entries: list[Entry]) -> None:
        """Build from (prefix, value, exact); a prefix that comes twice is a ValueError."""
        slots = 8
        while slots < 2 * len(entries):
            slots *= 2
        room = bytearray(SLOT_SIZE * slots)
        keys = bytearray()
        seen: set[tuple[bytes, bool]] = set()
        self._mask = slots - 1
        self._root = -1
        self._slashed = False
        self._longest = max((len(prefix) for prefix, _, _ in entries), default=0)
        for prefix, value, exact in entries:
            named = (prefix or b"/", exact)
            if named in seen:
                raise ValueError(f"the path {prefix.decode('latin-1')!r} comes twice")
            seen.add(named)
            if named == (b"/", False):
                self._root = value
            else:
                self._slashed = self._slashed or (prefix.endswith(b"/") and not exact)
                _insert(room, slots, prefix, exact, (len(keys), value))
                keys += prefix
        self._slot_room = bytes(room)
        self._key_room = bytes(keys)
        self._slots = self._slot_room
        self._keys = self._key_room

    def find(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
        """Return the value of the entry that matches the path data[at : at + size] best, or -1.

        An exact entry beats every prefix; of these the longest wins. A prefix without a slash at its end matches what
        equals it or goes on with a slash.
        """
        octet: cython.uchar
        place: cython.Py_ssize_t
        value: cython.int
        best: cython.int
        passed: cython.ulonglong = HASH_SEED
        if size == 0 or data[at] != 47:
            return -1
        best = self._root
        for place in range(min(size, self._longest)):
            octet = data[at + place]
            if octet == 47 and place > 0:
                value = self._value(data, at, place, passed, False)
                if value >= 0:
                    best = value
            passed = ((passed ^ octet) * HASH_PRIME) & HASH_MASK
            if octet == 47 and self._slashed:
                value = self._value(data, at, place + 1, passed, False)
                if value >= 0:
                    best = value
        if size > self._longest and data[at + self._longest] != 47:
            return best
        place = min(size, self._longest)
        value = self._value(data, at, place, passed, True) if place == size else -1
        if value < 0:
            value = self._value(data, at, place, passed, False)
        return value if value >= 0 else best

    def _value(  # hot
        self,
        data: cython.p_const_uchar,
        at: cython.Py_ssize_t,
        size: cython.Py_ssize_t,
        passed: cython.ulonglong,
        exact: cython.uint,
    ) -> cython.int:
        """Return the value of the entry that is data[at : at + size], whose hash is `passed`; -1: none."""
        key: cython.Py_ssize_t
        place: cython.Py_ssize_t
        wanted: cython.uint = passed ^ EXACT_MARK if exact else passed
        slot: cython.Py_ssize_t = wanted & self._mask
        base: cython.Py_ssize_t = slot * SLOT_SIZE
        while number_at(self._slots, base + 16) != 0:
            if (
                number_at(self._slots, base) == wanted
                and number_at(self._slots, base + 4) == size
                and number_at(self._slots, base + 8) == exact
            ):
                key = number_at(self._slots, base + 12)
                place = 0
                while place < size and self._keys[key + place] == data[at + place]:
                    place += 1
                if place == size:
                    return number_at(self._slots, base + 16) - 1
            slot = (slot + 1) & self._mask
            base = slot * SLOT_SIZE
        return -1

    def match(self, path: bytes) -> int:
        """Return what `find` does for the whole of `path`."""
        return self.find(path, 0, len(path))


def _insert(room: bytearray, slots: int, prefix: bytes, exact: bool, target: tuple[int, int]) -> None:
    """Write one entry, with its key's place and its value, to the first free slot from where it is looked for."""
    passed = HASH_SEED
    for octet in prefix:
        passed = ((passed ^ octet) * HASH_PRIME) & HASH_MASK
    if exact:
        passed ^= EXACT_MARK
    base = (passed & (slots - 1)) * SLOT_SIZE
    while number_at(room, base + 16):
        base = (base + SLOT_SIZE) % len(room)
    place, value = target
    for number in (passed, len(prefix), int(exact), place, value + 1):
        room[base : base + 4] = number.to_bytes(4, "little")
        base += 4


def number_at(data: cython.p_const_uchar, at: cython.Py_ssize_t) -> cython.uint:  # hot
    """Return the number of four octets at `at`, the least first."""
    number: cython.uint = data[at + 3]  # written out, so that a compiler makes one load of it
    number = number << 8 | data[at + 2]
    number = number << 8 | data[at + 1]
    number <<= 8
    number |= data[at]
    return number
