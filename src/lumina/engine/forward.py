"""The request as the upstream gets it: parsed octets written anew, and what this hop has to say.

Who the client is, is what this gateway itself saw, or what a proxy told it that is trusted with that.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.http1.forwarded import Forwarded
from lumina.http1.request import RequestHead
from lumina.http1.write import Writer
from lumina.snapshot import Route


def write_request(
    out: Buffer,
    writer: Writer,
    head: RequestHead,
    route: Route,
    hop: cython.pointer(Hop),
) -> cython.bint:  # hot
    """Write the whole head to `out`; False when there is no memory for it."""
    data: cython.p_const_uchar = hop.data
    authority: bytes = cython.cast(bytes, route.upstream.authority)
    at: cython.int
    size: cython.Py_ssize_t = (
        OWN_FIELDS + head.method_size + head.target_size + head.normal_size + 4 * head.authority_size
    )
    own: cython.p_const_uchar = OWN_IN_REQUEST
    if hop.told != cython.NULL:
        own = OWN_IN_TRUSTED
        size += CHAIN_ROOM + 3 * cython.cast(Forwarded, hop.told).host_size
    for at in range(head.count):
        size += head.name_size[at] + head.value_size[at] + 4
    if hop.upgrading:
        size += hop.protocols_size
    if not out.room(size + len(route.upstream.base) + len(authority) + len(route.prefix)):
        return False
    writer.begin(out.data, out.end)
    writer.put(data, head.method_at, head.method_size)
    writer.put(b" ", 0, 1)
    _target(writer, head, data, route)
    writer.put(b" HTTP/1.1\r\nHost: ", 0, 17)
    if route.preserve_host and head.authority_size > 0:
        writer.put(data, head.authority_at, head.authority_size)
    else:
        writer.put(authority, 0, len(authority))
    writer.end()
    writer.fields(data, head, own, head.body, head.content_length)
    writer.framing(head.body, head.content_length)
    _hop_fields(writer, head, route, hop)
    writer.end()
    out.end = writer.at
    return True


def _target(writer: Writer, head: RequestHead, data: cython.p_const_uchar, route: Route) -> None:  # hot
    """Write the normalised path, the one that was matched, without the route's prefix and after the upstream's base."""
    path: cython.p_const_uchar = data + head.path_at
    size: cython.Py_ssize_t = head.path_size
    strip: cython.Py_ssize_t = route.strip
    base: bytes = route.upstream.base
    if head.rewritten:
        path = head.path_room
        size = head.normal_size
    if strip > size:
        strip = size
    writer.put(base, 0, len(base))
    if strip == size:
        writer.put(b"/", 0, 1)
    writer.put(path, strip, size - strip)
    if head.query_at >= 0:
        writer.put(b"?", 0, 1)
        writer.put(data, head.query_at, head.query_size)


def _hop_fields(writer: Writer, head: RequestHead, route: Route, hop: cython.pointer(Hop)) -> None:  # hot
    if hop.ways & WAY_X_FORWARDED:
        _x_forwarded(writer, head, route, hop)
    if hop.ways & WAY_FORWARDED:
        _forwarded(writer, head, hop)
    writer.put(b"X-Request-ID: ", 0, 14)
    writer.put(hop.record.id, 0, hop.record.id_size)
    writer.put(b"\r\nVia: 1.", 0, 9)
    writer.number(head.minor)
    writer.put(b" lumina\r\n", 0, 9)
    if hop.forwards >= 0:
        writer.put(b"Max-Forwards: ", 0, 14)
        writer.number(hop.forwards)
        writer.end()
    if hop.upgrading:
        writer.put(b"Connection: Upgrade\r\nUpgrade: ", 0, 30)
        writer.put(hop.protocols, 0, hop.protocols_size)
        writer.end()


def _x_forwarded(writer: Writer, head: RequestHead, route: Route, hop: cython.pointer(Hop)) -> None:  # hot
    told: Forwarded = None
    node: cython.int
    host: cython.p_const_uchar = hop.data + head.authority_at
    size: cython.Py_ssize_t = head.authority_size
    if hop.told != cython.NULL:
        told = cython.cast(Forwarded, hop.told)
        if told.host_size > 0:
            host = hop.data + told.host_at
            size = told.host_size
    if hop.peer_size > 0:
        writer.put(b"X-Forwarded-For: ", 0, 17)
        if told is not None:
            for node in range(told.count - 1, 0, -1):
                writer.put(told.text, 0, told.spell(node))
                writer.put(b", ", 0, 2)
        writer.put(hop.peer, 0, hop.peer_size)
        writer.put(b"\r\nX-Real-IP: ", 0, 13)
        writer.put(hop.record.client, 0, hop.record.client_size)
        writer.end()
    if hop.secure:
        writer.put(b"X-Forwarded-Proto: https\r\n", 0, 26)
    else:
        writer.put(b"X-Forwarded-Proto: http\r\n", 0, 25)
    if size > 0:
        writer.put(b"X-Forwarded-Host: ", 0, 18)
        writer.put(host, 0, size)
        writer.end()
    writer.put(b"X-Forwarded-Port: ", 0, 18)
    if told is not None and told.port_size > 0:
        writer.put(hop.data, told.port_at, told.port_size)
        writer.end()
    else:
        _port(writer, host, size, hop.secure)
    _prefix(writer, route.prefix, len(route.prefix) if route.strip > 0 else 0, hop)


def _prefix(
    writer: Writer, prefix: cython.p_const_uchar, size: cython.Py_ssize_t, hop: cython.pointer(Hop)
) -> None:  # hot
    """Say what was taken off the path, here and by trusted proxies before: what a link has to begin with."""
    told: Forwarded
    if hop.told != cython.NULL:
        told = cython.cast(Forwarded, hop.told)
        if told.prefix_size > 0:
            writer.put(b"X-Forwarded-Prefix: ", 0, 20)
            writer.put(hop.data, told.prefix_at, told.prefix_size)
            writer.put(prefix, 0, size)
            writer.end()
            return
    if size > 0:
        writer.put(b"X-Forwarded-Prefix: ", 0, 20)
        writer.put(prefix, 0, size)
        writer.end()


def _port(writer: Writer, host: cython.p_const_uchar, size: cython.Py_ssize_t, secure: cython.bint) -> None:  # hot
    """Write the port that the client asked for: the host's, or that of its scheme."""
    at: cython.Py_ssize_t = size
    while at > 0 and 48 <= host[at - 1] <= 57:
        at -= 1
    if 0 < at < size and host[at - 1] == 58:
        writer.put(host, at, size - at)
        writer.end()
    elif secure:
        writer.put(b"443\r\n", 0, 5)
    else:
        writer.put(b"80\r\n", 0, 4)


