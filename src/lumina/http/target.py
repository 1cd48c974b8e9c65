"""The path and query of a request target, and the one normalisation that matching and forwarding share (RFC 3986)."""

import cython

if not cython.compiled:
    from lumina.http.octets import HEX, OCTETS, PATH, QUERY, word_end

    PATH_CLIMBS, PATH_HIDES = -1, -2


def path_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return where the path stops that begins at `at` with "/"; see the header for what else the number says."""
    octet: cython.uchar
    doubtful: cython.bint = False
    while True:
        at = word_end(data, at, end)
        if at == end:
            break
        octet = data[at]
        if OCTETS[octet] & PATH:
            at += 1
        elif octet == 46:
            doubtful = doubtful or data[at - 1] == 47
            at += 1
        elif octet == 37 and at + 2 < end and OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
            if data[at + 1] == 48 and data[at + 2] == 48:
                break
            doubtful = True
            at += 3
        else:
            break
    return ~at if doubtful else at


def query_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return where the query stops whose first octet (after the "?") is at `at`."""
    octet: cython.uchar
    while True:
        at = word_end(data, at, end)
        if at == end:
            break
        octet = data[at]
        if OCTETS[octet] & QUERY:
            at += 1
        elif octet == 37 and at + 2 < end and OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
            at += 3
        else:
            break
    return at


def normalise(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, room: cython.p_uchar
) -> cython.Py_ssize_t:  # hot
    """Remove the dot segments of data[at:end] as section 5.2.4 does, but refuse to climb above the root.

    Escapes of dots count as dots in a segment of dots alone; everything else is copied octet by octet.
    """
    stop: cython.Py_ssize_t
    size: cython.Py_ssize_t = 0
    dots: cython.int
    while at < end:
        stop = at + 1
        while stop < end and data[stop] != 47:
            stop += 1
        dots = _dots(data, at + 1, stop)
        if dots == 0:
            while at < stop:
                room[size] = data[at]
                size += 1
                at += 1
            continue
        if dots == PATH_HIDES:
            return PATH_HIDES
        if dots == 2:
            if size == 0:
                return PATH_CLIMBS
            size -= 1
            while room[size] != 47:
                size -= 1
        at = stop
        if at == end:  # a dot segment at the end leaves its slash
            room[size] = 47
            size += 1
    return size


def _dots(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:  # hot
    """Return 1 or 2 for a dot segment, 0 for any other, PATH_HIDES for one that some server may take for "..".

    Such are `..;x` (servers that drop parameters) and `x%2F..` (servers that decode before they normalise).
    """
    dots: cython.int
    width: cython.int
    first: cython.bint = True
    while True:
        dots = 0
        width = _dot_width(data, at, end)
        while width:
            dots += 1
            at += width
            width = _dot_width(data, at, end)
        if at == end:
            if first:
                return dots if dots <= 2 else 0
            return PATH_HIDES if dots == 2 else 0
        if dots == 2 and (data[at] == 59 or _escaped_slash(data, at, end)):
            return PATH_HIDES
        while at < end and not _escaped_slash(data, at, end):
            at += 1
        if at == end:
            return 0
        at += 3
        first = False


def _dot_width(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:  # hot
    """Return how many octets write the dot at `at`: 1, 3 where it is escaped, 0 where there is none."""
    if at < end and data[at] == 46:
        return 1
    return 3 if at + 2 < end and data[at] == 37 and data[at + 1] == 50 and data[at + 2] | 32 == 101 else 0


def _escaped_slash(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
    """Say whether `%2F` or `%5C` stands at `at`."""
    digit: cython.uchar
    if at + 2 >= end or data[at] != 37:
        return False
    digit = data[at + 2] | 32
    return digit == 102 if data[at + 1] == 50 else digit == 99 and data[at + 1] == 53


def normalised(path: bytes) -> bytes | None:
    """Return `path` as it is forwarded, or None where it is refused; for tests and for what is built once."""
    if not path.startswith(b"/") or path_end(path, 0, len(path)) not in (len(path), ~len(path)):
        return None
    room = bytearray(len(path))
    size = normalise(path, 0, len(path), room)
    return None if size < 0 else bytes(room[:size])
