"""What a hashing balancer goes by, as one number: an address, a name or any other octets, hashed.

Every worker, and every gateway, gets the same number for the same octets. It keeps nobody from looking for octets
with a number that he likes: who does so gets an endpoint that he could have had by chance, up to its share of the load.
"""

import cython

if not cython.compiled:
    from lumina.balancing.candidates import mix


def key_of(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.ulonglong:  # hot
    """Return 64 bits that depend on all octets of data[at:end], and on how many there are."""
    bits: cython.ulonglong = cython.cast(cython.ulonglong, end - at)
    word: cython.ulonglong
    place: cython.int
    while at < end:
        word = 0
        place = 0
        while at < end and place < 8:
            word = word << 8 | data[at]
            at += 1
            place += 1
        bits = mix(bits, word)
    return bits


def key_for(data: bytes) -> int:
    """Return what key_of() does, for tests and tools."""
    return key_of(data, 0, len(data))