def _forwarded(writer: Writer, head: RequestHead, hop: cython.pointer(Hop)) -> None:  # hot
    """Write the field of RFC 7239: an element for each node, and what was asked for where that is known."""
    told: Forwarded = None
    node: cython.int
    host: cython.p_const_uchar = hop.data + head.authority_at
    size: cython.Py_ssize_t = head.authority_size
    writer.put(b"Forwarded: ", 0, 11)
    if hop.told != cython.NULL:
        told = cython.cast(Forwarded, hop.told)
        for node in range(told.count - 1, 0, -1):
            _for(writer, told.text, told.spell(node))
            if node == told.client:
                _of_request(writer, hop.data + told.host_at, told.host_size, hop.secure)
            writer.put(b", ", 0, 2)
    _for(writer, hop.peer, hop.peer_size)
    if told is not None and told.client == 0 and told.host_size > 0:
        host = hop.data + told.host_at
        size = told.host_size
    _of_request(writer, host, size, hop.secure if told is None or told.client == 0 else hop.over_tls)
    writer.end()


def _for(writer: Writer, address: cython.p_const_uchar, size: cython.Py_ssize_t) -> None:  # hot
    """Write a node (RFC 7239, section 6)."""
    at: cython.Py_ssize_t
    writer.put(b"for=", 0, 4)
    if size == 0:
        writer.put(b"unknown", 0, 7)
        return
    for at in range(size):
        if address[at] == 58:
            writer.put(b'"[', 0, 2)
            writer.put(address, 0, size)
            writer.put(b']"', 0, 2)
            return
    writer.put(address, 0, size)


def _of_request(
    writer: Writer, host: cython.p_const_uchar, size: cython.Py_ssize_t, secure: cython.bint
) -> None:  # hot
    """Write the host, in quotation marks where it is no token, and the scheme."""
    at: cython.Py_ssize_t = 0
    if size > 0:
        while at < size and OCTETS[host[at]] & TCHAR:
            at += 1
        writer.put(b";host=", 0, 6)
        if at < size:
            writer.put(b'"', 0, 1)
        writer.put(host, 0, size)
        if at < size:
            writer.put(b'"', 0, 1)
    if secure:
        writer.put(b";proto=https", 0, 12)
    else:
        writer.put(b";proto=http", 0, 11)
