"""How long a request may take, as its fields say: `grpc-timeout` as gRPC over HTTP has it, or seconds.

What is left is written in a place of fixed width, blanks first, which are no part of a field's value: so the same place
takes what is left at the next try.
"""

import cython

if not cython.compiled:
    UNIT_NONE, UNIT_SECONDS, UNIT_MILLISECONDS, UNIT_GRPC = range(4)
    DEADLINE_WIDTH = 11
    DIGITS = 9
    GRPC_DIGITS = 8

LONGEST_DEADLINE = 86400.0  # seconds; who gives a request longer than a day gives it a day
_GRPC = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
GRPC_UNIT = [_GRPC.get(chr(octet), 0.0) for octet in range(128)]  # seconds


class Deadline:
    """One that was read."""

    __slots__ = ("seconds", "unit")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.unit = UNIT_NONE

    def _take(self, seconds: cython.double, unit: cython.int) -> cython.bint:  # hot
        if seconds <= 0.0:
            self.unit = UNIT_NONE
            return False
        self.seconds = min(seconds, LONGEST_DEADLINE)
        self.unit = unit
        return True

    def read_grpc(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t
    ) -> cython.bint:  # hot
        """Read a value of grpc-timeout: at most eight digits, and a unit."""
        stop: cython.Py_ssize_t = at + size - 1
        unit: cython.double
        place: cython.Py_ssize_t
        if size < 2 or size > GRPC_DIGITS + 1 or data[stop] >= 128:
            return self._take(0.0, UNIT_NONE)
        unit = GRPC_UNIT[data[stop]]
        for place in range(at, stop):
            if not 48 <= data[place] <= 57:
                return self._take(0.0, UNIT_NONE)
        return self._take(self._number(data, at, stop) * unit, UNIT_GRPC)

    def read_seconds(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t
    ) -> cython.bint:  # hot
        """Read a number, with decimals or without, of seconds or of what its unit says: ms, s, m or h."""
        end: cython.Py_ssize_t = at + size
        stop: cython.Py_ssize_t = at
        unit: cython.double = 1.0
        way: cython.int = UNIT_SECONDS
        while stop < end and (48 <= data[stop] <= 57 or data[stop] == 46):
            stop += 1
        if end - stop == 2 and data[stop] == 109 and data[stop + 1] == 115:  # ms
            unit = 1e-3
            way = UNIT_MILLISECONDS
        elif end - stop == 1:
            way = UNIT_MILLISECONDS
            if data[stop] == 109:  # m
                unit = 60.0
            elif data[stop] == 104:  # h
                unit = 3600.0
            elif data[stop] != 115:  # s
                unit = 0.0
        elif stop != end:
            unit = 0.0
        return self._take(self._number(data, at, stop) * unit, way)

    def _number(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.double:  # hot
        """Return the number of digits and at most one point between them; 0.0 where it is none, or a long one."""
        value: cython.double = 0.0
        part: cython.double = 1.0
        digits: cython.int = 0
        pointed: cython.bint = False
        if at == end or data[at] == 46 or data[end - 1] == 46:
            return 0.0
        while at < end:
            if data[at] == 46:
                if pointed:
                    return 0.0
                pointed = True
                digits = -1
            elif pointed:
                part *= 0.1
                value += part * (data[at] - 48)
            else:
                value = value * 10.0 + (data[at] - 48)
            digits += 1
            if digits > DIGITS:
                return 0.0
            at += 1
        return value

    def read(self, value: bytes, *, grpc: bool = False) -> bool:
        """Read a value, for tests and tools."""
        return self.read_grpc(value, 0, len(value)) if grpc else self.read_seconds(value, 0, len(value))


def write_left(out: cython.p_uchar, at: cython.Py_ssize_t, seconds: cython.double, unit: cython.int) -> None:  # hot
    """Write what is left to out[at : at + DEADLINE_WIDTH]."""
    place: cython.Py_ssize_t = at + DEADLINE_WIDTH
    value: cython.uint = 1
    rest: cython.uint
    digits: cython.int = 0
    if seconds > 0.001:
        value = cython.cast(cython.uint, min(seconds, LONGEST_DEADLINE) * 1000.0)
    if unit == UNIT_MILLISECONDS:
        place -= 2
        out[place] = 109
        out[place + 1] = 115
    elif unit == UNIT_GRPC:
        place -= 1
        out[place] = 109
    while value > 0 or (unit == UNIT_SECONDS and digits < 4):
        if digits == 3 and unit == UNIT_SECONDS:
            place -= 1
            out[place] = 46
        rest = value // 10
        place -= 1
        out[place] = 48 + (value - rest * 10)
        value = rest
        digits += 1
    while place > at:
        place -= 1
        out[place] = 32


def left(seconds: float, unit: int) -> bytes:
    """Return what write_left() writes, for tests and tools."""
    room = bytearray(DEADLINE_WIDTH)
    write_left(room, 0, seconds, unit)
    return bytes(room)
