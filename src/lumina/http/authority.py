"""The host and port that a request is for, checked to the letter (RFC 3986, section 3.2.2; RFC 9110, section 7.2)."""

import cython

if not cython.compiled:
    from lumina.http.addresses import read_ipv6
    from lumina.http.octets import FOLDED, HEX, HOST, OCTETS, same_but_case

    AUTHORITY_FINE, AUTHORITY_HOST, AUTHORITY_PORT, AUTHORITY_USERINFO = range(4)

LITERAL = [0] * 16


def check_authority(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
    """Return AUTHORITY_FINE where data[at : at + size] is `host [ ":" [ port ] ]`, or what is wrong with it."""
    end: cython.Py_ssize_t = at + size
    host_end: cython.Py_ssize_t
    if size == 0:
        return AUTHORITY_HOST
    host_end = _literal_end(data, at, end) if data[at] == 91 else _reg_name_end(data, at, end)
    if host_end == end:
        return AUTHORITY_FINE
    if host_end <= at or data[host_end] != 58:
        return _fault(data, at, end, AUTHORITY_HOST)
    if read_port(data, host_end + 1, end) < 0:
        return _fault(data, at, end, AUTHORITY_PORT)
    return AUTHORITY_FINE


def _reg_name_end(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.Py_ssize_t:  # hot
    """Return where a registered name (or an IPv4 address, which looks like one) stops.

    A comma, which the grammar allows, is refused: it is how two Host values look once joined.
    """
    while at < end:
        if OCTETS[data[at]] & HOST:
            at += 1
        elif data[at] == 37 and at + 2 < end and OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
            if data[at + 1] == 48 and data[at + 2] == 48:
                break
            at += 3
        else:
            break
    return at


def _literal_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Return the offset after an IP literal in brackets, or -1."""
    close: cython.Py_ssize_t = at + 1
    while close < end and data[close] != 93:
        close += 1
    if close == end or not (read_ipv6(data, at + 1, close, LITERAL) or _ip_future(data, at + 1, close)):
        return -1
    return close + 1


def _ip_future(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Say whether this is `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`."""
    start: cython.Py_ssize_t
    if at == end or FOLDED[data[at]] != 118:
        return False
    at += 1
    start = at
    while at < end and OCTETS[data[at]] & HEX:
        at += 1
    if at == start or at == end or data[at] != 46:
        return False
    at += 1
    start = at
    while at < end and (OCTETS[data[at]] & HOST or data[at] == 58):
        at += 1
    return at == end and at > start


def read_port(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    """Return the port data[at:end], 0 where it is empty, or -1."""
    port: cython.int = 0
    if end - at > 5:
        return -1
    while at < end:
        if not 48 <= data[at] <= 57:
            return -1
        port = port * 10 + data[at] - 48
        at += 1
    return port if port <= 65535 else -1


def _fault(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, fault: cython.int) -> cython.int:
    while at < end:
        if data[at] == 64:
            return AUTHORITY_USERINFO
        at += 1
    return fault


def same_authority(
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    size: cython.Py_ssize_t,
    other_at: cython.Py_ssize_t,
    other_size: cython.Py_ssize_t,
) -> cython.bint:
    """Say whether two authorities are the same, case aside.

    A default port is not added in thought: RFC 9112, section 3.2, wants the Host field identical to the target's.
    """
    return size == other_size and same_but_case(data, at, data, other_at, size)
