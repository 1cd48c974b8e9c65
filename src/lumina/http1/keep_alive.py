"""How long a server keeps a connection that waits, as its Keep-Alive field says (RFC 2068, section 19.7.1.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import drop_blanks, element_end, same_word, skip_blanks

    DIGITS = 9

MARGIN = 0.5  # seconds that a request may take to get there: it must not meet the end of the connection


def idle_seconds(head: Fields, data: cython.p_const_uchar, most: cython.double) -> cython.double:  # hot
    """Return how long to keep a connection on which this head came: `most`, or less where its server says so."""
    at: cython.Py_ssize_t
    said: cython.double
    if head.keep_alive_field < 0:
        return most
    at = head.value_at[head.keep_alive_field]
    said = _timeout(data, at, at + head.value_size[head.keep_alive_field])
    return most if said < 0.0 else min(most, said - MARGIN)


def _timeout(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.double:
    """Return the seconds of the parameter `timeout`, or -1.0 where there is none that can be read."""
    stop: cython.Py_ssize_t
    last: cython.Py_ssize_t
    value: cython.double
    place: cython.Py_ssize_t
    while at < end:
        at = skip_blanks(data, at, end)
        stop = element_end(data, at, end)
        last = drop_blanks(data, at, stop)
        if last - at > 8 and data[at + 7] == 61 and same_word(data, at, 7, b"timeout", 7):
            if last - at - 8 > DIGITS:
                return -1.0
            value = 0.0
            for place in range(at + 8, last):
                if not 48 <= data[place] <= 57:
                    return -1.0
                value = value * 10.0 + (data[place] - 48)
            return value
        at = stop + 1
    return -1.0


def kept(head: Fields, data: bytes, most: float) -> float:
    """Do what idle_seconds() does, for tests."""
    return idle_seconds(head, data, most)
