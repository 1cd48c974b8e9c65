"""How servers read a path that is not plain: each takes some octets for others, and no two take the same.

What such a server makes of a path is computed here, so that a gateway can refuse what would be another path for it.
"""

import cython

if not cython.compiled:
    from lumina.http.octets import HEX, OCTETS
    from lumina.http.target import remove_dots

    DROPS_PARAMETERS, MERGES_SLASHES, TURNS_BACKSLASHES, READS_OVERLONG, CUTS, TAKES_A_HOST = 1, 2, 4, 8, 16, 32


def decode(text: cython.p_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Decode every escape of text[:size] where it lies; return the size that is left."""
    at: cython.Py_ssize_t = 0
    out: cython.Py_ssize_t = 0
    while at < size:
        if text[at] == 37 and at + 2 < size and OCTETS[text[at + 1]] & OCTETS[text[at + 2]] & HEX:
            text[out] = _digit(text[at + 1]) * 16 + _digit(text[at + 2])
            at += 3
        else:
            text[out] = text[at]
            at += 1
        out += 1
    return out


def drop_parameters(text: cython.p_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Drop from each segment of text[:size] what follows a semicolon; return the size that is left."""
    at: cython.Py_ssize_t
    out: cython.Py_ssize_t = 0
    dropping: cython.bint = False
    for at in range(size):
        dropping = text[at] != 47 and (dropping or text[at] == 59)
        if not dropping:
            text[out] = text[at]
            out += 1
    return out


def ways(text: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.int:
    """Return in which ways servers may differ over text[:size], as bits."""
    at: cython.Py_ssize_t
    found: cython.int = 0
    if size >= 2 and text[0] == 47 and text[1] == 47:
        found |= TAKES_A_HOST
    for at in range(size):
        if text[at] == 59:
            found |= DROPS_PARAMETERS
        elif text[at] == 47:
            if at > 0 and text[at - 1] == 47:
                found |= MERGES_SLASHES
        elif text[at] == 92:
            found |= TURNS_BACKSLASHES | MERGES_SLASHES
        elif text[at] == 0xC0 or text[at] == 0xC1:
            found |= READS_OVERLONG | TURNS_BACKSLASHES | MERGES_SLASHES
        elif text[at] == 0 or text[at] == 35 or text[at] == 63:
            found |= CUTS
    if found & DROPS_PARAMETERS:
        found |= MERGES_SLASHES  # "/;a/" is "//" without its parameter
    return found


def read(
    text: cython.p_const_uchar, size: cython.Py_ssize_t, how: cython.int, out: cython.p_uchar, at: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Write text[:size] to out[at:] as a server reads it that does `how`; return where it ends, or PATH_CLIMBS."""
    base: cython.Py_ssize_t = at
    place: cython.Py_ssize_t = 0
    octet: cython.uchar
    dropping: cython.bint = False
    if how & TAKES_A_HOST:
        place = 2
        while place < size and text[place] != 47:
            place += 1
    while place < size:
        octet = text[place]
        place += 1
        if how & READS_OVERLONG and (octet == 0xC0 or octet == 0xC1) and place < size and text[place] & 0xC0 == 0x80:
            octet = (octet & 1) << 6 | text[place] & 63
            place += 1
        if octet == 92 and how & TURNS_BACKSLASHES:
            octet = 47
        if how & CUTS and (octet == 0 or octet == 35 or octet == 63):
            break
        if how & DROPS_PARAMETERS:
            dropping = octet != 47 and (dropping or octet == 59)
            if dropping:
                continue
        if octet == 47 and how & MERGES_SLASHES and at > base and out[at - 1] == 47:
            continue
        out[at] = octet
        at += 1
    return remove_dots(out, base, at)


def _digit(octet: cython.uchar) -> cython.int:
    """Return the value of a hexadecimal digit."""
    return octet - 48 if octet <= 57 else (octet | 32) - 87


def reading(path: bytes, how: int, rounds: int) -> bytes | None:
    """Return `path` decoded so often and read so, or None where it climbs above its root; for tests."""
    text = bytearray(path)
    size = len(path)
    for _ in range(rounds):
        size = decode(text, size)
    room = bytearray(size + 2)
    end = read(text, size, how, room, 0)
    return None if end < 0 else bytes(room[:end])


def ways_of(path: bytes) -> int:
    """Do what `ways` does, for tests."""
    return ways(path, len(path))


def without_parameters(path: bytes) -> bytes:
    """Do what `drop_parameters` does, for tests."""
    text = bytearray(path)
    return bytes(text[: drop_parameters(text, len(path))])
