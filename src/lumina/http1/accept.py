"""In which form a client reads what the gateway itself has to say (RFC 9110, sections 12.4.2 and 12.5.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http1.fields import NAME_ACCEPT, drop_blanks, element_end, same_word, skip_blanks

    FORM_JSON, FORM_PAGE, FORM_TEXT = range(3)
    ACCEPT_KEPT = 256

    def put(room: bytearray, at: int, data: bytes, start: int, size: int) -> None:
        """Write data[start : start + size] at `at`."""
        room[at : at + size] = data[start : start + size]


WHOLE = 1000  # the weight of what has none: weights are thousandths
PLACES = 1024  # more than there are elements in what is kept
EXACT, KIND, ANY = 3, 2, 1  # how well a media range fits: by its name, by type/*, by */*


def keep_accept(head: Fields, data: cython.p_const_uchar, room: cython.p_uchar) -> cython.Py_ssize_t:  # hot
    """Copy the beginning of what all Accept fields say, as one list; return its size, ACCEPT_KEPT at most."""
    place: cython.int
    size: cython.Py_ssize_t
    kept: cython.Py_ssize_t = 0
    for place in range(head.accept_field, head.count):
        if head.known[place] != NAME_ACCEPT:
            continue
        if 0 < kept < ACCEPT_KEPT:
            put(room, kept, b",", 0, 1)
            kept += 1
        size = min(cython.cast(cython.Py_ssize_t, head.value_size[place]), ACCEPT_KEPT - kept)
        put(room, kept, data, head.value_at[place], size)
        kept += size
    return kept


def form_of(data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.int:
    """Return the form for a list of Accept that begins with data[:size].

    That is the one with the most weight, and of equals the one named first. Where none is acceptable it is JSON: a
    reason in a form that nobody asked for says more than none (RFC 9110, section 15.5.7).
    """
    best: cython.int = FORM_JSON
    most: cython.int
    rank: cython.int
    if size >= ACCEPT_KEPT:  # the last element may have been cut
        while size > 0 and data[size - 1] != 44:
            size -= 1
    most = _rank(data, size, FORM_JSON)
    rank = _rank(data, size, FORM_TEXT)
    if rank > most:
        best, most = FORM_TEXT, rank
    rank = _rank(data, size, FORM_PAGE)
    if rank > most:
        best = FORM_PAGE
    return best


def _rank(data: cython.p_const_uchar, size: cython.Py_ssize_t, form: cython.int) -> cython.int:
    """Return the weight of a form and how early it is named, as one number; 0 where it is not acceptable."""
    at: cython.Py_ssize_t = 0
    stop: cython.Py_ssize_t
    name: cython.Py_ssize_t
    place: cython.int = 0
    closest: cython.int = 0
    fit: cython.int
    weight: cython.int
    rank: cython.int = 0
    while at < size:
        at = skip_blanks(data, at, size)
        stop = element_end(data, at, size)
        name = at
        while name < stop and data[name] != 59:
            name += 1
        fit = _fit(data, at, drop_blanks(data, at, name) - at, form)
        if fit > closest:
            closest = fit
            weight = _weight(data, name, stop)
            rank = weight * PLACES + PLACES - 1 - place if weight > 0 else 0
        place += 1
        at = stop + 1
    return rank


def _fit(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t, form: cython.int) -> cython.int:
    """Return how well the media range data[at : at + size] fits a form; 0: not at all."""
    if same_word(data, at, size, b"*/*", 3):
        return ANY
    if form == FORM_JSON:
        if same_word(data, at, size, b"application/problem+json", 24):
            return EXACT + 1
        if same_word(data, at, size, b"application/json", 16):
            return EXACT
        return KIND if same_word(data, at, size, b"application/*", 13) else 0
    if same_word(data, at, size, b"text/*", 6):
        return KIND
    if form == FORM_PAGE:
        return EXACT if same_word(data, at, size, b"text/html", 9) else 0
    return EXACT if same_word(data, at, size, b"text/plain", 10) else 0


def _weight(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    """Return the weight among the parameters data[at:end]; one that is none counts as none."""
    stop: cython.Py_ssize_t
    last: cython.Py_ssize_t
    while at < end:
        at = skip_blanks(data, at + 1, end)
        stop = at
        while stop < end and data[stop] != 59:
            stop += 1
        last = drop_blanks(data, at, stop)
        if last - at > 2 and data[at] | 32 == 113 and data[at + 1] == 61:
            return _thousandths(data, at + 2, last)
        at = stop
    return WHOLE


def _thousandths(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    """Return a qvalue in thousandths: `0` or `1`, and up to three digits behind a point."""
    value: cython.int = data[at] - 48
    digit: cython.int
    place: cython.Py_ssize_t
    if end - at > 5 or not 0 <= value <= 1 or (end - at > 1 and data[at + 1] != 46):
        return WHOLE
    for place in range(at + 2, at + 5):
        digit = data[place] - 48 if place < end else 0
        if not 0 <= digit <= 9:
            return WHOLE
        value = value * 10 + digit
    return min(value, WHOLE)


def accepted(head: Fields, data: bytes) -> tuple[bytes, int]:
    """Return the room after `keep_accept`, and how much of it is kept, for tests."""
    room = bytearray(ACCEPT_KEPT)
    size = keep_accept(head, data, room)
    return bytes(room), size


def form_for(kept: bytes) -> int:
    """Do what `form_of` does, for tests."""
    return form_of(kept, len(kept))
