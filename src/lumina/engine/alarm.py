"""A timer that ends a wait.

epoll_wait() with a timeout has the kernel set a timer up, and take it down, each time that the worker goes to sleep:
some thousand times a second. This one is set once for many sleeps.
"""

import os

import cython

from lumina.engine.reactor import Reactor, Watcher

NEAR = 0.001  # seconds by which it may ring early
SOON = 1e-6  # seconds: to be set to no time at all would mean never


class Alarm(Watcher):
    """Rings once for each time that it is set."""

    def __init__(self, reactor: Reactor) -> None:
        self.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)
        if self.fd < 0:
            raise OSError(errno, os.strerror(errno))
        reactor.watch(self, EPOLLIN | EPOLLET)  # told by edges, that it rang needs not be read
        Py_DECREF(self)  # whoever made it holds it, as long as the reactor

    def __dealloc__(self) -> None:
        if self.fd >= 0:
            close(self.fd)

    def ready(self) -> None:
        self.seen = 0
        self.due = 0.0

    def ring(self, due: cython.double, seconds: cython.double) -> None:
        """Ring at `due`, in `seconds`. To set it to about the same moment again asks nothing of the kernel."""
        value: itimerspec
        if self.due > 0.0 and abs(due - self.due) < NEAR:
            return
        self.due = due
        seconds = max(seconds, SOON)
        value.it_interval.tv_sec = value.it_interval.tv_nsec = 0
        value.it_value.tv_sec = cython.cast(time_t, seconds)
        value.it_value.tv_nsec = cython.cast(cython.long, (seconds - value.it_value.tv_sec) * 1e9)
        timerfd_settime(self.fd, 0, cython.address(value), cython.NULL)
