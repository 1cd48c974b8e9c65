"""Who proxies say the client is: as a walk in plain Python finds it, and whatever a client writes before them."""

import ipaddress
import re

from fuzz import _run
from lumina.http.networks import Networks
from lumina.http1.fields import Fields
from lumina.http1.forwarded import Forwarded

X_FORWARDED, RFC_7239 = 1, 2
NODES = 64
TRUSTED = ("10.0.0.0/8", "127.0.2.0/24", "fd00::/8", "::/64")
NETWORKS = Networks(TRUSTED)
PEER = b"10.0.0.1"
ADDED = {X_FORWARDED: b"1.1.1.1:80", RFC_7239: b'host="a, \\", b";for="1.1.1.1"'}
NAMES = {X_FORWARDED: b"X-Forwarded-For: ", RFC_7239: b"Forwarded: "}
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = rb'"(?:[^"\\]|\\.)*"'
PAIR = re.compile(rb"[ \t]*(?:(" + TOKEN + rb")=(" + TOKEN + rb"|" + QUOTED + rb"))?[ \t]*(?:;|$)", re.DOTALL)
HIDDEN_PORT = r"_[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# Read from its end, an escaped quotation mark that stands in no quotation is one of a quotation that begins before it.
ELEMENTS = re.compile(rb'(?:[^",\\]|\\(?!")|' + QUOTED + rb")*", re.DOTALL)

Node = ipaddress.IPv4Address | ipaddress.IPv6Address


def node(octets: bytes, ways: int) -> Node | None:
    """Read a node of a list."""
    text, port, version = octets.decode("latin-1"), "0", 0
    if match := re.fullmatch(r"\[([^]%]*)\](?::(.+))?", text):
        text, port, version = match[1], match[2] or "0", 6
    elif match := re.fullmatch(r"([^:]*\.[^:]*):(.+)", text):
        text, port, version = match[1], match[2], 4
    hidden = ways == RFC_7239 and re.fullmatch(HIDDEN_PORT, port)
    if not hidden and (not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or int(port) > 65535):
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if "%" in text or version not in (0, address.version):
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def of_element(element: bytes) -> Node | None:
    """Read the node of an element of Forwarded."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(element):
        match = PAIR.match(element, at)
        if match is None:
            return None
        at = match.end()
        if match[1] is None:
            continue
        name = match[1].lower()
        if name in found and name in (b"for", b"host", b"proto"):
            return None
        value = match[2]
        found[name] = value[1:-1] if value.startswith(b'"') else value
    return node(found.get(b"for", b""), RFC_7239)


def model(lines: list[bytes], ways: int) -> list[Node] | None:
    """Return the nodes from the peer on; None where the lines are no lists, or other ones from their end."""
    nodes = [ipaddress.ip_address(PEER.decode())]
    for line in reversed(lines):
        if ways == X_FORWARDED:
            elements = line.split(b",")
        else:
            elements = []
            at = -1
            while at < len(line):
                match = ELEMENTS.match(line, at + 1)
                assert match is not None
                elements.append(match[0])
                at = match.end()
                if at < len(line) and line[at : at + 1] != b",":
                    return None
        for element in reversed([element.strip(b" \t") for element in elements]):
            if not element:
                continue
            found = node(element, ways) if ways == X_FORWARDED else of_element(element)
            if found is None or len(nodes) == NODES:
                return nodes
            nodes.append(found)
    return nodes


def client_of(nodes: list[Node]) -> Node:
    """Return the first that is not trusted, or the last."""
    networks = [ipaddress.ip_network(one) for one in TRUSTED]
    return next((one for one in nodes[1:] if not any(one in network for network in networks)), nodes[-1])


def read(lines: list[bytes], ways: int) -> Forwarded:
    """Read these lines."""
    data = b"".join(NAMES[ways] + line + b"\r\n" for line in lines) + b"\r\n"
    head, told = Fields(), Forwarded()
    told.configure(NETWORKS, ways)
    assert head.scan_bytes(data) == len(data)
    assert told.read_bytes(head, data, PEER)
    return told


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first octet says by which field; then lines."""
    ways = RFC_7239 if data[:1] > b"@" else X_FORWARDED
    clean = bytes(octet for octet in data[1:] if (octet >= 32 and octet != 127) or octet in (9, 10))
    lines = [line.strip(b" \t") for line in clean.split(b"\n")][:8]
    told = read(lines, ways)
    chain = told.chain()
    nodes = model(lines, ways)
    if nodes is not None:
        assert chain == [str(one) for one in reversed(nodes)], (lines, chain, nodes)
        assert chain[told.count - 1 - told.client] == str(client_of(nodes)), (lines, chain, told.client)
    for more in ([*lines, ADDED[ways]], [*lines[:-1], lines[-1] + b"," + ADDED[ways]]):
        told = read(more, ways)
        assert told.client == 1, (more, told.chain())
        assert told.chain()[-2] == "1.1.1.1", (more, told.chain())


if __name__ == "__main__":
    _run.main(check)
