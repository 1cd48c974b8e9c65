"""OpenSSL's own calls, on the objects that the interpreter's `ssl` holds.

`ssl` hides where OpenSSL keeps a context and a session: CPython has both pointers at the beginning of its own
objects. That is a guess until it is proved, so it is proved before anything is called for real, on a context and a
session made for it. Where the interpreter, the build or the library is unlike that, there is nothing to be had here,
and whoever asks goes on with what `ssl` offers.
"""

import ctypes
import ssl
import sys
from functools import cache
from typing import NamedTuple

HEADER = object.__basicsize__  # octets of what every Python object begins with
WORD = ctypes.sizeof(ctypes.c_void_p)
SESSION_AT = (
    HEADER + WORD
)  # in the object behind an SSLSocket: a reference to it, OpenSSL's session, the context's object
OWNER_AT = HEADER + 2 * WORD
PROBES = (3, 5)  # numbers of tickets that nobody has by default


class Calls(NamedTuple):
    """The addresses of the calls that the data path makes, and where in a session's object OpenSSL's session is."""

    read: int
    write: int
    error: int
    holds: int
    read_ahead: int
    forget_errors: int
    last_error: int
    watch: int
    end: int
    session_at: int


@cache
def library() -> ctypes.CDLL | None:
    """Return the OpenSSL that the ssl module itself uses, or None when its calls cannot be reached."""
    if sys.implementation.name != "cpython" or ssl.OPENSSL_VERSION_INFO < (3,):
        return None
    try:
        found = ctypes.CDLL(ssl._ssl.__file__)  # type: ignore[attr-defined]
        control, tickets, owner = found.SSL_CTX_ctrl, found.SSL_CTX_get_num_tickets, found.SSL_get_SSL_CTX
    except (OSError, AttributeError):
        return None
    control.restype = ctypes.c_long
    control.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p]
    tickets.restype = ctypes.c_size_t
    owner.restype = ctypes.c_void_p
    tickets.argtypes = owner.argtypes = [ctypes.c_void_p]
    return found


def _word(thing: object, at: int) -> int | None:
    value: int | None = ctypes.c_void_p.from_address(id(thing) + at).value
    return value


def context_pointer(context: ssl.SSLContext) -> int | None:
    """Return the address of OpenSSL's context inside `context`, or None where there is any doubt.

    It must tell, asked through the pointer, the number of tickets that the object was told, for two numbers.
    """
    calls = library()
    if calls is None:
        return None
    pointer = _word(context, HEADER)
    if pointer is None:
        return None
    before = context.num_tickets
    told = []
    for number in PROBES:
        context.num_tickets = number
        told.append(int(calls.SSL_CTX_get_num_tickets(pointer)))
    context.num_tickets = before
    return pointer if tuple(told) == PROBES else None


@cache
def direct_calls() -> Calls | None:
    """Return the calls that read and write a session, or None where there is any doubt about where a session is.

    A session's object must name its context's object in the word after the pointer, and OpenSSL, asked through the
    pointer, the context that the other proof has found.
    """
    calls = library()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pointer = context_pointer(context)
    if calls is None or pointer is None:
        return None
    session = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)._sslobj  # type: ignore[attr-defined]
    found = _word(session, SESSION_AT)
    if found is None or _word(session, OWNER_AT) != id(context) or calls.SSL_get_SSL_CTX(found) != pointer:
        return None
    names = "SSL_read", "SSL_write", "SSL_get_error", "SSL_has_pending", "SSL_set_read_ahead", "ERR_clear_error"
    names += "ERR_peek_last_error", "SSL_set_info_callback", "SSL_set_shutdown"
    try:
        addresses = [ctypes.cast(getattr(calls, name), ctypes.c_void_p).value or 0 for name in names]
    except AttributeError:
        return None
    return Calls(*addresses, SESSION_AT)
