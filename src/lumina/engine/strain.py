"""How hard it is for this worker to do what it is asked: how late it gets to things, and what memory it holds.

The lag of the loop is measured where requests suffer it. A descriptor of our own is written to at a tick, and the time
until its report comes up says how long everything waits that has come just then; a request costs nothing for that.
"""

import os

import cython

from lumina.engine.reactor import TICK, Reactor, Watcher
from lumina.errors import EngineError
from lumina.policies.shedding import Shedding

HASTE = 0.005  # seconds of lag from which on new connections are looked after first
FULL_LAG = 2.0  # times the lag from which requests are refused: all of them are
FULL_MEMORY = 1.125  # the same, of memory
PAGE = os.sysconf("SC_PAGE_SIZE")


class Strain(Watcher):
    """One for each worker."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.by_lag = Shedding()
        self.by_memory = Shedding()
        self.looked = reactor.clock.now
        self.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)
        if self.fd < 0:
            raise EngineError(f"there is no descriptor to measure the loop by: {os.strerror(errno)}")
        self.reactor.watch(self, EPOLLIN | EPOLLET)
        Py_DECREF(self)  # it lives as long as its gateway, and the kernel forgets a descriptor that is closed
        self.statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def __dealloc__(self) -> None:
        if self.fd >= 0:
            close(self.fd)
        if self.statm > 0:
            close(self.statm)

    def ready(self) -> None:
        """What was written has come up: so long did it take."""
        self.seen = 0
        if self.asked > 0.0:
            self.waited = max(self.waited, self.reactor.clock.elapsed(self.asked))
            self.asked = 0.0

    def look(self, most_lag: cython.double, most_memory: cython.longlong) -> None:
        """Measure, and go one step. Called at every tick; 0 is a measure that is not looked at."""
        now: cython.double = self.reactor.clock.now
        self.lag = max(self.waited, now - self.looked - TICK)  # a tick that comes late itself says the same
        if self.asked > 0.0:
            self.lag = max(self.lag, now - self.asked)
        self.reactor.lag = self.lag
        self.reactor.strained = self.lag > HASTE
        self.waited = 0.0
        self.looked = now
        self.by_lag.look(wanted_of_all(excess(self.lag, most_lag, FULL_LAG * most_lag)))
        if most_memory > 0:
            self.resident = self._resident()
            self.by_memory.look(wanted_of_all(excess(self.resident, most_memory, FULL_MEMORY * most_memory)))
        else:
            self.by_memory.look(0.0)
        self.level = max(self.by_lag.level, self.by_memory.level)
        if self.asked == 0.0:
            self.asked = self.reactor.clock.elapsed(0.0)
            eventfd_write(self.fd, 1)

    def _resident(self) -> cython.Py_ssize_t:
        """Return the octets of memory that the process holds (proc(5), statm: the second number of pages)."""
        pages: cython.Py_ssize_t = int(os.pread(self.statm, 64, 0).split()[1])
        return pages * PAGE

    def refuses(self, priority: cython.int, draw: cython.ulonglong) -> cython.int:  # hot
        """Return the Cut by which a request is given up, or NO_CUT."""
        if self.by_lag.refuses(priority, draw):
            return CUT_LAG
        return CUT_MEMORY if self.by_memory.refuses(priority, draw) else NO_CUT
