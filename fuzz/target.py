"""Paths under every set of rules: what the RFC's text, written out slowly, makes of them."""

import re

from fuzz import _run
from lumina.http.target import normalised

# The rules' numbers, as lumina/http/target.pxd has them.
SLASH_DECODE, DOUBLE_MERGE, DOTS_KEEP, PARAMETERS_DROP = 1, 4, 16, 64
NUL_KEEP, ESCAPES_MEND, OCTETS_ESCAPE, BROWSER_OCTETS = 256, 512, 1024, 2048
PLAIN = rb"A-Za-z0-9._~\-"
SUB_DELIMS = rb"!$&'()*+,;="
TOKEN = re.compile(rb"%[0-9A-Fa-f]{2}|[\0-\xff]")
SPLIT = re.compile(rb"%2F|%5C")


def allowed(path: bytes, rules: int) -> bool:
    """Say whether the path has only what these rules let stand in one."""
    octets = PLAIN + SUB_DELIMS + b":@/" + (rb"\[\]|" if rules & BROWSER_OCTETS else b"")
    octets += rb"\x80-\xff" if rules & OCTETS_ESCAPE else b""
    escape = rb"%[0-9A-Fa-f]{2}" if rules & NUL_KEEP else rb"%(?!00)[0-9A-Fa-f]{2}"
    if rules & ESCAPES_MEND:  # what begins no escape; where the path ends that cannot be told yet
        escape += rb"|%(?![0-9A-Fa-f]{2})(?=[\0-\xff]{2})"
    return re.fullmatch(rb"/(?:[" + octets + rb"]|" + escape + rb")*", path) is not None


def rewritten(path: bytes, rules: int) -> bytes:
    """Decode and escape, merge and drop, octet by octet."""
    out = b""
    dropping = False
    for token in TOKEN.findall(path):
        octet = bytes([int(token[1:], 16)]) if len(token) > 1 else token
        slash = token == b"/" or (octet == b"/" and rules & SLASH_DECODE)
        dropping = not slash and (dropping or (token == b";" and bool(rules & PARAMETERS_DROP)))
        if dropping or (slash and rules & DOUBLE_MERGE and out.endswith(b"/")):
            continue
        if slash or (len(token) > 1 and re.match(rb"[" + PLAIN + rb"]", octet)):
            out += octet
        elif len(token) > 1 or token == b"%" or token > b"\x7f":
            out += b"%%%02X" % octet[0]
        else:
            out += token
    return out


def hides(path: bytes) -> bool:
    """Say whether two dots stand where only some servers see them."""
    for segment in path.split(b"/"):
        parts = SPLIT.split(segment)
        if any(part.split(b";")[0] == b".." and (len(parts) > 1 or b";" in part) for part in parts):
            return True
    return False


def by_the_book(path: bytes, rules: int = BROWSER_OCTETS) -> bytes | None:
    """Normalise as RFC 3986, sections 5.2.4 and 6.2.2, says; None where the path is none, or climbs above the root."""
    if not allowed(path, rules):
        return None
    path = rewritten(path, rules)
    if rules & DOTS_KEEP:
        return path
    output: list[bytes] = []
    segments = path.split(b"/")[1:]
    for number, segment in enumerate(segments):
        if segment not in (b".", b".."):
            output.append(segment)
            continue
        if segment == b"..":
            if not output:
                return None
            output.pop()
        if number == len(segments) - 1:
            output.append(b"")
    return None if hides(path) else b"/" + b"/".join(output)


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first two octets are the rules."""
    rules, path = int.from_bytes(data[:2]) & 0xFFF, b"/" + data[2:]
    found = normalised(path, rules)
    assert found == by_the_book(path, rules), (path, rules, found)
    if found is None:
        return
    assert normalised(found, rules) == found
    if not rules & DOTS_KEEP:
        plain = found.replace(b"%2F", b"/").replace(b"%5C", b"/")
        assert b".." not in [segment.split(b";")[0] for segment in plain.split(b"/")], found


if __name__ == "__main__":
    _run.main(check)
