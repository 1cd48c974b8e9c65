"""What a client expects before it sends its content (RFC 9110, section 10.1.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_EXPECT, same_word

    SIZE = 12


def only_continue(fields: Fields, data: cython.p_const_uchar, minor: cython.int) -> cython.bint:
    """Say whether nothing but 100-continue is expected, and note how often.

    A list may have empty members (RFC 9110, section 5.6.1.2), and any number of the same. Of all that, one member goes
    on: there are servers that compare the whole field. In HTTP/1.0 it means nothing, and none does.
    """
    place: cython.int
    first: cython.Py_ssize_t = -1
    fields.expectations = 0
    fields.walk(NAME_EXPECT)
    while fields.next_element(data):
        if fields.element_size == 0:
            continue
        if not same_word(data, fields.element_at, fields.element_size, b"100-continue", SIZE):
            return False
        fields.expectations += 1
        if first < 0:
            first = fields.element_at
    if minor == 0:
        fields.expectations = 0
    for place in range(fields.expect_field, fields.count):
        if fields.known[place] == NAME_EXPECT:
            _narrow(fields, place, first if fields.expectations > 0 else -1)
    return True


def _narrow(fields: Fields, place: cython.int, at: cython.Py_ssize_t) -> None:
    """Leave of the field at `place` the member at `at`, or nothing where that is not one of its own."""
    if not fields.value_at[place] <= at < fields.value_at[place] + fields.value_size[place]:
        fields.hop[place] = 1
    elif fields.value_size[place] != SIZE:
        fields.value_at[place] = at
        fields.value_size[place] = SIZE
        fields.odd[place] = 1  # it does not go as it lies
