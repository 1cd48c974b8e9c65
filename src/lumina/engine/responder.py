"""Answers on an HTTP/1 connection.

What is written in one turn gathers in the reactor's draft (the stream is *corked*), so that a head and the beginning
of its body leave in one system call; uncork() sends it, at the latest when the upstream's octets have been used up.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.stream import ServerStream
from lumina.http1.response import ResponseHead
from lumina.http1.write import Writer


class Responder(ServerStream):
    """The writing half of a client's connection."""

    def keep(self, wanted: cython.bint) -> cython.bint:  # hot
        """Say whether the connection outlives this exchange, and hold to it."""
        self.persistent = self.persistent and wanted
        return self.persistent

    def send_interim(self, head: ResponseHead, data: cython.p_const_uchar) -> None:
        """Send a head with status 1xx, which is not the answer yet (RFC 9110, section 15.2)."""
        writer: Writer = self._begin(head)
        self._status_line(writer, head, data)
        writer.fields(data, head, OWN_IN_RESPONSE, BODY_NONE, 0)
        self._common(writer, head.minor)
        if head.status == 101:
            self._upgrade(writer, head, data)
        writer.end()
        self.reactor.draft.end = writer.at
        self.framing = BODY_UNTIL_CLOSE  # what follows a 101 is the tunnel's
        if writer.at > 2 * CORK:
            self.uncork()

    def send_head(self, head: ResponseHead, data: cython.p_const_uchar, keep: cython.bint) -> None:  # hot
        """Send the answer's head, framed as this client's version of HTTP allows."""
        writer: Writer = self._begin(head)
        self.keep(keep)
        self.framing = head.body
        if head.body == BODY_CHUNKED or head.body == BODY_UNTIL_CLOSE:
            if self.minor >= 1:
                self.framing = BODY_CHUNKED
            else:
                self.framing = BODY_UNTIL_CLOSE
                self.persistent = False
        self._status_line(writer, head, data)
        if self.framing == BODY_NONE and head.content_length >= 0 and head.status != 204:
            writer.fields(data, head, OWN_IN_RESPONSE, BODY_LENGTH, head.content_length)
        else:
            writer.fields(data, head, OWN_IN_RESPONSE, self.framing, head.content_length)
            writer.framing(self.framing, head.content_length)
        self._common(writer, head.minor)
        if self.cookie is not None:
            self._set_cookie(writer)
        if not head.dated:
            writer.put(b"Date: ", 0, 6)
            writer.put(cython.cast(cython.p_const_uchar, self.reactor.clock.date), 0, 29)
            writer.end()
        if not self.persistent:
            writer.put(b"Connection: close\r\n", 0, 19)
        elif self.minor == 0:
            writer.put(b"Connection: keep-alive\r\n", 0, 24)
        if head.status == 426 and head.upgrade and self.minor >= 1:  # it says what it wants (RFC 9110, 15.5.22)
            self._upgrade(writer, head, data)
        writer.end()
        self.reactor.draft.end = writer.at

    def _begin(self, head: ResponseHead) -> Writer:  # hot
        """Make room in the draft for a whole head and return the writer that stands there."""
        draft: Buffer = self.reactor.draft
        writer: Writer = self.gateway.writer
        size: cython.Py_ssize_t = OWN_FIELDS + head.reason_size
        at: cython.int
        if self.cookie is not None:
            size += len(cython.cast(bytes, self.cookie)) + 32
        if not self.corked:
            draft.clear()
            self.corked = True
        for at in range(head.count):
            size += head.name_size[at] + head.value_size[at] + 4
        if not draft.room(size):
            raise MemoryError
        writer.begin(draft.data, draft.end)
        return writer

    def _status_line(self, writer: Writer, head: ResponseHead, data: cython.p_const_uchar) -> None:  # hot
        writer.put(b"HTTP/1.1 ", 0, 9)
        writer.number(head.status)
        writer.put(b" ", 0, 1)
        writer.put(data, head.reason_at, head.reason_size)
        writer.end()

    def _common(self, writer: Writer, minor: cython.int) -> None:  # hot
        writer.put(b"X-Request-ID: ", 0, 14)
        writer.put(self.request_id, 0, self.request_id_size)
        writer.put(b"\r\nVia: 1.", 0, 9)
        writer.number(minor)
        writer.put(b" lumina\r\n", 0, 9)

    def _upgrade(self, writer: Writer, head: ResponseHead, data: cython.p_const_uchar) -> None:
        """Say to which protocols the connection changes, or may."""
        draft: Buffer = self.reactor.draft
        protocols: bytes = protocols_of(head, data)
        draft.end = writer.at
        if not protocols or not draft.room(OWN_FIELDS + len(protocols)):
            return
        writer.begin(draft.data, draft.end)
        writer.put(b"Connection: Upgrade\r\nUpgrade: ", 0, 30)
        writer.put(protocols, 0, len(protocols))
        writer.end()

    def _set_cookie(self, writer: Writer) -> None:  # hot
        """Give the client the cookie that is there for it."""
        cookie: bytes = self.cookie
        self.cookie = None
        writer.put(b"Set-Cookie: ", 0, 12)
        writer.put(cookie, 0, len(cookie))
        if self.private:
            writer.put(b"; Secure", 0, 8)
        writer.end()

    def send_body(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:  # hot
        """Send a part of the answer's body."""
        draft: Buffer = self.reactor.draft
        writer: Writer = self.gateway.writer
        pieces: iovec[3]
        if self.framing == BODY_NONE or size == 0:
            return
        if not self.corked:
            draft.clear()
            self.corked = True
        if not draft.room(CORK + 64):
            self.broken = True
            return
        writer.begin(draft.data, draft.end)
        if self.framing == BODY_CHUNKED:
            writer.hexadecimal(size)
            writer.end()
        if size <= CORK:
            writer.put(data, at, size)
            if self.framing == BODY_CHUNKED:
                writer.end()
            draft.end = writer.at
            if draft.end > 2 * CORK:
                self.uncork()
            return
        pieces[0].iov_base = draft.data
        pieces[0].iov_len = writer.at
        pieces[1].iov_base = cython.cast(cython.p_void, data + at)
        pieces[1].iov_len = size
        pieces[2].iov_base = cython.cast(cython.p_void, cython.cast(cython.p_char, b"\r\n"))
        pieces[2].iov_len = 2 if self.framing == BODY_CHUNKED else 0
        self.corked = False
        self.send_pieces(cython.address(pieces[0]), 3 if self.framing == BODY_CHUNKED else 2)
        self.patience()

    def send_end(self, trailers: bytearray | None) -> None:  # hot
        """End the answer's body."""
        draft: Buffer = self.reactor.draft
        size: cython.Py_ssize_t = 0
        if self.framing != BODY_CHUNKED:
            return
        if not self.corked:
            draft.clear()
            self.corked = True
        draft.append(b"0\r\n", 3)
        if trailers is not None:
            size = len(trailers)  # cold
            draft.append(cython.cast(cython.p_const_uchar, cython.cast(cython.p_char, trailers)), size)  # cold
        draft.append(b"\r\n", 2)

    def send_whole(self, answer: bytes) -> None:
        """Send an answer that is written already, head and body."""
        draft: Buffer = self.reactor.draft
        if not self.corked:
            draft.clear()
            self.corked = True
        draft.append(cython.cast(cython.p_const_uchar, cython.cast(cython.p_char, answer)), len(answer))
        self.framing = BODY_NONE
        self.uncork()

    def uncork(self) -> None:  # hot
        """Send what has gathered."""
        draft: Buffer = self.reactor.draft
        if not self.corked:
            return
        self.corked = False
        if draft.end > 0 and self.fd >= 0:
            self.send_one(draft.data, draft.end)
            self.patience()

    def can_splice(self) -> cython.bint:
        return self.tls is None and self.framing == BODY_LENGTH and self.pending is None and not self.broken

    def splice_from(self, source: cython.int, size: cython.Py_ssize_t, more: cython.bint) -> cython.Py_ssize_t:
        """Let the kernel move octets from a pipe into the socket; as push()."""
        flags: cython.uint = SPLICE_F_MOVE | SPLICE_F_NONBLOCK
        count: cython.Py_ssize_t
        if more:
            flags |= SPLICE_F_MORE
        count = splice(source, cython.NULL, self.fd, cython.NULL, size, flags)
        if count > 0:
            self.sent += count
            self.unblocked()
            return count
        if count < 0 and errno != EAGAIN and errno != EINTR:
            self.broken = True
            return BROKEN
        self.seen &= ~EPOLLOUT
        self.starved = True
        self.patience()
        return 0

    def patience(self) -> None:
        """Look after a client that does not keep up; who knows the clocks says how."""

    def unblocked(self) -> None:
        """Stop looking after it."""
