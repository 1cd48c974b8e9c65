# A second try of a request, under way beside the first.
cimport cython

from lumina.engine.announced cimport make_room
from lumina.engine.buffer cimport Buffer
from lumina.engine.origin cimport Origin
from lumina.engine.pool cimport Pool
from lumina.engine.reactor cimport Reactor
from lumina.engine.stream cimport Contest, Dialogue
from lumina.engine.syscalls cimport EPOLLIN
from lumina.engine.transport cimport BROKEN
from lumina.engine.upstream cimport UpstreamConnection
from lumina.reasons cimport OK


@cython.final
@cython.no_gc
cdef class Rival(Dialogue):
    cdef Contest owner                      # None: the matter is settled
    cdef Pool pool
    cdef UpstreamConnection connection
    cdef Py_ssize_t sent                    # octets of the request that went out on it
    cdef readonly double began              # when it was sent; 0: not yet

    cdef int lease(self, Origin origin, int method) noexcept
    cdef int connect(self, Origin origin, int address, int method) noexcept
    cdef UpstreamConnection settle_for(self)
    cdef void cancel(self) noexcept
    cdef void _push(self) noexcept
    cdef void _lost(self, int reason) noexcept
