"""Which protocols a client may change to through this gateway (RFC 9110, section 7.8).

Never to HTTP/2 in clear text (h2c): behind the tunnel the client could ask the upstream for any path, past all routes
and policies. RFC 9113 has withdrawn it, so nobody loses what they need.
"""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.octets import same_but_case
    from lumina.http1.fields import NAME_UPGRADE, drop_blanks, element_end, same_word, skip_blanks


def may_upgrade(fields: Fields, data: cython.p_const_uchar) -> cython.bint:
    """Say whether the Upgrade fields name no version of HTTP."""
    at: cython.Py_ssize_t
    size: cython.Py_ssize_t
    fields.walk(NAME_UPGRADE)
    while fields.next_element(data):
        at = fields.element_at
        size = fields.element_size
        if same_word(data, at, min(size, 3), b"h2c", 3) or same_word(data, at, min(size, 4), b"http", 4):
            return False
    return True


def protocols_of(fields: Fields, data: cython.p_const_uchar) -> bytes:
    """Return what the request asks to change to."""
    at: cython.Py_ssize_t = fields.value_at[fields.upgrade_field]
    size: cython.Py_ssize_t = fields.value_size[fields.upgrade_field]
    asked: bytes = data[at : at + size]
    return asked


def agreed(asked: bytes, fields: Fields, data: cython.p_const_uchar) -> cython.bint:
    """Say whether an answer tells what it changes to, and that this was asked for, all of it."""
    found: cython.bint = False
    fields.walk(NAME_UPGRADE)
    while fields.next_element(data):
        if fields.element_size > 0:
            if not _listed(asked, len(asked), data, fields.element_at, fields.element_size):
                return False
            found = True
    return found


def _listed(
    asked: cython.p_const_uchar,
    end: cython.Py_ssize_t,
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    size: cython.Py_ssize_t,
) -> cython.bint:
    """Say whether data[at : at + size] is an element of asked[:end], case aside."""
    start: cython.Py_ssize_t = 0
    stop: cython.Py_ssize_t
    while start < end:
        start = skip_blanks(asked, start, end)
        stop = element_end(asked, start, end)
        if drop_blanks(asked, start, stop) - start == size and same_but_case(asked, start, data, at, size):
            return True
        start = stop + 1
    return False


def agrees(asked: bytes, fields: Fields, data: bytes) -> bool:
    """Do what `agreed` does, for tests."""
    return agreed(asked, fields, data)
