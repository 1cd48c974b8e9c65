"""CRC32c (RFC 9260, appendix A): the checksum that a header of version 2 may carry."""

import cython

if not cython.compiled:
    TABLE = [0] * 256

POLYNOMIAL = 0x82F63B78  # that of Castagnoli, its bits from the last to the first


def _fill() -> None:
    octet: cython.int
    for octet in range(256):
        value = octet
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
        TABLE[octet] = value


_fill()


def crc32c(crc: cython.uint, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.uint:
    """Return the checksum of data[at:end] behind octets whose checksum is `crc`; that of none is 0."""
    place: cython.Py_ssize_t
    crc ^= 0xFFFFFFFF
    for place in range(at, end):
        crc = TABLE[(crc ^ data[place]) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def checksum(data: bytes) -> int:
    """Return the checksum of `data`, for tests and tools."""
    return crc32c(0, data, 0, len(data))
