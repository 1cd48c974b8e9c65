"""How far a request has come, by Via, and how far it may go, by Max-Forwards (RFC 9110, sections 7.6.2 and 7.6.3)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_MAX_FORWARDS, NAME_VIA, drop_blanks, same_word, skip_blanks

    FORWARDS_ANY, FORWARDS_MALFORMED, FORWARDS_MOST = -1, -2, 2147483647


def passes(head: Fields, data: cython.p_const_uchar) -> cython.int:
    """Count the members of Via that have our pseudonym.

    They are told apart by commas, also by those of a comment: one that is left open hides nothing.
    """
    count: cython.int = 0
    head.walk(NAME_VIA)
    while head.next_element(data):
        if _is_ours(data, head.element_at, head.element_at + head.element_size):
            count += 1
    return count


def _is_ours(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Say whether a member, a protocol and then a name, has ours."""
    name: cython.Py_ssize_t
    while at < end and data[at] != 32 and data[at] != 9:
        at += 1
    name = skip_blanks(data, at, end)
    at = name
    while at < end and data[at] != 32 and data[at] != 9:
        at += 1
    return same_word(data, name, drop_blanks(data, name, at) - name, b"lumina", 6)


def max_forwards(head: Fields, data: cython.p_const_uchar) -> cython.int:
    """Return how often the request may be passed on, FORWARDS_ANY or FORWARDS_MALFORMED."""
    found: cython.int = FORWARDS_ANY
    value: cython.longlong
    place: cython.int
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    for place in range(head.count):
        if head.known[place] != NAME_MAX_FORWARDS:
            continue
        at = head.value_at[place]
        end = at + head.value_size[place]
        if found != FORWARDS_ANY or at == end:
            return FORWARDS_MALFORMED
        value = 0
        while at < end:
            if not 48 <= data[at] <= 57:
                return FORWARDS_MALFORMED
            value = min(value * 10 + data[at] - 48, FORWARDS_MOST)
            at += 1
        found = cython.cast(cython.int, value)
    return found


def passes_in(head: Fields, data: bytes) -> int:
    """Do what `passes` does, for tests and tools."""
    return passes(head, data)


def forwards_in(head: Fields, data: bytes) -> int:
    """Do what `max_forwards` does, for tests and tools."""
    return max_forwards(head, data)
