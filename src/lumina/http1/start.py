"""What begins a message: methods and versions as numbers (RFC 9112, section 2.3; RFC 9110, section 9)."""

import cython

if not cython.compiled:
    from lumina.http1.rules import NEED_MORE, REFUSED

# In the order of the enum Method.
METHODS = (b"", b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH")
METHOD_KEYS = [int.from_bytes(method, "big") for method in METHODS]
VERSION = list(b"HTTP/0.0")


def method_number(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
    """Return the Method (of request.pxd) whose name is data[at : at + size], or 0."""
    key: cython.ulonglong = 0
    place: cython.Py_ssize_t
    method: cython.int
    if size > 7:
        return 0
    for place in range(size):
        key = key << 8 | data[at + place]
    for method in range(1, 10):
        if METHOD_KEYS[method] == key:
            return method
    return 0


def version_number(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:  # hot
    """Return 10 * major + minor of the HTTP version at `at`, NEED_MORE, or REFUSED where it is malformed."""
    place: cython.Py_ssize_t
    octet: cython.uchar
    major: cython.int
    minor: cython.int
    size: cython.Py_ssize_t = min(end - at, 8)
    for place in range(size):
        octet = data[at + place]
        if place == 5 or place == 7:
            if not 48 <= octet <= 57:
                return REFUSED
        elif octet != VERSION[place]:
            return REFUSED
    if size < 8:
        return NEED_MORE
    major = data[at + 5] - 48
    minor = data[at + 7] - 48
    return major * 10 + minor
