"""Chunked content: what a decoder written with regular expressions finds in the whole, ours finds in any pieces."""

import re

from fuzz import _run
from lumina.http1.chunked import ChunkedDecoder
from lumina.http1.fields import Fields

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
EXTENSION = rb"[\t ]*;[\t ]*" + TOKEN + rb"(?:[\t ]*=[\t ]*(?:" + TOKEN + rb"|" + QUOTED + rb"))?"
SIZE_LINE = re.compile(rb"(0*[0-9A-Fa-f]{0,15})((?:" + EXTENSION + rb")*)\r\n")
TRAILERS = re.compile(rb"(?:[^\r\n]+\r\n)*\r\n")


def reference(wire: bytes) -> tuple[bytes, int] | None:
    """Return the content and where the body ends, or None where it does not end or is refused."""
    content, at, overhead = b"", 0, 0
    while True:
        line = SIZE_LINE.match(wire, at)
        if not line or not line[1]:
            return None
        size, extension = int(line[1], 16), len(line[2]) + max(0, len(line[1]) - 15)
        overhead = max(0, overhead + extension - size)
        if extension > 4096 or overhead > 16384:
            return None
        at = line.end()
        if size == 0:
            break
        if wire[at + size : at + size + 2] != b"\r\n":
            return None
        content += wire[at : at + size]
        at += size + 2
    section = TRAILERS.match(wire, at)
    if not section or len(section[0]) > 8194 or (section[0] != b"\r\n" and Fields().scan_bytes(section[0]) < 0):
        return None
    return content, section.end()


def fed(wire: bytes, piece: int) -> tuple[int, bool, bytes, bytes | None, int]:
    """Feed `wire` in pieces of one size, and return the rule broken, whether it ended, and what came out."""
    decoder, content, taken = ChunkedDecoder(), bytearray(), 0
    for at in range(0, len(wire), piece):
        count = decoder.feed(wire[at : at + piece], content)
        if count < 0:
            taken = count
            break
        taken += count
        if decoder.done:
            break
    trailers = None if decoder.trailers is None else bytes(decoder.trailers)
    return decoder.refusal, decoder.done, bytes(content), trailers, taken


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first octet says how large the pieces are."""
    piece, wire = (data[0] % 40 + 1 if data else 1), data[1:]
    whole = fed(wire, max(1, len(wire)))
    assert fed(wire, piece) == whole
    assert whole[0] == 0 or not whole[1]
    expected = reference(wire)
    assert whole[1] == (expected is not None), (whole, expected)
    if expected is not None:
        assert (whole[2], whole[4]) == expected
        if whole[3]:
            fields = Fields()
            section = whole[3] + b"\r\n"
            assert fields.scan_bytes(section) == len(section)
            assert fields.forwarded(section) == fields.pairs(section)


if __name__ == "__main__":
    _run.main(check)
