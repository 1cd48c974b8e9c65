"""Values by name, of cookies (RFC 6265, section 4.2.1) and of a query's parameters, found where they lie.

Nothing is decoded: the octets are looked at as they came, and a name is that very name.
"""

import cython

if not cython.compiled:
    COOKIE_STOP = 59
    PARAMETER_STOP = 38


def value_end(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, separator: cython.uchar
) -> cython.Py_ssize_t:  # hot
    """Return where the value that begins at `at` stops: before the separator, or at `end`."""
    while at < end and data[at] != separator:
        at += 1
    return at


def _named(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, name: bytes
) -> cython.Py_ssize_t:  # hot
    """Return the offset behind `name` and an equals sign, if that is what data[at:end] begins with, else -1."""
    wanted: cython.p_const_uchar = name
    size: cython.Py_ssize_t = len(name)
    place: cython.Py_ssize_t
    if end - at <= size or data[at + size] != 61:
        return -1
    for place in range(size):
        if data[at + place] != wanted[place]:
            return -1
    return at + size + 1


def cookie_at(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, name: bytes
) -> cython.Py_ssize_t:  # hot
    """Return where the value of the first cookie with this name begins, or -1."""
    found: cython.Py_ssize_t
    while at < end:
        while at < end and data[at] == 32:
            at += 1
        found = _named(data, at, end, name)
        if found >= 0:
            return found
        at = value_end(data, at, end, COOKIE_STOP) + 1
    return -1


def parameter_at(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, name: bytes
) -> cython.Py_ssize_t:  # hot
    """Return where the value of the first parameter with this name begins, or -1."""
    found: cython.Py_ssize_t
    while at < end:
        found = _named(data, at, end, name)
        if found >= 0:
            return found
        at = value_end(data, at, end, PARAMETER_STOP) + 1
    return -1


def cookie(data: bytes, name: bytes) -> bytes | None:
    """Return the value of a cookie, for tests and tools."""
    at: cython.Py_ssize_t = cookie_at(data, 0, len(data), name)
    return None if at < 0 else data[at : value_end(data, at, len(data), COOKIE_STOP)]


def parameter(data: bytes, name: bytes) -> bytes | None:
    """Return the value of a parameter, for tests and tools."""
    at: cython.Py_ssize_t = parameter_at(data, 0, len(data), name)
    return None if at < 0 else data[at : value_end(data, at, len(data), PARAMETER_STOP)]
