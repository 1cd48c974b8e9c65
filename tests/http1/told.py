"""What the tests of http1/forwarded share: field lines in, what was read of them out."""

import ipaddress
import re

from hypothesis import strategies as st

from lumina.http.networks import Networks
from lumina.http1.fields import Fields
from lumina.http1.forwarded import Forwarded

X_FORWARDED, RFC_7239 = 1, 2
NODES = 64
TRUSTED = ["10.0.0.0/8", "fd00::/8"]
PEER = b"10.0.0.1"


def read(
    fields: bytes, *, peer: bytes = PEER, trusted: list[str] | None = None, ways: int = X_FORWARDED
) -> tuple[Forwarded, bool]:
    """Return what is read of the field lines, and whether the peer is trusted."""
    head = Fields()
    assert head.scan_bytes(fields + b"\r\n") > 0
    told = Forwarded()
    told.configure(Networks(TRUSTED if trusted is None else trusted), ways)
    return told, told.read_bytes(head, fields + b"\r\n", peer)


def client(fields: bytes, ways: int = X_FORWARDED) -> str:
    told, trusted = read(fields, ways=ways)
    assert trusted
    return told.chain()[told.count - 1 - told.client]


def chain(fields: bytes, ways: int = X_FORWARDED) -> str:
    told, trusted = read(fields, ways=ways)
    assert trusted
    return ", ".join(told.chain())


def part(name: str, fields: bytes, ways: int = X_FORWARDED) -> str | None:
    """Return the octets that were noted as that part."""
    told, _ = read(fields, ways=ways)
    at, size = getattr(told, f"{name}_at"), getattr(told, f"{name}_size")
    return (fields + b"\r\n")[at : at + size].decode() if size else None


def node(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read one node, by Python's own means."""
    port, version = 0, 0
    if match := re.fullmatch(r"\[([^]%]*)\](?::([0-9]{1,5}))?", text):
        text, port, version = match[1], int(match[2] or 0), 6
    elif match := re.fullmatch(r"([0-9.]+):([0-9]{1,5})", text):
        text, port, version = match[1], int(match[2]), 4
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if port > 65535 or "%" in text or version not in (0, address.version):
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


NUMBER = st.sampled_from([0, 1, 9, 10, 99, 100, 255])
FOUR = st.tuples(NUMBER, NUMBER, NUMBER).map(lambda rest: ".".join(map(str, (10, *rest)))) | st.integers(
    0, 2**32 - 1
).map(lambda number: str(ipaddress.IPv4Address(number)))
SIX = st.integers(0, 2**128 - 1).map(lambda number: str(ipaddress.IPv6Address(number)))
