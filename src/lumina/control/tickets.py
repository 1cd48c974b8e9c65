"""Session tickets that every worker can open (RFC 5077; RFC 8446, section 4.6.1).

OpenSSL gives each context keys of its own, so a session begun with one worker could be resumed with that worker alone.
The call that sets the keys exists, but `ssl` does not offer it. Where it cannot be reached, nothing is done: sessions
then resume only where they began.
"""

import os
import ssl

from lumina.engine import openssl

SET_TICKET_KEYS = 59  # SSL_CTRL_SET_TLSEXT_TICKET_KEYS in openssl/ssl.h
KEY_BYTES = 80  # a name of 16 octets, then 32 for the HMAC and 32 for AES-256: OpenSSL 3


def new_keys() -> bytes:
    """Return keys for the tickets of one run."""
    return os.urandom(KEY_BYTES)


def share_tickets(context: ssl.SSLContext, keys: bytes) -> bool:
    """Seal the session tickets of `context` with `keys`; False where this interpreter does not let us."""
    calls = openssl.library()
    pointer = openssl.context_pointer(context)
    if calls is None or pointer is None:
        return False
    return bool(calls.SSL_CTX_ctrl(pointer, SET_TICKET_KEYS, len(keys), keys) == 1)
