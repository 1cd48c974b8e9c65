"""PROXY headers: what the specification's text, written out slowly, makes of them; and what is written, read again."""

import ipaddress
import re
from typing import Any

from fuzz import _run
from lumina.proxy_protocol.header import ProxyHeader
from lumina.proxy_protocol.refusals import WORDS
from lumina.proxy_protocol.write import header

MORE, REFUSED = -1, -2
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
PORT = re.compile(rb"0|[1-9][0-9]{0,4}")
# Octets 13 and 14, and how long the addresses are.
SIZES = {0x00: 0, 0x11: 12, 0x12: 12, 0x21: 36, 0x22: 36, 0x31: 216, 0x32: 216}
REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))

Outcome = tuple[int, str, Any]


def refused(word: str) -> Outcome:
    return REFUSED, word, None


NOT_YET: Outcome = (MORE, "", None)


def text(wire: bytes) -> Outcome:
    """Read a line of version 1."""
    line = wire[:106].partition(b"\r")[0]
    if b"\n" in line:
        return refused("malformed")
    if len(line) == 106:
        return refused("too_long")
    if len(wire) < len(line) + 2:
        return NOT_YET
    words = line.split(b" ")
    if wire[len(line) + 1 :][:1] != b"\n":
        return refused("malformed")
    if words[1] == b"UNKNOWN":
        return len(line) + 2, "", None
    if len(words) != 6 or words[1] not in (b"TCP4", b"TCP6"):
        return refused("malformed")
    kind: Any = ipaddress.IPv4Address if words[1] == b"TCP4" else ipaddress.IPv6Address
    try:
        ends = [kind(word.decode("ascii")) for word in words[2:4]]
    except ValueError:
        return refused("malformed")
    if any(b"%" in word for word in words) or not all(PORT.fullmatch(word) and int(word) < 65536 for word in words[4:]):
        return refused("malformed")
    return len(line) + 2, "", tuple((end, int(port)) for end, port in zip(ends, words[4:], strict=True))


def values(rest: bytes, at: int) -> list[tuple[int, int, int]] | None:
    """Return kind, place and size of what is told behind the addresses, or None where it does not fit."""
    found = []
    while at < len(rest):
        size = int.from_bytes(rest[at + 1 : at + 3])
        if at + 3 + size > len(rest) or at + 3 > len(rest):
            return None
        found.append((rest[at], at + 3, size))
        at += 3 + size
    return found


def castagnoli(data: bytes) -> int:
    """Divide, bit by bit, in the order in which bits are sent."""
    value = int.from_bytes(data.translate(REVERSED)) << 32 ^ (0xFFFFFFFF << 8 * len(data))
    for bit in range(8 * len(data) + 31, 31, -1):
        if value >> bit & 1:
            value ^= 0x11EDC6F41 << bit - 32
    return int(f"{value ^ 0xFFFFFFFF:032b}"[::-1], 2)


def binary(wire: bytes) -> Outcome:
    """Read a header of version 2."""
    if wire[12:13] not in (b"", b"\x20", b"\x21"):
        return refused("malformed")
    local = wire[12:13] == b"\x20"
    if len(wire) > 13 and not local and wire[13] not in SIZES:
        return refused("malformed")
    if len(wire) < 16:
        return NOT_YET
    end = 16 + int.from_bytes(wire[14:16])
    size = 0 if local else SIZES[wire[13]]
    if end > 4096:
        return refused("too_long")
    if end < 16 + size:
        return refused("malformed")
    if len(wire) < end:
        return NOT_YET
    if size == 0:
        return end, "", None
    whole = wire[:end]
    told = values(whole, 16 + size)
    sums = [one for one in told or [] if one[0] == 3]
    if told is None or len(sums) > 1 or any(count != 4 for _, _, count in sums):
        return refused("malformed")
    for _, at, _ in sums:
        if castagnoli(whole[:at] + bytes(4) + whole[at + 4 :]) != int.from_bytes(whole[at : at + 4]):
            return refused("checksum")
    if wire[13] not in (0x11, 0x21):
        return end, "", None
    width = 4 if wire[13] == 0x11 else 16
    ends = [ipaddress.ip_address(whole[at : at + width]) for at in (16, 16 + width)]
    ports = [int.from_bytes(whole[at : at + 2]) for at in (16 + 2 * width, 18 + 2 * width)]
    return end, "", tuple(zip(ends, ports, strict=True))


def by_the_book(wire: bytes) -> Outcome:
    for mark, read in ((b"PROXY ", text), (SIGNATURE, binary)):
        if wire.startswith(mark):
            return read(wire)
        if mark.startswith(wire):
            return NOT_YET
    return refused("missing")


def found(reader: ProxyHeader, wire: bytes) -> Outcome:
    end = reader.feed(wire)
    told = reader.told if end > 0 else None
    assert (end == REFUSED) == (reader.refusal != 0)
    return end, WORDS[reader.refusal], told and tuple((ipaddress.ip_address(one), port) for one, port in told)


def mended(wire: bytes) -> bytes:
    """Put the right checksum where one belongs: chance would not find it."""
    if len(wire) < 16 or wire[13] not in SIZES:
        return wire
    end = 16 + int.from_bytes(wire[14:16])
    for kind, at, size in values(wire[:end], 16 + SIZES[wire[13]]) or []:
        if kind == 3 and size == 4:
            whole = wire[:at] + bytes(4) + wire[at + 4 : end]
            return wire[:at] + castagnoli(whole).to_bytes(4) + wire[at + 4 :]
    return wire


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first octet says where the rest is cut, and whether a checksum is mended."""
    first, wire = (data[0], data[1:]) if data else (0, b"")
    if first & 1:
        wire = mended(wire)
    reader = ProxyHeader()
    expected = by_the_book(wire)
    assert found(reader, wire) == expected, (wire, expected)
    for size in range(first >> 1, len(wire), 1 + (first >> 3) + len(wire) // 64):
        part = found(ProxyHeader(), wire[:size])
        assert part == NOT_YET if size < expected[0] or expected[0] == MORE else part in (NOT_YET, expected), wire[
            :size
        ]
    told = found(reader, wire)[2]
    if told:
        for version in (1, 2):
            again = ProxyHeader()
            written = header(reader, version)
            assert found(again, written + b"x") == (len(written), "", told)


if __name__ == "__main__":
    _run.main(check)
