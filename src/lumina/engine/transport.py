"""A connected socket, plain or TLS.

The epoll set is edge-triggered, so whoever runs the socket dry clears the bit in `seen`: a read that brought less than
it asked for has emptied a stream socket (epoll(7)), and needs no second read to learn it.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.engine.reactor import Watcher

GONE = EPOLLRDHUP | EPOLLHUP | EPOLLERR
ALL_NEWS = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET


class Transport(Watcher):
    """Octets in and out of one socket, without blocking."""

    def receive(self) -> cython.Py_ssize_t:  # hot
        """Read into the reactor's scratch; return how many octets came, or ENDED, AGAIN, BROKEN."""
        count: cython.Py_ssize_t
        if self.tls is not None:
            return self._receive_tls()
        count = recv(self.fd, self.reactor.scratch, SCRATCH, 0)
        if count < 0:
            if errno == EAGAIN or errno == EINTR:
                self.seen &= ~EPOLLIN
                return AGAIN
            return BROKEN
        if count < SCRATCH and not self.seen & GONE:
            self.seen &= ~EPOLLIN
        return count

    def quiet(self) -> cython.bint:
        """Say whether nothing has come that is unread. The bit in `seen` may be older than the last look."""
        octet: cython.uchar = 0
        if self.seen & GONE:
            return False
        if not self.seen & EPOLLIN:
            return True
        if recv(self.fd, cython.address(octet), 1, MSG_PEEK | MSG_DONTWAIT) >= 0 or errno != EAGAIN:
            return False
        if self.tls is not None and self.tls.holds():
            return False
        self.seen &= ~EPOLLIN
        return True

    def _receive_tls(self) -> cython.Py_ssize_t:
        count: cython.Py_ssize_t = self.tls.read(self.reactor.scratch, SCRATCH)
        left: cython.int = 0
        if count == AGAIN:
            self.seen &= ~EPOLLIN
        elif count <= 0:
            if self.tls.messages > MESSAGES:
                self.flooded()
        elif not self.seen & GONE and not self.tls.holds():
            if self.tls.dry or (ioctl(self.fd, FIONREAD, cython.address(left)) == 0 and left == 0):
                self.seen &= ~EPOLLIN
        return count

    def flooded(self) -> None:
        """The connection ends because its peer says too much by TLS that is no content; who counts such things does."""

    def fault(self, otherwise: cython.int) -> cython.int:
        """Return why a connection to an upstream broke: for `otherwise`, unless TLS failed while its socket stands."""
        octet: cython.uchar = 0
        count: cython.Py_ssize_t
        if self.tls is None:
            return otherwise
        count = recv(self.fd, cython.address(octet), 1, MSG_PEEK | MSG_DONTWAIT)
        if self.tls.messages > MESSAGES or count > 0 or (count < 0 and errno == EAGAIN):
            return TLS_PROTOCOL_ERROR
        return otherwise

    def push(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
        """Send what the kernel takes now; return how many octets that was, or BROKEN. Nothing is kept."""
        count: cython.Py_ssize_t
        if self.tls is not None:
            count = self.tls.write(data, size)
        else:
            count = send(self.fd, data, size, MSG_NOSIGNAL)
            if count < 0:
                count = 0 if errno == EAGAIN or errno == EINTR else BROKEN
        if count == BROKEN:
            self.broken = True
            return BROKEN
        self.sent += count
        if count < size:
            self.seen &= ~EPOLLOUT
        return count

    def send_one(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:  # hot
        """Send all of it, now or later; False when the connection is broken."""
        piece: iovec
        piece.iov_base = cython.cast(cython.p_void, data)
        piece.iov_len = size
        return self.send_pieces(cython.address(piece), 1)

    def send_pieces(self, pieces: cython.pointer(iovec), count: cython.int) -> cython.bint:  # hot
        """Send these pieces in order, now or later; False when the connection is broken."""
        message: msghdr
        sent: cython.Py_ssize_t
        if self.broken:
            return False
        if self.pending is not None:
            return self._keep(pieces, count, 0)
        if self.tls is not None:
            return self._send_tls(pieces, count)
        if count == 1:
            sent = send(self.fd, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
        else:
            message.msg_name = cython.NULL
            message.msg_namelen = 0
            message.msg_iov = pieces
            message.msg_iovlen = count
            message.msg_control = cython.NULL
            message.msg_controllen = 0
            message.msg_flags = 0
            sent = sendmsg(self.fd, cython.address(message), MSG_NOSIGNAL)
        if sent < 0:
            if errno != EAGAIN and errno != EINTR:
                self.broken = True
                return False
            sent = 0
        self.sent += sent
        return self._keep(pieces, count, sent)

    def _send_tls(self, pieces: cython.pointer(iovec), count: cython.int) -> cython.bint:
        """Join the pieces, so that a head and its body travel in one record."""
        at: cython.int
        buffer: Buffer
        if count > 1 or pieces[0].iov_len == 0:
            buffer = self.reactor.buffers.take()
            for at in range(count):
                if not buffer.append(cython.cast(cython.p_const_uchar, pieces[at].iov_base), pieces[at].iov_len):
                    self.broken = True
                    return False
            self.pending = buffer
            return self.flush()
        at = 0
        sent: cython.Py_ssize_t = self.tls.write(
            cython.cast(cython.p_const_uchar, pieces[0].iov_base), pieces[0].iov_len
        )
        if sent == BROKEN:
            self.broken = True
            return False
        self.sent += sent
        return self._keep(pieces, count, sent)

    def _keep(self, pieces: cython.pointer(iovec), count: cython.int, sent: cython.Py_ssize_t) -> cython.bint:  # hot
        """Keep for later what lies beyond the first `sent` octets of the pieces."""
        at: cython.int
        size: cython.Py_ssize_t
        for at in range(count):
            size = cython.cast(cython.Py_ssize_t, pieces[at].iov_len)
            if sent >= size:
                sent -= size
                continue
            if self.pending is None:
                self.pending = self.reactor.buffers.take()
                self.seen &= ~EPOLLOUT
            if not self.pending.append(cython.cast(cython.p_const_uchar, pieces[at].iov_base) + sent, size - sent):
                self.broken = True
                return False
            sent = 0
        return True

    def flush(self) -> cython.bint:
        """Send what waits; False when the connection is broken."""
        buffer: Buffer = self.pending
        sent: cython.Py_ssize_t
        if buffer is None:
            return True
        while buffer.start < buffer.end:
            sent = self.push(buffer.data + buffer.start, buffer.end - buffer.start)
            if sent == BROKEN:
                return False
            if sent == 0:
                return True
            buffer.start += sent
        self.pending = None
        self.reactor.buffers.give(buffer)
        if self.finishing:
            self.finish()
        return True

    def waiting(self) -> cython.Py_ssize_t:  # hot
        """Return how many octets wait to be sent."""
        if self.pending is None:
            return 0
        return self.pending.end - self.pending.start

    def finish(self) -> None:
        """Tell the peer that nothing more will come, once all that waits has gone."""
        if self.pending is not None:
            self.finishing = True
            return
        if self.tls is not None:
            self.tls.finish()
        shutdown(self.fd, SHUT_WR)

    def reset(self) -> None:
        """Close so that the peer cannot take it for a proper end (TCP RST)."""
        linger: cython.int[2]
        linger[0] = 1
        linger[1] = 0
        if self.fd >= 0:
            setsockopt(self.fd, SOL_SOCKET, SO_LINGER, linger, cython.sizeof(linger))
        self.close()

    def cancel(self) -> None:
        """Close so that the peer learns it now, and not when it has read what was sent before."""
        queued: cython.int = 0
        if self.fd >= 0 and ioctl(self.fd, SIOCOUTQ, cython.address(queued)) == 0 and queued > 0:
            self.reset()
        else:
            self.close()

    def close(self) -> None:
        """Give up the socket and what waits for it. Asked twice, it does nothing."""
        if self.pending is not None:
            self.reactor.buffers.give(self.pending)
            self.pending = None
        if self.tls is not None:
            self.tls.forget()
            self.tls = None
        self.reactor.unwatch(self)
