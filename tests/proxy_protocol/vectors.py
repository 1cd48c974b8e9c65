"""Headers as the specification has them, and headers that it forbids.

The worst lines of version 1 are those of section 2.1; the rest is written from the words of section 2.2.
"""

from lumina.proxy_protocol.checksum import checksum

SIGNATURE = b"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a"
FOUR = bytes([192, 0, 2, 1, 198, 51, 100, 7]) + b"\xdc\x04\x01\xbb"
SIX = bytes.fromhex("20010db800000000000000000000000120010db800000000000000000000ffff") + b"\xdc\x04\x01\xbb"
UNIX = b"/run/client".ljust(108, b"\0") + b"/run/server".ljust(108, b"\0")
OF_FOUR = (("192.0.2.1", 56324), ("198.51.100.7", 443))
OF_SIX = (("2001:db8::1", 56324), ("2001:db8::ffff", 443))
LARGE = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

Told = tuple[tuple[str, int], tuple[str, int]]


def binary(first: int, second: int, rest: bytes = b"", *, length: int | None = None) -> bytes:
    """Return a header of version 2: octets 13 and 14, the length, what follows."""
    size = len(rest) if length is None else length
    return SIGNATURE + bytes([first, second]) + size.to_bytes(2) + rest


def value(kind: int, content: bytes = b"") -> bytes:
    """Return what is told as type, length and value."""
    return bytes([kind]) + len(content).to_bytes(2) + content


def checked(rest: bytes, after: bytes = b"", second: int = 0x11) -> bytes:
    """Return a header of version 2 with the checksum of all of it between `rest` and `after`."""
    blank = binary(0x21, second, rest + value(3, bytes(4)) + after)
    return binary(0x21, second, rest + value(3, checksum(blank).to_bytes(4)) + after)


