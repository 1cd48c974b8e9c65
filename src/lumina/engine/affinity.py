"""Which endpoint a request belongs to: by a key of its own, or by the cookie that an earlier answer brought.

A cookie's value is the mark of an endpoint: a MAC of the upstream's and the endpoint's names, made once when the
endpoint comes. To check one is to look for it among those that there are: what no secret has made is in no list, and a
mark stands for the same endpoint in every worker, after every restart, and however many others come or go.
"""

import base64
import hashlib
import hmac

import cython

from lumina.engine.origin import Origin
from lumina.engine.pool import NO_MARK, Pool
from lumina.http1.request import RequestHead
from lumina.snapshot import Upstream


def guide(
    origin: Origin,
    wish: cython.pointer(Wish),
    head: RequestHead,
    data: cython.p_const_uchar,
    record: cython.pointer(Record),
) -> None:  # hot
    """Fill in what the request says of where it belongs."""
    upstream: Upstream = origin.upstream
    if upstream.hash_by != HASH_NOTHING:
        _hash(upstream, wish, head, data, record)
    if upstream.sticky:
        wish.preferred = _marked(origin, head, data)


def _hash(
    upstream: Upstream,
    wish: cython.pointer(Wish),
    head: RequestHead,
    data: cython.p_const_uchar,
    record: cython.pointer(Record),
) -> None:  # hot
    """Take the key, where the request has one."""
    by: cython.int = upstream.hash_by
    name: bytes = upstream.hash_name
    place: cython.int = -1
    at: cython.Py_ssize_t = -1
    end: cython.Py_ssize_t = 0
    if by == HASH_CLIENT:
        wish.key = key_of(record.client, 0, record.client_size)
        wish.keyed = True
        return
    if by == HASH_QUERY:
        if head.query_at >= 0:
            end = head.query_at + head.query_size
            at = parameter_at(data, head.query_at, end, name)
            end = value_end(data, at, end, PARAMETER_STOP) if at >= 0 else end
    elif by == HASH_HEADER:
        place = find_field(head, data, name, 0)
        if place >= 0:
            at = head.value_at[place]
            end = at + head.value_size[place]
    else:
        while at < 0:
            place = find_field(head, data, b"cookie", place + 1)
            if place < 0:
                break
            end = head.value_at[place] + head.value_size[place]
            at = cookie_at(data, head.value_at[place], end, name)
        end = value_end(data, at, end, COOKIE_STOP) if at >= 0 else end
    if end > at >= 0:
        wish.key = key_of(data, at, end)
        wish.keyed = True


def _marked(origin: Origin, head: RequestHead, data: cython.p_const_uchar) -> cython.int:  # hot
    """Return the slot of the endpoint that a cookie names, or -1."""
    name: bytes = origin.upstream.sticky_cookie
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    place: cython.int = find_field(head, data, b"cookie", 0)
    while place >= 0:
        end = head.value_at[place] + head.value_size[place]
        at = cookie_at(data, head.value_at[place], end, name)
        if at >= 0:
            return _slot_of(origin, data + at) if value_end(data, at, end, COOKIE_STOP) - at == MARK else -1
        place = find_field(head, data, b"cookie", place + 1)
    return -1


def _slot_of(origin: Origin, mark: cython.p_const_uchar) -> cython.int:  # hot
    """Return the slot of the endpoint with this mark, or -1. How long it takes does not tell how much was right."""
    place: cython.int
    at: cython.int
    wrong: cython.uint
    found: cython.int = -1
    own: bytes
    octets: cython.p_const_uchar
    for place in range(origin.count):
        own = origin.pool(place).mark
        octets = own
        wrong = 0
        for at in range(MARK):
            wrong |= octets[at] ^ mark[at]
        if wrong == 0:
            found = origin.pool(place).slot
    return found


def mark(pool: Pool, upstream: Upstream) -> None:
    """Give an endpoint its mark, and the cookie that brings it to a client; take them where none is wanted."""
    pool.mark = NO_MARK
    pool.cookie = None
    if not upstream.sticky:
        return
    secret: bytes = upstream.sticky_secret
    digest = hmac.digest(secret, f"{upstream.name}\0{pool.key}".encode(), hashlib.sha256)
    pool.mark = base64.urlsafe_b64encode(digest[:16]).rstrip(b"=")
    cookie: bytes = upstream.sticky_cookie + b"=" + pool.mark + b"; Path=/; HttpOnly; SameSite=Lax"
    if upstream.sticky_max_age > 0.0:
        cookie += b"; Max-Age=%d" % upstream.sticky_max_age
    pool.cookie = cookie
