"""Session tickets that every worker can open (RFC 5077; RFC 8446, section 4.6.1).

OpenSSL gives each context keys of its own, so a session begun with one worker could be resumed with that worker alone.
The call that sets the keys exists, but `ssl` does not offer it: here it is made by ctypes on the context that
a `SSLContext` of CPython holds as its first field. Before anything is written, the pointer has to show that it is the
context: it must tell the number of tickets that the object tells, for two numbers. Where the interpreter, the build or
the library is unlike that, nothing is done: sessions then resume only where they began.
"""

import ctypes
import os
import ssl
import sys
from functools import cache

SET_TICKET_KEYS = 59  # SSL_CTRL_SET_TLSEXT_TICKET_KEYS in openssl/ssl.h
KEY_BYTES = 80  # a name of 16 octets, then 32 for the HMAC and 32 for AES-256: OpenSSL 3
PROBES = (3, 5)  # numbers of tickets that nobody has by default


def new_keys() -> bytes:
    """Return keys for the tickets of one run."""
    return os.urandom(KEY_BYTES)


@cache
def _library() -> ctypes.CDLL | None:
    """Return the OpenSSL that the ssl module itself uses, or None when its calls cannot be reached."""
    try:
        library = ctypes.CDLL(ssl._ssl.__file__)  # type: ignore[attr-defined]  # noqa: SLF001
        control, tickets = library.SSL_CTX_ctrl, library.SSL_CTX_get_num_tickets
    except (OSError, AttributeError):
        return None
    control.restype = ctypes.c_long
    control.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p]
    tickets.restype = ctypes.c_size_t
    tickets.argtypes = [ctypes.c_void_p]
    return library


def _pointer(context: ssl.SSLContext, library: ctypes.CDLL) -> int | None:
    """Return the address of OpenSSL's context inside `context`, or None where there is any doubt."""
    if sys.implementation.name != "cpython" or ssl.OPENSSL_VERSION_INFO < (3,):
        return None
    pointer = ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value
    if pointer is None:
        return None
    before = context.num_tickets
    told = []
    for number in PROBES:
        context.num_tickets = number
        told.append(int(library.SSL_CTX_get_num_tickets(pointer)))
    context.num_tickets = before
    return pointer if tuple(told) == PROBES else None


def share_tickets(context: ssl.SSLContext, keys: bytes) -> bool:
    """Seal the session tickets of `context` with `keys`; False where this interpreter does not let us."""
    library = _library()
    if library is None:
        return False
    pointer = _pointer(context, library)
    return pointer is not None and library.SSL_CTX_ctrl(pointer, SET_TICKET_KEYS, len(keys), keys) == 1
