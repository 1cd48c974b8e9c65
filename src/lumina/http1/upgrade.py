"""Which protocols a client may change to through this gateway (RFC 9110, section 7.8).

Never to another version of HTTP, nor to TLS, inside which HTTP would go on (RFC 2817): behind the tunnel the client
could ask the upstream for any path, past all routes and policies. RFC 9113 has withdrawn the one, and nobody has
taken up the other, so nobody loses what they need.
"""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.octets import same_but_case
    from lumina.http1.fields import NAME_UPGRADE, drop_blanks, element_end, is_token, same_word, skip_blanks


def may_upgrade(fields: Fields, data: cython.p_const_uchar) -> cython.bint:
    """Say whether the Upgrade fields name a protocol, and nothing but protocols that lead nowhere past the gateway."""
    found: cython.bint = False
    fields.walk(NAME_UPGRADE)
    while fields.next_element(data):
        if fields.element_size > 0:  # a list of nothing asks for nothing (RFC 9110, section 5.6.1.2)
            if not _is_open(data, fields.element_at, fields.element_at + fields.element_size):
                return False
            found = True
    return found


def _is_open(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Say whether data[at:end] is a protocol, `name [ "/" version ]`, that a client may change to."""
    stop: cython.Py_ssize_t = at
    while stop < end and data[stop] != 47:
        stop += 1
    if not is_token(data, at, stop) or (stop < end and not is_token(data, stop + 1, end)):
        return False
    if same_word(data, at, stop - at, b"tls", 3) or same_word(data, at, min(stop - at, 2), b"h2", 2):
        return False
    return not same_word(data, at, min(stop - at, 4), b"http", 4)


def protocols_of(fields: Fields, data: cython.p_const_uchar) -> bytes:
    """Return the protocols of all Upgrade fields that a client may change to, as one list (RFC 9110, section 5.3)."""
    found: list[bytes] = []
    end: cython.Py_ssize_t
    fields.walk(NAME_UPGRADE)
    while fields.next_element(data):
        end = fields.element_at + fields.element_size
        if _is_open(data, fields.element_at, end):
            found.append(data[fields.element_at : end])
    return b", ".join(found)


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


def protocols_in(fields: Fields, data: bytes) -> bytes:
    """Do what `protocols_of` does, for tests."""
    return protocols_of(fields, data)


def agrees(asked: bytes, fields: Fields, data: bytes) -> bool:
    """Do what `agreed` does, for tests."""
    return agreed(asked, fields, data)
