"""A connection that has yet to say whose it is, by a PROXY header, or that it says nothing of the kind.

The header is looked at where it lies in the kernel, and only taken when it is whole: so nothing is kept of it here, and
what comes behind it, a client's hello of TLS or a request, is for whoever it is meant for.
"""

import cython

from lumina.engine.gateway import Gateway
from lumina.engine.reactor import Watcher


class Door(Watcher):
    """Where connections come in; the listener says how."""

    def greet(self, fd, address, by, told):
        pass

    def turn_back(self, address, refusal):
        pass


class Arrival(Watcher):
    """A connection between its accept and its first word."""

    def __init__(self, door: Door, fd: cython.int, listed: cython.bint) -> None:
        self.door = door
        self.fd = fd
        self.listed = listed

    def ready(self) -> None:
        count: cython.Py_ssize_t
        data: cython.p_uchar = self.door.reactor.scratch
        if self.fd < 0:
            return
        count = recv(self.fd, data, LONGEST, MSG_PEEK)
        if count < 0 and (errno == EAGAIN or errno == EINTR):
            self.seen &= ~EPOLLIN
        elif count <= 0:  # it left without a word, as who only asks whether anybody listens does
            self._end(REFUSAL_NONE)
        else:
            self.begun = True
            self._look(data, count)

    def _look(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> None:
        """Judge what has come."""
        header: ProxyHeader = self.door.header
        ended: cython.bint = (self.seen & GONE) != 0
        end: cython.Py_ssize_t
        self.seen &= ~EPOLLIN
        if not self.listed:
            end = header.begins(data, size)
            if end > 0:
                self._end(REFUSAL_NOT_ALLOWED)
            elif end == REFUSED or ended:
                self._admit(0)
            return
        end = header.read(data, size)
        if end > 0:
            self._admit(end)
        elif end == REFUSED:
            self._end(header.refusal)
        elif ended:
            self._end(REFUSAL_INCOMPLETE)

    def _admit(self, size: cython.Py_ssize_t) -> None:
        """Take the header, which has that size, and let the connection be what its sender says."""
        door: Door = self.door
        header: ProxyHeader = door.header
        fd: cython.int = self.fd
        told: cython.bint = size > 0 and header.family != 0
        if size > 0:
            if recv(fd, door.reactor.scratch, size, 0) != size:
                self._end(REFUSAL_NONE)
                return
            if told:
                make(cython.address(self.address), header.family, header.source, header.source_port)
        self._leave()
        door.reactor.dismiss(self)
        door.greet(fd, cython.address(self.address), self.by, told)

    def _end(self, refusal: cython.int) -> None:
        """Close the connection, for a reason that is counted or for none."""
        if refusal != REFUSAL_NONE:
            self.door.turn_back(cython.address(self.address), refusal)
        self._leave()
        self.door.reactor.unwatch(self)

    def _leave(self) -> None:
        """Count no longer."""
        gateway: Gateway = self.door.gateway
        gateway.recorder.block.connections -= 1
        if self.group is not None:
            gateway.crowd.leave(self.group)
            self.group = None

    def expired(self, now: cython.double) -> None:
        if self.fd >= 0:
            self._end(REFUSAL_TIMEOUT if self.listed and self.begun else REFUSAL_NONE)

    def waits(self) -> cython.bint:
        return not self.begun
