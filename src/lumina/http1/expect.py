"""What a client expects before it sends its content (RFC 9110, section 10.1.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_EXPECT, same_word


def only_continue(fields: Fields, data: cython.p_const_uchar, minor: cython.int) -> cython.bint:
    """Say whether nothing but 100-continue is expected, and note how often.

    A list may have empty members (RFC 9110, section 5.6.1.2). One of nothing else is not passed on, and none is in
    HTTP/1.0, where 100-continue means nothing.
    """
    place: cython.int
    fields.expectations = 0
    fields.walk(NAME_EXPECT)
    while fields.next_element(data):
        if fields.element_size == 0:
            continue
        if not same_word(data, fields.element_at, fields.element_size, b"100-continue", 12):
            return False
        fields.expectations += 1
    if minor == 0:
        fields.expectations = 0
    if fields.expectations == 0:
        for place in range(fields.expect_field, fields.count):
            if fields.known[place] == NAME_EXPECT:
                fields.hop[place] = 1
    return True
