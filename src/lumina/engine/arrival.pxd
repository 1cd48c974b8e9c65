# A connection that has yet to say whose it is.
cimport cython
from libc.errno cimport EAGAIN, EINTR, errno

from lumina.engine.gateway cimport Gateway
from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.sockets cimport make
from lumina.engine.syscalls cimport *
from lumina.engine.transport cimport GONE
from lumina.proxy_protocol.header cimport LONGEST, REFUSED, ProxyHeader
from lumina.proxy_protocol.refusals cimport *


cdef class Door(Watcher):
    # Where connections come in.
    cdef Gateway gateway
    cdef Reactor reactor
    cdef ProxyHeader header                 # where headers are read; None: nobody may send one

    cdef void greet(self, int fd, sockaddr_storage* address, double by, bint told) noexcept
    cdef void turn_back(self, sockaddr_storage* address, int refusal) noexcept


@cython.final
@cython.no_gc
cdef class Arrival(Watcher):
    cdef Door door
    cdef sockaddr_storage address           # of the socket
    cdef bint listed                        # its sender must send a header; nobody else may
    cdef bytes group                        # among whose connections it counts; None: that is not known yet
    cdef double by                          # when its first request has to be there
    cdef bint begun                         # octets have come

    cdef void _look(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef void _admit(self, Py_ssize_t size) noexcept
    cdef void _end(self, int refusal) noexcept
    cdef void _leave(self) noexcept
