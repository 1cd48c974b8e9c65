# How hard it is for this worker to do what it is asked.
cimport cython
from cpython.ref cimport Py_DECREF
from libc.errno cimport errno

from lumina.engine.arena cimport CUT_LAG, CUT_MEMORY, NO_CUT
from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.syscalls cimport EFD_CLOEXEC, EFD_NONBLOCK, EPOLLET, EPOLLIN, close, eventfd, eventfd_write
from lumina.policies.shedding cimport Shedding, excess, wanted_of_all

cdef double HASTE, FULL_LAG, FULL_MEMORY
cdef long PAGE


@cython.final
cdef class Strain(Watcher):
    cdef Reactor reactor
    cdef readonly Shedding by_lag
    cdef readonly Shedding by_memory
    cdef readonly double level              # the higher of the two; 0: nothing is refused
    cdef readonly double lag                # seconds, the longest since the last look
    cdef readonly long long resident        # octets
    cdef int statm
    cdef double asked                       # when the descriptor was written to; 0: its report has come
    cdef double waited                      # the longest that a report took since the last look
    cdef double looked

    cdef void look(self, double most_lag, long long most_memory) except *
    cdef Py_ssize_t _resident(self) except -1
    cdef int refuses(self, int priority, unsigned long long draw) noexcept
