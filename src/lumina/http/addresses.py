"""IP addresses: as text (RFC 4291, section 2.2), and as 16 octets, where IPv4 stands as IPv6 writes it (2.5.5.2)."""

import cython

if not cython.compiled:
    ADDRESS, ADDRESS_TEXT = 16, 45

MAPPED = [0] * 10 + [255] * 2


def read_address(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, octets: cython.p_uchar
) -> cython.int:
    """Read data[at:end]; return 4 or 6, by how it is written, or 0 where it is no address."""
    place: cython.Py_ssize_t
    for place in range(at, min(end, at + 5)):
        if data[place] == 58:
            return 6 if read_ipv6(data, at, end, octets) else 0
        if data[place] == 46:
            return 4 if read_ipv4(data, at, end, octets) else 0
    return 0


def read_ipv4(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, octets: cython.p_uchar
) -> cython.bint:
    """Read four decimal numbers without leading zeros; they are the last four of the octets."""
    place: cython.int
    for place in range(12):
        octets[place] = MAPPED[place]
    return _four(data, at, end, octets, 12)


def _four(
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    octets: cython.p_uchar,
    place: cython.int,
) -> cython.bint:
    part: cython.int
    number: cython.int
    start: cython.Py_ssize_t
    for part in range(4):
        if part > 0:
            if at >= end or data[at] != 46:
                return False
            at += 1
        start = at
        number = 0
        while at < end and at - start < 3 and 48 <= data[at] <= 57:
            number = number * 10 + data[at] - 48
            at += 1
        if at == start or number > 255 or (data[start] == 48 and at - start > 1):
            return False
        octets[place + part] = number
    return at == end


def read_ipv6(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, octets: cython.p_uchar
) -> cython.bint:
    """Read eight groups of hexadecimal digits, of which `::` leaves out one or more; the last two may be as in IPv4."""
    gap: cython.int = -1  # where the groups that are left out belong
    count: cython.int = 0  # octets that have been read
    value: cython.int
    start: cython.Py_ssize_t
    if end - at >= 2 and data[at] == 58 and data[at + 1] == 58:
        gap = 0
        at += 2
    while at < end:
        start = at
        value = 0
        while at < end and at - start < 4 and _digit(data[at]) >= 0:
            value = value * 16 + _digit(data[at])
            at += 1
        if at < end and data[at] == 46:
            return count <= 12 and _four(data, start, end, octets, count) and _spread(octets, gap, count + 4)
        if at == start or count == 16:
            return False
        octets[count] = value >> 8
        octets[count + 1] = value & 255
        count += 2
        if at == end:
            break
        if data[at] != 58 or at + 1 == end:
            return False
        at += 1
        if data[at] == 58:
            if gap >= 0:
                return False
            gap = count
            at += 1
    return _spread(octets, gap, count)


def _spread(octets: cython.p_uchar, gap: cython.int, count: cython.int) -> cython.bint:
    """Put zeros where groups were left out; False where there are too many groups, or too few."""
    shift: cython.int = 16 - count
    place: cython.int
    if gap < 0:
        return shift == 0
    if shift < 2:
        return False
    for place in range(count - 1, gap - 1, -1):
        octets[place + shift] = octets[place]
    for place in range(gap, gap + shift):
        octets[place] = 0
    return True


def _digit(octet: cython.uchar) -> cython.int:
    if 48 <= octet <= 57:
        return octet - 48
    octet |= 32
    return octet - 87 if 97 <= octet <= 102 else -1


def is_mapped(octets: cython.p_const_uchar) -> cython.bint:
    """Say whether the address is one of IPv4."""
    place: cython.int
    for place in range(12):
        if octets[place] != MAPPED[place]:
            return False
    return True


def write_address(
    octets: cython.p_const_uchar, family: cython.int, out: cython.p_uchar, at: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Write an address as RFC 5952 has it to out[at:]; return the offset after it."""
    place: cython.int
    gap: cython.int = 16
    longest: cython.int = 2  # a group alone is written
    if family == 4:
        return _write_four(octets, out, at)
    for place in range(0, 16, 2):
        if _zeros(octets, place) > longest:
            longest = _zeros(octets, place)
            gap = place
    place = 0
    while place < 16:
        if place == gap:
            out[at] = 58
            out[at + 1] = 58
            at += 2
            place += longest
        elif place == 12 and is_mapped(octets):
            out[at] = 58
            return _write_four(octets, out, at + 1)
        else:
            if place > 0 and place != gap + longest:
                out[at] = 58
                at += 1
            at = _write_group(octets, place, out, at)
            place += 2
    return at


def _zeros(octets: cython.p_const_uchar, place: cython.int) -> cython.int:
    """Return how many octets from `place` on belong to groups of zero."""
    end: cython.int = place
    while end < 16 and octets[end] == 0 and octets[end + 1] == 0:
        end += 2
    return end - place


def _write_group(
    octets: cython.p_const_uchar, place: cython.int, out: cython.p_uchar, at: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    value: cython.int = octets[place] * 256 + octets[place + 1]
    shift: cython.int
    digit: cython.int
    begun: cython.bint = False
    for shift in range(12, -4, -4):
        digit = (value >> shift) & 15
        begun = begun or digit > 0 or shift == 0
        if begun:
            out[at] = digit + 48 if digit < 10 else digit + 87
            at += 1
    return at


def _write_four(octets: cython.p_const_uchar, out: cython.p_uchar, at: cython.Py_ssize_t) -> cython.Py_ssize_t:
    part: cython.int
    for part in range(12, 16):
        if part > 12:
            out[at] = 46
            at += 1
        at = write_number(octets[part], out, at)
    return at


def write_number(number: cython.uint, out: cython.p_uchar, at: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Write a number of at most five digits in decimal to out[at:]; return the offset after it."""
    power: cython.uint = 10000
    while power > 1 and number < power:
        power = power // 10
    while power > 0:
        out[at] = 48 + number // power
        number = number % power
        power = power // 10
        at += 1
    return at


def octets_of(text: str) -> bytes | None:
    """Return the 16 octets of an address, or None where the text is none: for tests and tools."""
    room = bytearray(ADDRESS)
    raw = text.encode()
    return bytes(room) if read_address(raw, 0, len(raw), room) else None


def text_of(octets: bytes, family: int) -> str:
    """Return the text of 16 octets, in the form of that family: for tests and tools."""
    room = bytearray(ADDRESS_TEXT)
    return room[: write_address(octets, family, room, 0)].decode()
