"""Descriptors that belong to Python code, watched in the engine's own epoll set.

The worker's asyncio loop waits in the engine: one epoll_wait serves both, and a turn in which only the data path had
something to do never enters the interpreter.
"""

import os

import cython

from lumina.engine.alarm import Alarm
from lumina.engine.reactor import Reactor, Watcher
from lumina.errors import EngineError


class Guest(Watcher):
    """One descriptor of Python's. It is level-triggered: what its owner leaves undone is reported again."""

    def __init__(self, owner: Guests, fd: cython.int) -> None:
        self.owner = owner
        self.fd = fd

    def ready(self) -> None:
        if self.fd >= 0 and self.seen:
            self.owner.ready.append((self.fd, self.seen & self.wanted | self.seen & (EPOLLERR | EPOLLHUP)))
        self.seen = 0


class Guests:
    """All of Python's descriptors."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.alarm = Alarm(reactor)
        self.by_fd = {}
        self.ready = []

    def attend(self, fd: cython.int, *, read: bool, write: bool) -> None:
        """Watch `fd`, or change what it is watched for."""
        event: epoll_event
        guest: Guest = self.by_fd.get(fd)
        wanted: cython.uint = (EPOLLIN if read else 0) | (EPOLLOUT if write else 0)
        if guest is None:
            guest = Guest(self, fd)
            guest.wanted = wanted
            self.reactor.watch(guest, wanted)
            self.by_fd[fd] = guest
            return
        guest.wanted = wanted
        event.events = wanted
        event.data.ptr = cython.cast(cython.p_void, guest)
        if epoll_ctl(self.reactor.epoll, EPOLL_CTL_MOD, fd, cython.address(event)) < 0:
            raise EngineError(f"cannot watch descriptor {fd}: {os.strerror(errno)}")

    def ignore(self, fd: cython.int) -> None:
        """Watch `fd` no longer. It stays open, unless its owner has closed it already."""
        guest: Guest = self.by_fd.pop(fd, None)
        if guest is not None:
            self.reactor.dismiss(guest)

    def wait(self, seconds: cython.double) -> list[tuple[int, int]]:
        """Turn until one of Python's descriptors is ready or the time is over (negative: never); return those."""
        reactor: Reactor = self.reactor
        clock = reactor.clock
        until: cython.double = clock.elapsed(0.0) + seconds
        count: cython.int
        self.ready = []
        if seconds > 0:
            self.alarm.ring(until, seconds)
        while True:
            count = reactor.poll(0 if seconds == 0 else -1)
            if self.ready or count < 0:
                return self.ready
            if seconds >= 0 and (self.alarm.due == 0.0 or clock.elapsed(0.0) >= until):
                return self.ready
