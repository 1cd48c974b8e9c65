"""The request as the upstream gets it: parsed octets written anew, and what this hop has to say.

Nobody is trusted with who the client is, so X-Forwarded-* say what this gateway itself saw.
"""

import cython

from lumina.engine.buffer import Buffer
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
        OWN_FIELDS + head.method_size + head.target_size + head.normal_size + 2 * head.authority_size
    )
    for at in range(head.count):
        size += head.name_size[at] + head.value_size[at] + 4
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
    writer.fields(data, head, OWN_IN_REQUEST, head.body, head.content_length)
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
    data: cython.p_const_uchar = hop.data
    field: cython.int = head.upgrade_field
    writer.put(b"X-Forwarded-For: ", 0, 17)
    writer.put(hop.peer, 0, hop.peer_size)
    if hop.secure:
        writer.put(b"\r\nX-Forwarded-Proto: https", 0, 26)
    else:
        writer.put(b"\r\nX-Forwarded-Proto: http", 0, 25)
    if head.authority_size > 0:
        writer.put(b"\r\nX-Forwarded-Host: ", 0, 20)
        writer.put(data, head.authority_at, head.authority_size)
    if route.strip > 0:
        writer.put(b"\r\nX-Forwarded-Prefix: ", 0, 22)
        writer.put(route.prefix, 0, len(route.prefix))
    writer.put(b"\r\nX-Request-ID: ", 0, 16)
    writer.put(hop.id, 0, 36)
    writer.put(b"\r\nVia: 1.", 0, 9)
    writer.number(head.minor)
    writer.put(b" lumina\r\n", 0, 9)
    if hop.upgrading:
        writer.put(b"Connection: Upgrade\r\nUpgrade: ", 0, 30)
        writer.put(data, head.value_at[field], head.value_size[field])
        writer.end()
