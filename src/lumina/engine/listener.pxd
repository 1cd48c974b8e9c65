# A socket that connections are accepted on.
cimport cython
from libc.errno cimport EMFILE, ENFILE, errno
from libc.string cimport strlen

from lumina.engine.client cimport Client
from lumina.engine.gateway cimport Gateway
from lumina.engine.limit cimport LIMIT_CLIENT_CONNECTIONS, LIMIT_CONNECTIONS
from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport Tls

cdef enum:
    AT_ONCE = 64            # connections accepted in one turn


@cython.final
cdef class Listener(Watcher):
    cdef Gateway gateway
    cdef Reactor reactor
    cdef object context                 # an ssl.SSLContext, or None
    cdef bint admin_only
    cdef int reserve                    # a descriptor to give up when there are no more

    cdef bint _accept(self) noexcept
    cdef void _refuse(self, int fd, int limit) noexcept
    cdef void _greet(self, int fd, sockaddr_storage* address) noexcept
    cdef bytes _group(self, sockaddr_storage* address)
    cdef void _name(self, Client client, sockaddr_storage* address) noexcept
    cdef bint _watch(self, Client client) noexcept
    cdef void _turn_away(self) noexcept
    cdef void close(self) noexcept
