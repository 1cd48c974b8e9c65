"""A PROXY header as it comes, in either version (The PROXY protocol, versions 1 and 2, section 2).

It is read from its beginning each time, from octets that lie together: it is short, and its receiver leaves them in the
kernel until it is whole, so nothing of it is kept. What comes after it is not looked at.

LOCAL, UNKNOWN and UNSPEC, unix sockets and datagrams say nothing of a client that HTTP could use: such a connection is
taken for what its socket says.
"""

import cython

from lumina.proxy_protocol.parties import Parties

if not cython.compiled:
    from lumina.http.addresses import ADDRESS, MAPPED, read_ipv4, read_ipv6
    from lumina.http.authority import read_port
    from lumina.proxy_protocol.checksum import crc32c
    from lumina.proxy_protocol.refusals import (
        REFUSAL_CHECKSUM,
        REFUSAL_MALFORMED,
        REFUSAL_MISSING,
        REFUSAL_NONE,
        REFUSAL_TOO_LONG,
    )

    MORE, REFUSED = -1, -2
    LONGEST_TEXT, LONGEST, FIXED, MARK = 107, 4096, 16, 12

TEXT_MARK = list(b"PROXY ")
BINARY_MARK = list(b"\r\n\r\n\0\r\nQUIT\n")
ADDRESSES = [0, 12, 36, 216]  # unspecified, IPv4, IPv6, unix


