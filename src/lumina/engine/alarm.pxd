# A timer of the kernel's in the epoll set.
cimport cython
from cpython.ref cimport Py_DECREF
from libc.errno cimport errno

from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.syscalls cimport *


@cython.final
cdef class Alarm(Watcher):
    cdef double due                     # when it rings; 0: it is not set

    cdef void ring(self, double due, double seconds) noexcept
