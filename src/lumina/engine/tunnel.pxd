# Two connections tied to each other after a switch of protocols.
cimport cython

from lumina.engine.delivery cimport Delivery
from lumina.engine.reactor cimport Reactor
from lumina.engine.stream cimport ClientStream, Dialogue, ServerStream
from lumina.engine.syscalls cimport EPOLLERR
from lumina.reasons cimport CLIENT_GONE, CONNECTION_TERMINATED

cdef enum:
    HIGH_MARK = 131072      # octets waiting on one side that stop the reading of the other


@cython.final
@cython.no_gc
cdef class Tunnel(Dialogue):
    cdef Delivery exchange
    cdef ServerStream client
    cdef ClientStream connection
    cdef Reactor reactor
    cdef double idle                        # seconds without an octet after which it is over
    cdef bint client_ended, upstream_ended

    cdef void _moved(self) noexcept
    cdef void _ended(self) noexcept
    cdef void _over(self, bint clean) noexcept
