"""The path and query of a request target, and the one normalisation that matching and forwarding share (RFC 3986)."""

import cython

if not cython.compiled:
    from lumina.http.octets import HEX, OCTETS, PATH, QUERY, RAW_PATH, RAW_QUERY, word_end

    PATH_CLIMBS, PATH_HIDES, PATH_POLICY, PATH_NUL, PATH_ESCAPE, PATH_OCTET = -1, -2, -3, -4, -5, -6
    SLASH_DECODE, SLASH_REJECT, DOUBLE_MERGE, DOUBLE_REJECT, DOTS_KEEP, DOTS_REJECT = 1, 2, 4, 8, 16, 32
    PARAMETERS_DROP, PARAMETERS_REJECT, NUL_KEEP, ESCAPES_MEND, OCTETS_ESCAPE, BROWSER_OCTETS = (
        64,
        128,
        256,
        512,
        1024,
        2048,
    )

HEXADECIMAL = list(b"0123456789ABCDEF")


def path_end(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, rules: cython.int
) -> cython.Py_ssize_t:  # hot
    """Return where the path stops that begins at `at` with "/"; see the header for what else the number says."""
    octet: cython.uchar
    doubtful: cython.bint = False
    allowed: cython.uchar = PATH | RAW_PATH if rules & BROWSER_OCTETS else PATH
    at += 1
    while True:
        at = word_end(data, at, end)
        if at == end:
            break
        octet = data[at]
        if octet == 47 or octet == 46:
            doubtful = doubtful or data[at - 1] == 47
            at += 1
        elif OCTETS[octet] & allowed:
            at += 1
        elif octet == 59:
            doubtful = True
            at += 1
        else:
            octet = _odd_width(data, at, end, rules)
            if octet == 0:
                break
            doubtful = True
            at += octet
    return ~at if doubtful else at


def _odd_width(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, rules: cython.int
) -> cython.uchar:  # hot
    """Return how many octets from `at` may stand in a path by these rules, though each is no plain one: 0, 1 or 3."""
    if data[at] >= 128:
        return 1 if rules & OCTETS_ESCAPE else 0
    if data[at] != 37 or at + 2 >= end:
        return 0
    if not OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
        return 1 if rules & ESCAPES_MEND else 0
    if data[at + 1] == 48 and data[at + 2] == 48 and not rules & NUL_KEEP:
        return 0
    return 3


def query_end(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, rules: cython.int
) -> cython.Py_ssize_t:  # hot
    """Return where the query stops whose first octet (after the "?") is at `at`."""
    octet: cython.uchar
    allowed: cython.uchar = QUERY | RAW_QUERY if rules & BROWSER_OCTETS else QUERY
    while True:
        at = word_end(data, at, end)
        if at == end:
            break
        octet = data[at]
        if OCTETS[octet] & allowed:
            at += 1
        elif octet == 37 and at + 2 < end and OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
            at += 3
        else:
            break
    return at


def normalise(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, room: cython.p_uchar, rules: cython.int
) -> cython.Py_ssize_t:  # hot
    """Write the path data[at:end] to `room` in its one form under these rules; return its size or what is wrong.

    Escapes of unreserved characters are decoded and all others in capitals (section 6.2.2), dot segments are removed
    (section 5.2.4), but not to climb above the root; what `rules` say is decoded, merged, dropped or escaped.
    """
    size: cython.Py_ssize_t = _rewrite(data, at, end, room, rules)
    if rules & DOTS_KEEP:
        return size
    if _hides(room, size):
        return PATH_HIDES
    return remove_dots(room, 0, size)


def _rewrite(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, room: cython.p_uchar, rules: cython.int
) -> cython.Py_ssize_t:  # hot
    """Write the path octet by octet, with everything done but its dot segments."""
    size: cython.Py_ssize_t = 0
    octet: cython.uchar
    while at < end:
        octet = data[at]
        at += 1
        if octet == 37:
            if at + 1 < end and OCTETS[data[at]] & OCTETS[data[at + 1]] & HEX:
                octet = _digit(data[at]) * 16 + _digit(data[at + 1])
                at += 2
            if not _plain(octet) and not (octet == 47 and rules & SLASH_DECODE):
                size = _escape(room, size, octet)
                continue
        elif octet >= 128:
            size = _escape(room, size, octet)
            continue
        elif octet == 59 and rules & PARAMETERS_DROP:
            while at < end and data[at] != 47 and not (rules & SLASH_DECODE and _escaped(data, at, end, 47)):
                at += 1
            continue
        if octet == 47 and rules & DOUBLE_MERGE and size > 0 and room[size - 1] == 47:
            continue
        room[size] = octet
        size += 1
    return size


def _escape(room: cython.p_uchar, size: cython.Py_ssize_t, octet: cython.uchar) -> cython.Py_ssize_t:  # hot
    """Write one octet as an escape, and return the size with it."""
    room[size] = 37
    room[size + 1] = HEXADECIMAL[octet >> 4]
    room[size + 2] = HEXADECIMAL[octet & 15]
    return size + 3


def _digit(octet: cython.uchar) -> cython.int:  # hot
    """Return the value of a hexadecimal digit."""
    return octet - 48 if octet <= 57 else (octet | 32) - 87


def _plain(octet: cython.uchar) -> cython.bint:  # hot
    """Say whether an octet is unreserved: to escape it changes nothing (section 2.3)."""
    return 48 <= octet <= 57 or 97 <= octet | 32 <= 122 or 45 <= octet <= 46 or octet == 95 or octet == 126


