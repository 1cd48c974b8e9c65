"""The field names that the gateway itself acts on, found without making an object (RFC 9110, section 5.1)."""

import cython

if not cython.compiled:
    from lumina.http.octets import FOLDED

    def same_letters(data: bytes, at: int, text: list[int], start: int, size: int) -> bool:
        """Say whether the token data[at : at + size] is text[start : start + size], case aside."""
        return data[at : at + size].lower() == bytes(text[start : start + size])


# A name's place here is its number: the enum `Name` of http1/fields.pxd, which begins with NAME_OTHER.
NAMES = (
    b"",
    b"host",
    b"connection",
    b"content-length",
    b"transfer-encoding",
    b"te",
    b"trailer",
    b"upgrade",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"expect",
    b"via",
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
    b"x-real-ip",
    b"x-request-id",
    b"max-forwards",
    b"date",
    b"server",
    b"proxy-status",
    b"accept",
    b"authorization",
    b"cookie",
    b"set-cookie",
    b"content-type",
    b"content-encoding",
    b"content-range",
    b"cache-control",
    b"www-authenticate",
    b"location",
    b"origin",
    b"x-accel-buffering",
    b"traceparent",
    b"tracestate",
)


def _slots() -> list[int]:
    """Return the number of the name in each slot.

    The weights, here and in find_name(), were searched so that no two names share a slot; the tests hold it.
    """
    slots = [0] * 128
    for number, name in enumerate(NAMES[1:], 1):
        last = len(name) - 1
        slot = (len(name) * 28 + name[0] * 54 + name[last - 1] * 52 + name[last] * 5) & 127
        slots[slot] = number
    return slots


LONGEST = max(len(name) for name in NAMES)
TEXT = list(b"".join(NAMES).ljust(640))
STARTS = [sum(len(name) for name in NAMES[:number]) for number in range(64)]
SIZES = [len(NAMES[number]) if number < len(NAMES) else 0 for number in range(64)]
SLOTS = _slots()


def find_name(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
    """Return the number of the name data[at : at + size], or 0.

    The number is negative where the name equals a known one but for "_" in the place of "-":
    what speaks CGI cannot tell the two apart, so nobody may send one in the place of the other.
    """
    number: cython.int
    start: cython.Py_ssize_t
    place: cython.Py_ssize_t
    last: cython.Py_ssize_t = at + size - 1
    if size < 2 or size > LONGEST:
        return 0
    number = SLOTS[(size * 28 + FOLDED[data[at]] * 54 + FOLDED[data[last - 1]] * 52 + FOLDED[data[last]] * 5) & 127]
    if number == 0 or SIZES[number] != size:
        return 0
    start = STARTS[number]
    if same_letters(data, at, TEXT, start, size):
        return number
    for place in range(size):
        if FOLDED[data[at + place]] != TEXT[start + place]:
            return 0
    return -number


def name_number(name: bytes) -> int:
    """Do what `find_name` does, for tests and for what is built once."""
    return find_name(name, 0, len(name))
