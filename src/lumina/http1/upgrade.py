"""Which protocols a client may change to through this gateway (RFC 9110, section 7.8).

Never to HTTP/2 in clear text (h2c): behind the tunnel the client could ask the upstream for any path, past all routes
and policies. RFC 9113 has withdrawn it, so nobody loses what they need.
"""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_UPGRADE, drop_blanks, element_end, same_word, skip_blanks


def may_upgrade(fields: Fields, data: cython.p_const_uchar) -> cython.bint:
    """Say whether the Upgrade fields, of which there is one at least, name no version of HTTP."""
    place: cython.int
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    stop: cython.Py_ssize_t
    size: cython.Py_ssize_t
    for place in range(fields.upgrade_field, fields.count):
        if fields.known[place] != NAME_UPGRADE:
            continue
        at = fields.value_at[place]
        end = at + fields.value_size[place]
        while at < end:
            at = skip_blanks(data, at, end)
            stop = element_end(data, at, end)
            size = drop_blanks(data, at, stop) - at
            if same_word(data, at, min(size, 3), b"h2c", 3) or same_word(data, at, min(size, 4), b"http", 4):
                return False
            at = stop + 1
    return True
