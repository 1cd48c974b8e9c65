# Both ends of a client's connection, and the connections that announce them.
cimport cython
from libc.string cimport memcpy

from lumina.engine.sockets cimport octets_of
from lumina.engine.syscalls cimport *
from lumina.engine.transport cimport Transport
from lumina.proxy_protocol.parties cimport Parties


@cython.final
cdef class Ends(Parties):
    cdef list waiting                       # connections to upstreams that announce it, and wait for its next request

    cdef void adopt(self, Parties parties) noexcept
    cdef void ask(self, int fd) noexcept
    cdef void leave(self) noexcept