class ProxyHeader(Parties):
    """What the last header that was read says."""

    __slots__ = ("refusal", "version")

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.refusal = REFUSAL_NONE

    def read(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Read a header at the beginning of data[:size]; return where it ends, MORE, or REFUSED with a refusal."""
        begun: cython.Py_ssize_t = self.begins(data, size)
        self.family = 0
        self.version = 0
        self.refusal = REFUSAL_NONE
        if begun == REFUSED:
            return self._refuse(REFUSAL_MISSING)
        if begun == MORE:
            return MORE
        return self._text(data, size) if begun == 1 else self._binary(data, size)

    def begins(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Say with which version's header data[:size] begins: 1 or 2, REFUSED for none, MORE where it is too short."""
        at: cython.Py_ssize_t
        if size == 0:
            return MORE
        if data[0] == TEXT_MARK[0]:
            for at in range(min(size, 6)):
                if data[at] != TEXT_MARK[at]:
                    return REFUSED
            return 1 if size >= 6 else MORE
        for at in range(min(size, MARK)):
            if data[at] != BINARY_MARK[at]:
                return REFUSED
        return 2 if size >= MARK else MORE

    def _refuse(self, refusal: cython.int) -> cython.Py_ssize_t:
        self.refusal = refusal
        self.family = 0
        return REFUSED

    # Version 1: a line of text.

    def _text(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        at: cython.Py_ssize_t = 6
        end: cython.Py_ssize_t = min(size, LONGEST_TEXT - 1)  # before which a line feed can be the last octet
        self.version = 1
        while at < end and data[at] != 13:
            if data[at] == 10:
                return self._refuse(REFUSAL_MALFORMED)
            at += 1
        if at == LONGEST_TEXT - 1:
            return self._refuse(REFUSAL_TOO_LONG)
        if at + 1 >= size:
            return MORE
        if data[at + 1] != 10 or not self._line(data, 6, at):
            return self._refuse(REFUSAL_MALFORMED)
        return at + 2

    def _line(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Read `protocol source destination port port`, with one space between two of them."""
        stop: cython.Py_ssize_t = _word_end(data, at, end)
        if _is(data, at, stop, b"UNKNOWN", 7):
            return True  # whatever follows
        if _is(data, at, stop, b"TCP4", 4):
            family: cython.int = 4
        elif _is(data, at, stop, b"TCP6", 4):
            family = 6
        else:
            return False
        at = stop + 1
        stop = _word_end(data, at, end)
        if not (read_ipv4(data, at, stop, self.source) if family == 4 else read_ipv6(data, at, stop, self.source)):
            return False
        at = stop + 1
        stop = _word_end(data, at, end)
        if not (
            read_ipv4(data, at, stop, self.destination) if family == 4 else read_ipv6(data, at, stop, self.destination)
        ):
            return False
        at = stop + 1
        stop = _word_end(data, at, end)
        self.source_port = _port(data, at, stop)
        self.destination_port = _port(data, stop + 1, end)
        if self.source_port < 0 or self.destination_port < 0:
            return False
        self.family = family
        return True

    # Version 2: sixteen octets, addresses, and more that is told as type, length and value.

    def _binary(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        family: cython.int = 0
        end: cython.Py_ssize_t
        refusal: cython.int
        self.version = 2
        if size > MARK and data[MARK] != 0x20 and data[MARK] != 0x21:
            return self._refuse(REFUSAL_MALFORMED)
        if size > MARK + 1 and data[MARK] == 0x21:
            family = data[MARK + 1] >> 4
            transport: cython.int = data[MARK + 1] & 15
            if family > 3 or transport > 2 or (family == 0) != (transport == 0):
                return self._refuse(REFUSAL_MALFORMED)
        if size < FIXED:
            return MORE
        end = FIXED + data[14] * 256 + data[15]
        if end > LONGEST:
            return self._refuse(REFUSAL_TOO_LONG)
        if end < FIXED + ADDRESSES[family]:
            return self._refuse(REFUSAL_MALFORMED)
        if size < end:
            return MORE
        if family > 0:
            refusal = self._values(data, FIXED + ADDRESSES[family], end)
            if refusal != REFUSAL_NONE:
                return self._refuse(refusal)
        if data[MARK + 1] == 0x11 and family == 1:
            self._take(data, 4)
        elif data[MARK + 1] == 0x21 and family == 2:
            self._take(data, 6)
        return end

    def _take(self, data: cython.p_const_uchar, family: cython.int) -> None:
        """Take the addresses and ports of a stream."""
        implied: cython.int = 12 if family == 4 else 0  # octets that are not told
        size: cython.int = ADDRESS - implied
        at: cython.int
        for at in range(ADDRESS):
            if at < implied:
                self.source[at] = MAPPED[at]
                self.destination[at] = MAPPED[at]
            else:
                self.source[at] = data[FIXED + at - implied]
                self.destination[at] = data[FIXED + size + at - implied]
        at = FIXED + 2 * size
        self.source_port = data[at] * 256 + data[at + 1]
        self.destination_port = data[at + 2] * 256 + data[at + 3]
        self.family = family

    def _values(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
        """Go through what else is told, and check the whole where there is a checksum (section 2.2.3)."""
        found: cython.Py_ssize_t = 0
        size: cython.Py_ssize_t
        crc: cython.uint
        while at < end:
            if end - at < 3:
                return REFUSAL_MALFORMED
            size = data[at + 1] * 256 + data[at + 2]
            if size > end - at - 3:
                return REFUSAL_MALFORMED
            if data[at] == 0x03:
                if size != 4 or found > 0:
                    return REFUSAL_MALFORMED
                found = at + 3
            at += 3 + size
        if found == 0:
            return REFUSAL_NONE
        crc = crc32c(0, data, 0, found)
        crc = crc32c(crc, b"\0\0\0\0", 0, 4)  # its own place counts as zero
        crc = crc32c(crc, data, found + 4, end)
        for at in range(4):
            if data[found + at] != (crc >> (24 - 8 * at)) & 255:
                return REFUSAL_CHECKSUM
        return REFUSAL_NONE

    def feed(self, data: bytes) -> int:
        """Read a header at the beginning of `data`, for tests and tools."""
        return self.read(data, len(data))


def _word_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    while at < end and data[at] != 32:
        at += 1
    return at


def _is(
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    word: cython.p_const_uchar,
    size: cython.Py_ssize_t,
) -> cython.bint:
    place: cython.Py_ssize_t
    if end - at != size:
        return False
    for place in range(size):
        if data[at + place] != word[place]:
            return False
    return True


def _port(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    """Return the port data[at:end], which no zero may begin but one alone, or -1."""
    if at >= end or (data[at] == 48 and end - at > 1):
        return -1
    return read_port(data, at, end)
