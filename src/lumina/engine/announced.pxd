# A connection to an upstream that says for whom it is.
cimport cython
from libc.errno cimport ECONNREFUSED, ECONNRESET, errno

from lumina.engine.ends cimport Ends
from lumina.engine.limit cimport LIMIT_TLS_MESSAGES
from lumina.engine.origin cimport Origin
from lumina.engine.pool cimport Pool
from lumina.engine.sockets cimport leads_back
from lumina.engine.stream cimport ClientStream
from lumina.engine.syscalls cimport *
from lumina.proxy_protocol.write cimport write_header


@cython.no_gc
cdef class Announced(ClientStream):
    cdef readonly Origin origin
    cdef readonly Pool pool
    cdef Ends ends                          # those that it announces; None: it announces nobody

    cdef readonly int address               # which of the endpoint's it is to

    cdef int introduce(self) noexcept
    cdef int announce(self) noexcept
    cdef bint stay(self) noexcept
    cdef void recall(self) noexcept
    cdef void withdraw(self) noexcept


# The connection that waits for this client's next request to this endpoint, or None.
cdef Announced waiting_for(Ends ends, Pool pool, double now, bint careful)
# Make room for another connection of an upstream that announces its clients.
cdef void make_room(Pool pool, long most) noexcept
