# Descriptors that belong to Python code, watched in the engine's own epoll set.
cimport cython
from libc.errno cimport errno
from libc.stdint cimport uint32_t

from lumina.engine.alarm cimport Alarm
from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.syscalls cimport *


@cython.final
cdef class Guest(Watcher):
    cdef Guests owner
    cdef uint32_t wanted


@cython.final
cdef class Guests:
    cdef Reactor reactor
    cdef Alarm alarm                    # ends a wait
    cdef dict by_fd
    cdef list ready                     # (descriptor, epoll events) reported in this turn