# name: the header, and what it tells
GOOD: dict[str, tuple[bytes, Told | None]] = {
    "text, ipv4": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", OF_FOUR),
    "text, the longest of ipv4": (
        b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
        (("255.255.255.255", 65535), ("255.255.255.255", 65535)),
    ),
    "text, ipv6": (b"PROXY TCP6 2001:db8::1 2001:DB8::FFFF 56324 443\r\n", OF_SIX),
    "text, the longest of ipv6": (
        f"PROXY TCP6 {LARGE} {LARGE} 65535 65535\r\n".encode(),
        ((LARGE, 65535), (LARGE, 65535)),
    ),
    "text, ports of zero": (b"PROXY TCP4 192.0.2.1 198.51.100.7 0 0\r\n", (("192.0.2.1", 0), ("198.51.100.7", 0))),
    "text, unknown": (b"PROXY UNKNOWN\r\n", None),
    "text, unknown, with words that are not looked at": (b"PROXY UNKNOWN a b\x00\xff \t c\r\n", None),
    "text, the longest there is": (f"PROXY UNKNOWN {LARGE} {LARGE} 65535 65535\r\n".encode(), None),
    "local": (binary(0x20, 0x00), None),
    "local, with addresses": (binary(0x20, 0x11, FOUR), None),
    "local, of a family that is none": (binary(0x20, 0xFF, b"abc"), None),
    "unspecified": (binary(0x21, 0x00), None),
    "unspecified, with octets": (binary(0x21, 0x00, b"\x03abc"), None),
    "ipv4": (binary(0x21, 0x11, FOUR), OF_FOUR),
    "ipv6": (binary(0x21, 0x21, SIX), OF_SIX),
    "unix": (binary(0x21, 0x31, UNIX), None),
    "ipv4, datagrams": (binary(0x21, 0x12, FOUR), None),
    "ipv6, datagrams": (binary(0x21, 0x22, SIX), None),
    "unix, datagrams": (binary(0x21, 0x32, UNIX), None),
    "with values": (
        binary(0x21, 0x11, FOUR + value(1, b"h2") + value(2, b"a.example") + value(4, bytes(9)) + value(0xEA)),
        OF_FOUR,
    ),
    "with values behind unix": (binary(0x21, 0x31, UNIX + value(0x30, b"ns")), None),
    "with a checksum": (checked(FOUR), OF_FOUR),
    "with a checksum among values": (checked(SIX + value(1, b"h2"), value(4, b"x"), 0x21), OF_SIX),
    "as long as may be": (binary(0x21, 0x11, FOUR + value(4, bytes(4096 - 16 - 12 - 3))), OF_FOUR),
}
# name: what comes, and why it is refused
BAD: dict[str, tuple[bytes, str]] = {
    "a request": (b"GET / HTTP/1.1\r\n", "missing"),
    "a request that begins alike": (b"PUT / HTTP/1.1\r\n", "missing"),
    "a client's hello of tls": (b"\x16\x03\x01\x02\x00", "missing"),
    "small letters": (b"proxy TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "missing"),
    "a tab for the first space": (b"PROXY\tTCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "missing"),
    "white space before it": (b" PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "missing"),
    "a line end before it": (b"\r\nPROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "missing"),
    "no protocol": (b"PROXY \r\n", "malformed"),
    "a protocol that is none": (b"PROXY TCP5 192.0.2.1 198.51.100.7 56324 443\r\n", "malformed"),
    "udp": (b"PROXY UDP4 192.0.2.1 198.51.100.7 56324 443\r\n", "malformed"),
    "letters behind unknown": (b"PROXY UNKNOWNS\r\n", "malformed"),
    "no addresses": (b"PROXY TCP4\r\n", "malformed"),
    "one address": (b"PROXY TCP4 192.0.2.1\r\n", "malformed"),
    "no ports": (b"PROXY TCP4 192.0.2.1 198.51.100.7\r\n", "malformed"),
    "one port": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324\r\n", "malformed"),
    "a third port": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 1\r\n", "malformed"),
    "a space at the end": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 \r\n", "malformed"),
    "two spaces": (b"PROXY TCP4  192.0.2.1 198.51.100.7 56324 443\r\n", "malformed"),
    "two spaces before a port": (b"PROXY TCP4 192.0.2.1 198.51.100.7  56324 443\r\n", "malformed"),
    "tabs": (b"PROXY TCP4 192.0.2.1\t198.51.100.7 56324 443\r\n", "malformed"),
    "ipv6 under ipv4": (b"PROXY TCP4 2001:db8::1 2001:db8::2 56324 443\r\n", "malformed"),
    "ipv4 under ipv6": (b"PROXY TCP6 192.0.2.1 198.51.100.7 56324 443\r\n", "malformed"),
    "a number above 255": (b"PROXY TCP4 192.0.2.256 198.51.100.7 56324 443\r\n", "malformed"),
    "leading zeros of an address": (b"PROXY TCP4 192.0.2.01 198.51.100.7 56324 443\r\n", "malformed"),
    "a destination that is none": (b"PROXY TCP4 192.0.2.1 localhost 56324 443\r\n", "malformed"),
    "a source of ipv6 that is none": (b"PROXY TCP6 2001:db8:::1 2001:db8::2 56324 443\r\n", "malformed"),
    "a destination of ipv6 with a zone": (b"PROXY TCP6 2001:db8::1 fe80::1%eth0 56324 443\r\n", "malformed"),
    "leading zeros of a port": (b"PROXY TCP4 192.0.2.1 198.51.100.7 056324 443\r\n", "malformed"),
    "a port above 65535": (b"PROXY TCP4 192.0.2.1 198.51.100.7 65536 443\r\n", "malformed"),
    "a port of six digits": (b"PROXY TCP4 192.0.2.1 198.51.100.7 563240 443\r\n", "malformed"),
    "a port below zero": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 -1\r\n", "malformed"),
    "a port with a sign": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 +443\r\n", "malformed"),
    "a line feed alone": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\n", "malformed"),
    "a carriage return alone": (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\rGET", "malformed"),
    "a line of 108": (b"PROXY UNKNOWN ".ljust(106, b"x") + b"\r\n", "too_long"),
    "a line without end": (b"PROXY TCP4 ".ljust(107, b"1"), "too_long"),
    "a signature with another last octet": (SIGNATURE[:-1] + b"\r\x21\x11\0\0", "missing"),
    "version 1 of the binary form": (binary(0x11, 0x11, FOUR), "malformed"),
    "version 3": (binary(0x31, 0x11, FOUR), "malformed"),
    "a command that is none": (binary(0x22, 0x11, FOUR), "malformed"),
    "a family that is none": (binary(0x21, 0x41, FOUR), "malformed"),
    "a transport that is none": (binary(0x21, 0x13, FOUR), "malformed"),
    "a family without a transport": (binary(0x21, 0x10, FOUR), "malformed"),
    "a transport without a family": (binary(0x21, 0x01, FOUR), "malformed"),
    "too short for ipv4": (binary(0x21, 0x11, FOUR[:-1]), "malformed"),
    "too short for ipv6": (binary(0x21, 0x21, SIX[:-1]), "malformed"),
    "too short for unix": (binary(0x21, 0x31, UNIX[:-1]), "malformed"),
    "nothing of ipv4": (binary(0x21, 0x11), "malformed"),
    "longer than may be": (binary(0x21, 0x11, length=4096 - 16 + 1), "too_long"),
    "as long as can be said": (binary(0x20, 0x00, length=65535), "too_long"),
    "one octet behind the addresses": (binary(0x21, 0x11, FOUR + b"\x04"), "malformed"),
    "a value without a whole length": (binary(0x21, 0x11, FOUR + b"\x04\0"), "malformed"),
    "a value beyond the end": (binary(0x21, 0x11, FOUR + b"\x04\0\x02a"), "malformed"),
    "a second value beyond the end": (binary(0x21, 0x11, FOUR + value(4, b"a") + b"\x04\xff\xff"), "malformed"),
    "a checksum of three octets": (binary(0x21, 0x11, FOUR + value(3, bytes(3))), "malformed"),
    "a checksum of five octets": (binary(0x21, 0x11, FOUR + value(3, bytes(5))), "malformed"),
    "two checksums": (binary(0x21, 0x11, FOUR + value(3, bytes(4)) * 2), "malformed"),
    "a checksum that is wrong": (binary(0x21, 0x11, FOUR + value(3, bytes(4))), "checksum"),
    "an address that was changed": (checked(FOUR).replace(FOUR, b"\xc1" + FOUR[1:]), "checksum"),
    "a value that was changed": (checked(FOUR, value(4, b"x")).replace(b"\x04\0\x01x", b"\x04\0\x01y"), "checksum"),
    "a checksum that was changed": (checked(FOUR)[:-1] + bytes([checked(FOUR)[-1] ^ 1]), "checksum"),
}
