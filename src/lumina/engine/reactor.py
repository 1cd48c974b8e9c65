"""One epoll set and its turn.

A turn takes what the kernel has, notes every report first and only then lets each watcher act: so a connection that
the peer closed is known to be closed before anything in the same turn could choose it.
"""

import os

import cython

from lumina.engine.buffer import Buffer, BufferPool
from lumina.engine.clock import Clock
from lumina.engine.pipe import PipePool
from lumina.engine.timers import Timed, Wheel
from lumina.errors import EngineError

TICK = 0.05  # seconds between two looks at the wheel
DRAFT = 65536  # octets: room for any head that the limits let through


class Watcher(Timed):
    """Something with a descriptor that is told when the kernel has news of it."""

    def __cinit__(self) -> None:
        self.fd = -1

    def ready(self) -> None:
        pass


class Lane(Watcher):
    """The set of one Way, as the first set watches it."""

    def ready(self) -> None:
        self.seen = 0
        if self.leads == URGENT:
            cython.cast(Reactor, self.reactor).look_aside()
        else:
            cython.cast(Reactor, self.reactor).look_at_the_fresh()


class Reactor:
    """The epoll set of one worker. It is a guest: its own descriptor is watched by the host's event loop."""

    def __cinit__(self) -> None:
        way: cython.int
        for way in range(WAYS):
            self.sets[way] = -1
        self.epoll = -1
        self.scratch = cython.cast(cython.p_uchar, malloc(SCRATCH))
        if self.scratch is cython.NULL:
            raise MemoryError

    def __init__(self) -> None:
        way: cython.int
        for way in range(WAYS):
            self.sets[way] = epoll_create1(EPOLL_CLOEXEC)
            if self.sets[way] < 0:
                raise OSError(errno, os.strerror(errno))
        self.epoll = self.sets[cython.cast(cython.int, ORDINARY)]
        self.lanes = []
        self._nest(URGENT)
        self._nest(FRESH)
        self.doors = []
        self.clock = Clock()
        self.ticked = self.clock.now
        self.wheel = Wheel(self.clock.now, TICK)
        self.view = PyMemoryView_FromMemory(cython.cast(cython.p_char, self.scratch), SCRATCH, 0x200)
        self.buffers = BufferPool()
        self.pipes = PipePool()
        self.draft = Buffer(DRAFT)

    def _nest(self, way: cython.int) -> cython.int:
        lane: Lane = Lane()
        lane.fd = self.sets[way]
        lane.leads = way
        lane.reactor = cython.cast(cython.p_void, self)
        self.watch(lane, EPOLLIN)
        Py_DECREF(lane)  # it lives as long as we do
        self.lanes.append(lane)
        return 0

    def __dealloc__(self) -> None:
        way: cython.int
        for way in range(WAYS):
            if self.sets[way] >= 0:
                close(self.sets[way])
        self._bury()
        free(self.grave)
        free(self.scratch)

    def fileno(self) -> cython.int:
        """Return the descriptor that turns readable when a turn has something to do."""
        return self.epoll

    def watch(self, watcher: Watcher, events: cython.uint) -> cython.int:
        """Begin to watch `watcher.fd`; the reactor keeps the watcher alive until unwatch()."""
        if self._add(watcher, events) < 0:
            raise EngineError(f"cannot watch descriptor {watcher.fd}: {os.strerror(errno)}")
        Py_INCREF(watcher)
        return 0

    def _add(self, watcher: Watcher, events: cython.uint) -> cython.int:
        event: epoll_event
        event.events = events
        event.data.ptr = cython.cast(cython.pointer(cython.void), watcher)
        return epoll_ctl(self.sets[watcher.way], EPOLL_CTL_ADD, watcher.fd, cython.address(event))

    def move(self, watcher: Watcher, way: cython.int, events: cython.uint) -> None:  # hot
        """Watch it in that way from now on; mostly it is already."""
        if watcher.way == way:
            return
        epoll_ctl(self.sets[watcher.way], EPOLL_CTL_DEL, watcher.fd, cython.NULL)
        watcher.way = way
        if self._add(watcher, events) < 0:  # no memory: let its owner find that it is gone
            watcher.seen |= EPOLLHUP | EPOLLERR
            self.again(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Close the descriptor and let go of the watcher when the turn ends. Asked twice, it does nothing."""
        fd: cython.int = watcher.fd
        if fd >= 0:
            self.dismiss(watcher)
            close(fd)

    def dismiss(self, watcher: Watcher) -> None:
        """Let go of the watcher when the turn ends; its descriptor stays open."""
        grown: cython.pointer(cython.pointer(PyObject))
        epoll_ctl(self.sets[watcher.way], EPOLL_CTL_DEL, watcher.fd, cython.NULL)
        watcher.fd = -1
        watcher.seen = 0
        self.wheel.forget(watcher)
        if self.grave_count == self.grave_size:
            self.grave_size = self.grave_size * 2 + 64
            grown = cython.cast(
                cython.pointer(cython.pointer(PyObject)),
                realloc(self.grave, self.grave_size * cython.sizeof(cython.pointer(PyObject))),
            )
            if grown is cython.NULL:  # leak one watcher rather than free what an event may name
                self.grave_size = self.grave_count
                return
            self.grave = grown
        self.grave[self.grave_count] = cython.cast(cython.pointer(PyObject), watcher)
        self.grave_count += 1

    def again(self, watcher: Watcher) -> None:  # hot
        """Let `watcher` be ready once more, after all that is under way now has returned.

        What is put off in this way may have to wait for the next turn, behind what is new by then: so a connection
        that always has more to do holds nobody up.
        """
        if watcher.queued:
            return
        Py_INCREF(watcher)
        watcher.queued = True
        watcher.queue_next = cython.NULL
        if self.again_last is cython.NULL:
            self.again_first = cython.cast(cython.pointer(cython.void), watcher)
        else:
            cython.cast(Watcher, self.again_last).queue_next = cython.cast(cython.pointer(cython.void), watcher)
        self.again_last = cython.cast(cython.pointer(cython.void), watcher)

    def _run_again(self, began: cython.double) -> None:  # hot
        watcher: Watcher
        last: cython.p_void = self.again_last  # who is put off from here on waits for the next turn
        over: cython.bint = self.again_first is cython.NULL
        self.late = True
        while not over:
            over = self.again_first is last or self.clock.elapsed(began) * 1000000 > LATE
            watcher = cython.cast(Watcher, self.again_first)
            self.again_first = watcher.queue_next
            if self.again_first is cython.NULL:
                self.again_last = cython.NULL
            watcher.queued = False
            watcher.ready()
            Py_DECREF(watcher)
        self.late = False

    def poll(self, milliseconds: cython.int) -> cython.int:  # hot
        """Take what the kernel has (waiting at most that long), act on it, and return how much there was."""
        count: cython.int
        at: cython.int
        began: cython.double
        watcher: Watcher
        if milliseconds == 0 or self.again_first is not cython.NULL:
            count = epoll_wait(self.epoll, self.events, BATCH, 0)
        else:
            with cython.nogil:  # cold
                count = epoll_wait(self.epoll, self.events, BATCH, milliseconds)
        if count < 0:
            if errno == EINTR:
                return -1
            raise OSError(errno, os.strerror(errno))
        self.clock.read()
        began = self.clock.now
        for at in range(count):
            watcher = cython.cast(Watcher, self.events[at].data.ptr)
            watcher.seen |= self.events[at].events
        for at in range(count):
            watcher = cython.cast(Watcher, self.events[at].data.ptr)
            watcher.ready()
            if at & ASIDE == ASIDE:
                self.look_aside()
        self._run_again(began)
        if self.grave_count > 0:
            self._bury()  # cold
        self.turns += 1
        self.longest_turn = max(self.longest_turn, self.clock.elapsed(began))  # what the loop cannot do meanwhile
        return count

    def look_aside(self) -> None:  # hot
        """Take what is urgent; and who has just come and who knocks, where that would have to wait."""
        self._take(URGENT, HURRIED)
        if self.strained:
            self.look_at_the_fresh()  # cold
            self._answer_doors()  # cold

    def look_at_the_fresh(self) -> None:
        """Take who has just come, and what is urgent in between: for a stranger it may have to shake hands first."""
        left: cython.int = FRESH_LOOKS
        while left > 0 and self._take(FRESH, FRESH_AT_ONCE) == FRESH_AT_ONCE:
            self._take(URGENT, HURRIED)
            left -= 1

    def _take(self, way: cython.int, most: cython.int) -> cython.int:  # hot
        """Act on the events of one lane, `most` at once, and return how many there were."""
        at: cython.int
        count: cython.int = epoll_wait(self.sets[way], self.hurried, most, 0)
        watcher: Watcher
        for at in range(count):
            watcher = cython.cast(Watcher, self.hurried[at].data.ptr)
            watcher.seen |= self.hurried[at].events
        for at in range(count):
            watcher = cython.cast(Watcher, self.hurried[at].data.ptr)
            watcher.ready()
        return count

    def _answer_doors(self) -> None:
        for door in self.doors:
            cython.cast(Watcher, door).ready()

    def _bury(self) -> None:
        while self.grave_count > 0:
            self.grave_count -= 1
            Py_DECREF(cython.cast(object, self.grave[self.grave_count]))

    def turn(self) -> None:
        """Do all that is ready now, without waiting. The host's loop calls this."""
        self.poll(0)
        while self.again_first is not cython.NULL:
            self.poll(0)

    def tick(self) -> None:
        """Expire what is due. The host's loop calls this every TICK seconds."""
        left: cython.int = CATCH_UP
        self.clock.read()
        # Who was held up must not take for late what has been there all the while.
        if self.clock.now - self.ticked > 2.0 * TICK:
            while left > 0 and self.poll(0) == BATCH:
                left -= 1
            self.clock.read()
        self.ticked = self.clock.now
        self.wheel.turn(self.clock.now)
        self._run_again(self.clock.now)
        self._bury()
