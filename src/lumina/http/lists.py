"""Lists in field values, from their end; their elements may hold quoted strings (RFC 9110, sections 5.6.1, 5.6.4)."""

import cython


def element_start(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.Py_ssize_t:  # hot
    """Return where the last element of data[at:end] begins, or -1.

    It is looked for from the end, which the last proxy wrote: so a quotation mark that a client left open before it
    swallows nothing.
    """
    while end > at:
        if data[end - 1] == 44:
            return end
        end -= 1
        if data[end] == 34:
            end = _quoted_start(data, at, end)
            if end < 0:
                return -1
    return at


def _quoted_start(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.Py_ssize_t:  # hot
    """Return the offset of the quotation mark that opens what ends before `end`, or -1."""
    place: cython.Py_ssize_t
    while end > at:
        end -= 1
        if data[end] != 34:
            continue
        place = end
        while place > at and data[place - 1] == 92:
            place -= 1
        if not (end - place) & 1:
            return end
        end = place
    return -1


def quoted_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return the offset of the quotation mark that closes what begins at `at`, or -1."""
    while at < end and data[at] != 34:
        at += 2 if data[at] == 92 else 1
    return at if at < end else -1


def last_element(data: bytes) -> bytes | None:
    """Return the last element of a list, with the white space around it, or None; for tests and tools."""
    at = element_start(data, 0, len(data))
    return None if at < 0 else data[at:]


def string_end(data: bytes) -> int:
    """Do what `quoted_end` does from the first octet on, for tests and tools."""
    return quoted_end(data, 0, len(data))
