# One epoll set, the things it watches, and what a turn of it shares: the clock, the wheel, scratch memory.
cimport cython
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.errno cimport EINTR, errno
from libc.stdint cimport uint32_t
from libc.stdlib cimport free, malloc, realloc

from lumina.engine.buffer cimport Buffer, BufferPool
from lumina.engine.clock cimport Clock
from lumina.engine.pipe cimport PipePool
from lumina.engine.syscalls cimport *
from lumina.engine.timers cimport Timed, Wheel

cdef enum:
    BATCH = 512                         # events taken from the kernel at once
    SCRATCH = 262144                    # octets that one read can bring
    HURRIED = 64                        # urgent events taken at once
    FRESH_AT_ONCE = 16                  # events of the unknown between two looks at what is urgent
    FRESH_LOOKS = 4                     # the most of these in a row
    WAYS = 3                            # how many Ways there are
    ASIDE = 31                          # events between two looks at what is urgent, less one
    CATCH_UP = 64                       # batches taken at once after the loop was held up
    LATE = 1000                         # microseconds into a turn after which what was put off waits for the next

# Where something is watched. What has a lane of its own is looked at every few events.
cdef enum Way:
    ORDINARY
    FRESH           # a client who came while the loop is late, until its first request says what it is
    URGENT          # what health and metrics need


cdef class Watcher(Timed):
    cdef int fd                         # -1: none, or given up
    # What the kernel reported and nobody has used up yet (EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR).
    # The set is edge-triggered: a bit is cleared only by whoever ran the descriptor dry.
    cdef uint32_t seen
    cdef int way                        # of Way
    cdef bint queued                    # waits in the reactor's `again` list
    cdef void* queue_next

    cdef void ready(self) noexcept


@cython.final
cdef class Lane(Watcher):
    cdef void* reactor                  # borrowed: it holds us
    cdef int leads                      # of Way: what is watched here


@cython.final
cdef class Reactor:
    cdef object view                    # a memoryview of `scratch`, for what only Python can fill
    cdef int epoll
    # A set for each Way. All but the first are within it, and are looked at every few events too: what health and
    # metrics need does not wait for hundreds of others that are ready, nor for hundreds who have just come.
    cdef int sets[WAYS]
    cdef list lanes
    cdef epoll_event hurried[64]
    cdef list doors                     # what accepts connections
    cdef bint strained                  # the loop is late
    cdef double lag                     # seconds, as last looked at
    cdef epoll_event events[512]
    cdef readonly Clock clock
    cdef double ticked                  # when it was last looked at the wheel
    cdef Wheel wheel
    cdef BufferPool buffers
    cdef PipePool pipes
    cdef unsigned char* scratch         # what was just received; valid until the next read
    cdef Buffer draft                   # what is being written; valid until the next write
    # Things to be made ready once more, in order, when what is new has had its turn.
    cdef void* again_first
    cdef void* again_last
    cdef bint late                      # it is their turn
    # Things unwatched in this turn: events of the batch may still name them, so they die at its end.
    cdef PyObject** grave
    cdef int grave_count, grave_size
    cdef readonly unsigned long long turns
    cdef readonly double longest_turn   # seconds

    cdef int watch(self, Watcher watcher, uint32_t events) except -1
    cdef int _add(self, Watcher watcher, uint32_t events) noexcept
    cdef void move(self, Watcher watcher, int way, uint32_t events) noexcept
    cdef int _nest(self, int way) except -1
    cdef void look_aside(self) noexcept
    cdef void look_at_the_fresh(self) noexcept
    cdef int _take(self, int way, int most) noexcept
    cdef void _answer_doors(self)
    cdef void unwatch(self, Watcher watcher) noexcept
    cdef void dismiss(self, Watcher watcher) noexcept
    cdef void again(self, Watcher watcher) noexcept
    cdef int poll(self, int milliseconds) except -2
    cdef void _run_again(self, double began) noexcept
    cdef void _bury(self) noexcept