def _escaped(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, wanted: cython.uchar
) -> cython.bint:  # hot
    """Say whether `wanted` stands at `at`, escaped."""
    if at + 2 >= end or data[at] != 37 or not OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
        return False
    return _digit(data[at + 1]) * 16 + _digit(data[at + 2]) == wanted


def remove_dots(room: cython.p_uchar, base: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Remove the dot segments of room[base:end] where it lies; return where it ends now, or PATH_CLIMBS."""
    at: cython.Py_ssize_t = base
    size: cython.Py_ssize_t = base
    stop: cython.Py_ssize_t
    dots: cython.Py_ssize_t
    while at < end:
        stop = at + 1
        while stop < end and room[stop] != 47:
            stop += 1
        dots = stop - at - 1
        if not (0 < dots <= 2 and room[at + 1] == 46 and room[stop - 1] == 46):
            while at < stop:
                room[size] = room[at]
                size += 1
                at += 1
            continue
        if dots == 2:
            if size == base:
                return PATH_CLIMBS
            size -= 1
            while room[size] != 47:
                size -= 1
        at = stop
        if at == end:  # a dot segment at the end leaves its slash
            room[size] = 47
            size += 1
    return size


def _hides(room: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:  # hot
    """Say whether a segment is one that some server may take for "..".

    Such are `..;x` (servers that drop parameters) and `x%2F..` (servers that decode before they normalise).
    """
    at: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t = 0  # of what may be two dots
    split: cython.bint = False  # the segment has an escaped slash before `start`
    while at < size:
        if room[at] == 47:
            at += 1
            start = at
            split = False
            continue
        if at == start and at + 1 < size and room[at] == 46 and room[at + 1] == 46:
            at += 2
            if at == size or room[at] == 47:
                if split:
                    return True
            elif room[at] == 59 or _escaped(room, at, size, 47) or _escaped(room, at, size, 92):
                return True
            continue
        if _escaped(room, at, size, 47) or _escaped(room, at, size, 92):
            at += 3
            start = at
            split = True
        else:
            at += 1
    return False


def refused_by(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, rules: cython.int
) -> cython.int:  # hot
    """Return what the path data[at:end], as it was received, has that these rules reject: PATH_..., or 0."""
    octet: cython.uchar
    width: cython.int
    while at < end:
        octet = data[at]
        width = 1
        if octet == 37 and at + 2 >= end:
            width = 1 if rules & ESCAPES_MEND else 0
        elif octet == 37 or octet >= 128:
            width = _odd_width(data, at, end, rules)
        if width == 0:
            if octet >= 128:
                return PATH_OCTET
            return PATH_NUL if _escaped(data, at, end, 0) else PATH_ESCAPE
        if octet == 59 and rules & PARAMETERS_REJECT:
            return PATH_POLICY
        if width == 3 and rules & SLASH_REJECT and (_escaped(data, at, end, 47) or _escaped(data, at, end, 92)):
            return PATH_POLICY
        at += width
        if octet == 47 and at < end:
            if rules & DOUBLE_REJECT and data[at] == 47:
                return PATH_POLICY
            if rules & DOTS_REJECT and _dot_segment(data, at, end):
                return PATH_POLICY
    return 0


def _dot_segment(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
    """Say whether the segment that begins at `at` is "." or "..", escaped or not."""
    dots: cython.int = 0
    while at < end and data[at] != 47:
        if data[at] != 46 and not _escaped(data, at, end, 46):
            return False
        at += 1 if data[at] == 46 else 3
        dots += 1
    return 1 <= dots <= 2


def octet_rules(leniency: dict[str, bool]) -> int:
    """Return the PathRules for the octets that the configuration's `leniency` takes."""
    return BROWSER_OCTETS if leniency.get("browser_octets", True) else 0


FAULTS = {0: "", PATH_POLICY: "policy", PATH_NUL: "nul", PATH_ESCAPE: "escape", PATH_OCTET: "octet"}
CHOICES: dict[str, dict[str, int]] = {
    "encoded_slashes": {"keep": 0, "decode": SLASH_DECODE, "reject": SLASH_REJECT},
    "double_slashes": {"keep": 0, "merge": DOUBLE_MERGE, "reject": DOUBLE_REJECT},
    "dot_segments": {"resolve": 0, "keep": DOTS_KEEP, "reject": DOTS_REJECT},
    "parameters": {"keep": 0, "drop": PARAMETERS_DROP, "reject": PARAMETERS_REJECT},
    "encoded_nul": {"reject": 0, "keep": NUL_KEEP},
    "invalid_escapes": {"reject": 0, "escape": ESCAPES_MEND},
    "non_ascii": {"reject": 0, "escape": OCTETS_ESCAPE},
}


def path_rules(chosen: dict[str, str]) -> int:
    """Return the PathRules for what was chosen of each kind; the first choice of a kind is its default."""
    return sum(CHOICES[kind][choice] for kind, choice in chosen.items())


def normalised(path: bytes, rules: int = 0) -> bytes | None:
    """Return `path` as it is forwarded, or None where it is refused; for tests and for what is built once."""
    if not path.startswith(b"/") or path_end(path, 0, len(path), rules) not in (len(path), ~len(path)):
        return None
    room = bytearray(3 * len(path))
    size = normalise(path, 0, len(path), room, rules)
    return None if size < 0 else bytes(room[:size])


def refusal_of(path: bytes, rules: int) -> str:
    """Say what of `path` these rules reject, for tests."""
    return FAULTS[refused_by(path, 0, len(path), rules)]
