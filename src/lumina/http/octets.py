"""Which octets may stand where in a message (RFC 9110, section 5; RFC 3986, section 2)."""

import cython

if not cython.compiled:
    TCHAR, PATH, QUERY, HOST, HEX, BLANK, RAW_PATH, RAW_QUERY = 1, 2, 4, 8, 16, 32, 64, 128

    def text_end(data: bytes, at: int, end: int) -> int:
        """Return the offset of the first octet that may not stand in a field value, or `end`."""
        while at < end and (data[at] != 127 if data[at] >= 32 else data[at] == 9):
            at += 1
        return at

    def word_end(data: bytes, at: int, end: int) -> int:
        """Return the offset of the first octet that is no letter, digit or hyphen, or `end`."""
        while at < end and data[at] in WORD:
            at += 1
        return at

    def plain_end(data: bytes, at: int, end: int) -> int:
        """Return the offset of the first octet that a JSON string has to escape, or `end`."""
        while at < end and 32 <= data[at] < 127 and data[at] not in b'"\\':
            at += 1
        return at


ALPHA_DIGIT = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
UNRESERVED = ALPHA_DIGIT + b"-._~"
WORD = ALPHA_DIGIT + b"-"
SUB_DELIMS = b"!$&'()*+,;="
# What the URL standard of browsers leaves unescaped beyond RFC 3986: docs/decisions/0004-request-targets.md
RAW_IN_PATH = b"[]|"
RAW_IN_QUERY = b"[]|{}^`"

MEMBERS = (
    (TCHAR, ALPHA_DIGIT + b"!#$%&'*+-.^_`|~"),
    (PATH, bytes(octet for octet in UNRESERVED + SUB_DELIMS + b":@" if octet not in b".;")),
    (QUERY, UNRESERVED + SUB_DELIMS + b":@/?"),
    (HOST, (UNRESERVED + SUB_DELIMS).replace(b",", b"")),
    (HEX, b"0123456789abcdefABCDEF"),
    (BLANK, b" \t"),
    (RAW_PATH, RAW_IN_PATH),
    (RAW_QUERY, RAW_IN_QUERY),
)

OCTETS = [sum(flag for flag, octets in MEMBERS if octet in octets) for octet in range(256)]
FOLDED = [45 if octet == 95 else octet + 32 if 65 <= octet <= 90 else octet for octet in range(256)]


def same_but_case(
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    other: cython.p_const_uchar,
    start: cython.Py_ssize_t,
    size: cython.Py_ssize_t,
) -> cython.bint:
    """Say whether data[at : at + size] is other[start : start + size], case aside."""
    place: cython.Py_ssize_t
    one: cython.uchar
    two: cython.uchar
    for place in range(size):
        one = data[at + place]
        two = other[start + place]
        if one != two and (FOLDED[one] != FOLDED[two] or one == 95 or two == 95):
            return False
    return True


def find_text_end(data: bytes, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Do what `text_end` does, for tests: C functions cannot be reached from Python."""
    return text_end(data, at, end)


def find_word_end(data: bytes, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Do what `word_end` does, for tests."""
    return word_end(data, at, end)


def find_plain_end(data: bytes, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Do what `plain_end` does, for tests."""
    return plain_end(data, at, end)
