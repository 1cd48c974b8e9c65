"""TLS over a non-blocking socket, by the standard library's ssl: no OpenSSL headers, and its contexts as they are.

The handshake and the end go through `ssl`. What lies between, once the handshake is done, asks OpenSSL itself where
openssl.py has proved that it can be asked: no Python object for a record, and one read of the socket instead of two.
Elsewhere the session object behind SSLSocket is called, which reads into our memory and spares a layer of Python.

One call of OpenSSL's goes on as long as what comes is no content: new keys and tickets (RFC 8446, section 4.6),
attempts at another handshake. A peer that sends enough of them would never let it return, so its messages are counted
as they come, and when they are too many the session is told that it is over. Empty records and warnings OpenSSL
counts itself, with as low a bound, and says so.
"""

import contextlib
import socket
import ssl

import cython

from lumina.engine.openssl import Calls, direct_calls


class Tls:
    """One TLS session over a descriptor that somebody else owns and watches."""

    def __init__(
        self, context: ssl.SSLContext, fd: int, *, server_side: bool, name: str | None, view: memoryview
    ) -> None:
        plain = socket.socket(fileno=fd)
        try:
            plain.getpeername()  # of a peer that has left, SSLSocket makes no session, or closes the descriptor
        except OSError:
            plain.detach()
            raise
        self.socket = context.wrap_socket(
            plain,
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
        self._go_direct()
        return 1

    def _go_direct(self) -> None:
        place: cython.p_char = cython.cast(cython.p_char, cython.cast(cython.p_void, self.session))
        if DIRECT.read is cython.NULL:
            return
        self.ssl = cython.cast(cython.pointer(cython.p_void), place + DIRECT.session_at)[0]
        DIRECT.read_ahead(self.ssl, 1)
        DIRECT.watch(self.ssl, notice)

    def read(self, scratch: cython.p_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
        """Read into the scratch; return the octets, 0 at the peer's end, -1 for nothing now, -2 when broken."""
        count: cython.int
        held: cython.bint = self.more
        self.dry = False
        if self.ssl is cython.NULL:
            return self._read_by_ssl(size)  # cold
        self.more = False
        self._listen()
        DIRECT.forget_errors()
        count = DIRECT.read(self.ssl, scratch, cython.cast(cython.int, size))
        HEARD.session = cython.NULL
        self.messages = 0 if count > 0 else HEARD.messages
        if count > 0:
            # OpenSSL reads as much as its buffer takes, and what filled it may have left something in the kernel.
            self.more = DIRECT.holds(self.ssl) != 0
            self.dry = count < BRIEF and not held and not self.more
            return count
        count = DIRECT.error(self.ssl, count)
        if (count == WANT_READ or count == WANT_WRITE) and self.messages <= MESSAGES:
            return -1
        if self._was_flooded():
            self.messages = MESSAGES + 1
        DIRECT.forget_errors()  # or `ssl` would take it for one of what it asks next, of any session
        # An end without close_notify could be a cut, and one of a session that was told so is ours: no clean end.
        return 0 if count == ZERO_RETURN and self.messages <= MESSAGES else -2

    def _was_flooded(self) -> cython.bint:
        """Say whether OpenSSL gave the session up for something that came too often."""
        error: cython.ulong = DIRECT.last_error() & REASON
        return error == EMPTY_RECORDS or error == KEY_UPDATES or error == WARNINGS

    def _read_by_ssl(self, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
        try:
            return self.session.read(size, self.view)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return -1
        except ssl.SSLZeroReturnError:
            return 0
        except (OSError, ValueError):
            return -2

    def write(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
        """Write what the kernel takes; return how many octets that was, or -2 when broken."""
        done: cython.Py_ssize_t = 0
        count: cython.int
        if self.ssl is cython.NULL:
            return self._write_by_ssl(data, size)  # cold
        while done < size:
            DIRECT.forget_errors()
            count = DIRECT.write(self.ssl, data + done, cython.cast(cython.int, min(size - done, RECORD)))
            if count <= 0:
                count = DIRECT.error(self.ssl, count)
                if count == WANT_WRITE or count == WANT_READ:
                    return done
                DIRECT.forget_errors()
                return -2
            done += count
        return done

    def _write_by_ssl(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:
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
        """Return whether octets that were received wait inside the session."""
        if self.ssl is not cython.NULL:
            return self.more
        return self.session.pending() > 0

    def finish(self) -> None:
        """Tell the peer that we send no more (close_notify), as far as that goes without waiting."""
        self._listen()
        with contextlib.suppress(OSError, ValueError):
            self.session.shutdown()
        HEARD.session = cython.NULL

    def _listen(self) -> None:  # hot
        """Have what the peer says counted, until HEARD.session is NULL again."""
        HEARD.session = self.ssl
        HEARD.messages = self.messages

    def forget(self) -> None:
        """Let go of the descriptor without closing it: the transport does."""
        self.ssl = cython.NULL
        if self.socket is not None:
            self.socket.detach()
        self.socket = None
        self.session = None


def notice(session: cython.p_void, where: cython.int, _: cython.int) -> None:
    """Count what a peer says that is no content, and end what does not end."""
    if where & EXIT and session == HEARD.session:
        HEARD.messages += 1
        if HEARD.messages > MESSAGES:
            DIRECT.end(session, OVER)


def call_directly(calls: Calls | None) -> None:
    """Let sessions that begin from now on ask OpenSSL by these calls, or not at all."""
    DIRECT.read = cython.NULL
    if calls is None:
        return
    DIRECT.write = cython.cast(Writing, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.write)))
    DIRECT.error = cython.cast(Judging, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.error)))
    DIRECT.holds = cython.cast(Asking, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.holds)))
    DIRECT.read_ahead = cython.cast(Setting, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.read_ahead)))
    DIRECT.forget_errors = cython.cast(
        Clearing, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.forget_errors))
    )
    DIRECT.watch = cython.cast(Watching, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.watch)))
    DIRECT.last_error = cython.cast(Peeking, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.last_error)))
    DIRECT.end = cython.cast(Setting, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.end)))
    DIRECT.session_at = calls.session_at
    DIRECT.read = cython.cast(Reading, cython.cast(cython.p_void, cython.cast(cython.size_t, calls.read)))


call_directly(direct_calls())
