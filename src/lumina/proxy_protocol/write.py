"""A PROXY header as it is sent (The PROXY protocol, versions 1 and 2, section 2)."""

import cython

from lumina.proxy_protocol.parties import Parties

if not cython.compiled:
    from lumina.http.addresses import ADDRESS, write_address, write_number

    HEADER_ROOM = 107


def write_header(parties: Parties | None, version: cython.int, out: cython.p_uchar) -> cython.Py_ssize_t:
    """Write the header of that version to `out`, which has HEADER_ROOM; return its size.

    Without parties it says that the connection is the sender's own: LOCAL, which version 1 can only call UNKNOWN.
    """
    return _text(parties, out) if version == 1 else _binary(parties, out)


def _text(parties: Parties | None, out: cython.p_uchar) -> cython.Py_ssize_t:
    at: cython.Py_ssize_t
    if parties is None or parties.family == 0:
        return _put(b"PROXY UNKNOWN\r\n", 15, out, 0)
    at = _put(b"PROXY TCP4 " if parties.family == 4 else b"PROXY TCP6 ", 11, out, 0)
    at = write_address(parties.source, parties.family, out, at)
    at = _put(b" ", 1, out, at)
    at = write_address(parties.destination, parties.family, out, at)
    at = _put(b" ", 1, out, at)
    at = write_number(parties.source_port, out, at)
    at = _put(b" ", 1, out, at)
    at = write_number(parties.destination_port, out, at)
    return _put(b"\r\n", 2, out, at)


def _binary(parties: Parties | None, out: cython.p_uchar) -> cython.Py_ssize_t:
    at: cython.Py_ssize_t = _put(b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0", 16, out, 0)
    size: cython.int
    octet: cython.int
    if parties is None:
        out[12] = 0x20
        return at
    if parties.family == 0:
        return at
    size = 4 if parties.family == 4 else 16
    out[13] = 0x11 if size == 4 else 0x21
    out[15] = 2 * size + 4
    for octet in range(size):
        out[at + octet] = parties.source[ADDRESS - size + octet]
        out[at + size + octet] = parties.destination[ADDRESS - size + octet]
    at += 2 * size
    out[at] = parties.source_port >> 8
    out[at + 1] = parties.source_port & 255
    out[at + 2] = parties.destination_port >> 8
    out[at + 3] = parties.destination_port & 255
    return at + 4


def _put(
    data: cython.p_const_uchar, size: cython.Py_ssize_t, out: cython.p_uchar, at: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    place: cython.Py_ssize_t
    for place in range(size):
        out[at + place] = data[place]
    return at + size


def header(parties: Parties | None, version: int) -> bytes:
    """Return the header of that version."""
    room = bytearray(HEADER_ROOM)
    return bytes(room[: write_header(parties, version, room)])
