"""What a client expects before it sends its content (RFC 9110, section 10.1.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_EXPECT, drop_blanks, element_end, same_word, skip_blanks


def only_continue(fields: Fields, data: cython.p_const_uchar, minor: cython.int) -> cython.bint:
    """Say whether nothing but 100-continue is expected. In HTTP/1.0 that means nothing, and is not passed on."""
    place: cython.int
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    stop: cython.Py_ssize_t
    for place in range(fields.expect_field, fields.count):
        if fields.known[place] != NAME_EXPECT:
            continue
        if minor == 0:
            fields.hop[place] = 1
        at = fields.value_at[place]
        end = at + fields.value_size[place]
        stop = -1
        while stop < end:
            at = skip_blanks(data, at, end)
            stop = element_end(data, at, end)
            if not same_word(data, at, drop_blanks(data, at, stop) - at, b"100-continue", 12):
                return False
            at = stop + 1
    return True
