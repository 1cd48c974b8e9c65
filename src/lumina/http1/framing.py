"""How a message body ends: the only reader of Content-Length and Transfer-Encoding (RFC 9112, section 6.3)."""

import cython

if not cython.compiled:
    from lumina.http1.fields import (
        NAME_CONTENT_LENGTH,
        NAME_TRANSFER_ENCODING,
        STRICT_LENGTHS,
        drop_blanks,
        element_end,
        same_word,
        skip_blanks,
    )
    from lumina.http1.rules import (
        RULE_CODING_NO_CONTENT,
        RULE_CODING_ORDER,
        RULE_CODING_UNKNOWN,
        RULE_CODING_VERSION,
        RULE_LENGTH,
        RULE_LENGTH_AND_CODING,
        RULE_LENGTH_REPEATED,
    )

    FRAMING_REFUSED, FRAMING_UNTIL_CLOSE, FRAMING_CHUNKED, FRAMING_NONE = -4, -3, -2, -1

from lumina.http1.fields import Fields

LENGTH_BOUND = 1 << 60  # octets: what a chunk size may be, too, and far from overflow
LENGTH_BOUND_TENTH = LENGTH_BOUND // 10


def request_framing(fields: Fields, data: cython.p_const_uchar, minor: cython.int) -> cython.longlong:  # hot
    """Return the content length of a request, FRAMING_NONE, FRAMING_CHUNKED, or FRAMING_REFUSED."""
    if fields.codings:
        return _coding(fields, data, minor)
    if fields.lengths:
        return _one_length(fields, data)
    return FRAMING_NONE


def response_framing(
    fields: Fields, data: cython.p_const_uchar, minor: cython.int, status: cython.int
) -> cython.longlong:  # hot
    """Return the same for a response, or FRAMING_UNTIL_CLOSE, as if it could have content at all.

    The caller knows of HEAD and 304, whose framing tells what a GET would have had.
    """
    if status < 200 or status == 204:
        return _refused(fields, RULE_CODING_NO_CONTENT) if fields.codings else FRAMING_NONE
    if fields.codings:
        return _coding(fields, data, minor)
    if fields.lengths:
        return _equal_lengths(fields, data)
    return FRAMING_UNTIL_CLOSE


def _coding(fields: Fields, data: cython.p_const_uchar, minor: cython.int) -> cython.longlong:  # hot
    """Return FRAMING_CHUNKED for one field that says exactly `chunked`, else FRAMING_REFUSED."""
    place: cython.int = fields.coding_field
    if fields.lengths:
        return _refused(fields, RULE_LENGTH_AND_CODING)
    if minor == 0:
        return _refused(fields, RULE_CODING_VERSION)
    if fields.codings == 1 and same_word(data, fields.value_at[place], fields.value_size[place], b"chunked", 7):
        return FRAMING_CHUNKED
    return _wrong_coding(fields, data)


def _wrong_coding(fields: Fields, data: cython.p_const_uchar) -> cython.longlong:
    """Tell codings that are sound but unknown here (501) from those that leave the end of the body open (400)."""
    chunked: cython.int = 0
    others: cython.int = 0
    last: cython.bint = False
    fields.walk(NAME_TRANSFER_ENCODING)
    while fields.next_element(data):
        last = same_word(data, fields.element_at, fields.element_size, b"chunked", 7)
        if last:
            chunked += 1
        elif fields.element_size:
            others += 1
    return _refused(fields, RULE_CODING_UNKNOWN if last and chunked == 1 and others else RULE_CODING_ORDER)


def _one_length(fields: Fields, data: cython.p_const_uchar) -> cython.longlong:  # hot
    """Return the content length that the one field there may be says."""
    place: cython.int = fields.length_field
    length: cython.longlong
    if fields.lengths > 1:
        return _refused(fields, RULE_LENGTH_REPEATED)
    length = _number(data, fields.value_at[place], fields.value_at[place] + fields.value_size[place])
    return length if length >= 0 else _refused(fields, RULE_LENGTH)


def _equal_lengths(fields: Fields, data: cython.p_const_uchar) -> cython.longlong:  # hot
    """Return the content length that all fields say, and all members of their lists."""
    place: cython.int
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    stop: cython.Py_ssize_t
    found: cython.longlong
    length: cython.longlong = -1
    if fields.strict & STRICT_LENGTHS:
        return _one_length(fields, data)
    for place in range(fields.length_field, fields.count):
        if fields.known[place] != NAME_CONTENT_LENGTH:
            continue
        at = fields.value_at[place]
        end = at + fields.value_size[place]
        stop = -1
        while stop < end:
            at = skip_blanks(data, at, end)
            stop = element_end(data, at, end)
            found = _number(data, at, drop_blanks(data, at, stop))
            if found < 0:
                return _refused(fields, RULE_LENGTH)
            if length >= 0 and found != length:
                return _refused(fields, RULE_LENGTH_REPEATED)
            length = found
            at = stop + 1
    return length


def _number(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.longlong:  # hot
    """Return the decimal number data[at:end], or -1 where it is none or too large."""
    number: cython.longlong = 0
    if at == end:
        return -1
    while at < end:
        if not 48 <= data[at] <= 57 or number > LENGTH_BOUND_TENTH:
            return -1
        number = number * 10 + (data[at] - 48)
        at += 1
    return number if number <= LENGTH_BOUND else -1


def _refused(fields: Fields, rule: cython.int) -> cython.longlong:  # hot
    fields.refuse(rule)
    return FRAMING_REFUSED
