"""TLS over a non-blocking socket, by the standard library's ssl: no OpenSSL headers, and its contexts as they are.

The session object behind SSLSocket is called directly: it reads into our memory and spares a layer of Python.
"""

import socket
import ssl

import cython

RECORD = 16384  # octets: what one TLS record can carry (RFC 8446, section 5.1)


class Tls:
    """One TLS session over a descriptor that somebody else owns and watches."""

    def __init__(
        self, context: ssl.SSLContext, fd: int, *, server_side: bool, name: str | None, view: memoryview
    ) -> None:
        self.socket = context.wrap_socket(
            socket.socket(fileno=fd),
            server_side=server_side,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
            server_hostname=name,
        )
        self.socket.setblocking(False)
        self.session = self.socket._sslobj
        self.view = view
        self.failure = ""

    def shake(self) -> cython.int:
        """Go on with the handshake: 1 when it is done, 0 when it waits for the peer, -1 when it failed."""
        try:
            self.session.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        except ssl.SSLCertVerificationError as error:
            self.failure = error.verify_message
            self.untrusted = True
            return -1
        except ssl.SSLError as error:
            self.failure = error.reason or "the peer ended it"
            self.plain_http = error.reason == "HTTP_REQUEST"
            return -1
        except (OSError, ValueError) as error:
            self.failure = str(error)
            return -1
        self.ready = True
        return 1

    def read(self, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Read into the scratch; return the octets, 0 at the peer's end, -1 for nothing now, -2 when broken."""
        try:
            return self.session.read(size, self.view)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return -1
        except ssl.SSLZeroReturnError:
            return 0
        except (OSError, ValueError):  # an end without close_notify could be a cut: never a clean end
            return -2

    def write(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Write what the kernel takes; return how many octets that was, or -2 when broken."""
        done: cython.Py_ssize_t = 0
        part: cython.Py_ssize_t
        try:
            while done < size:
                part = min(size - done, RECORD)
                self.session.write(PyMemoryView_FromMemory(cython.cast(cython.p_char, data) + done, part, 0x100))
                done += part
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return done
        except (OSError, ValueError):
            return -2
        return done

    def holds(self) -> cython.bint:
        """Return whether octets that were received and opened wait inside the session."""
        return self.session.pending() > 0

    def finish(self) -> None:
        """Tell the peer that we send no more (close_notify), as far as that goes without waiting."""
        try:
            self.session.shutdown()
        except (OSError, ValueError):
            return

    def forget(self) -> None:
        """Let go of the descriptor without closing it: the transport does."""
        if self.socket is not None:
            self.socket.detach()
        self.socket = None
        self.session = None
