# A socket that connections are accepted on.
cimport cython
from libc.errno cimport EMFILE, ENFILE, errno

from lumina.engine.arrival cimport Arrival, Door
from lumina.engine.client cimport Client
from lumina.engine.ends cimport Ends
from lumina.engine.gateway cimport Gateway
from lumina.engine.limit cimport LIMIT_CLIENT_CONNECTIONS, LIMIT_CONNECTIONS
from lumina.engine.reactor cimport FRESH, ORDINARY, URGENT
from lumina.engine.sockets cimport name_of, octets_of
from lumina.engine.syscalls cimport *
from lumina.engine.tls cimport Tls
from lumina.engine.transport cimport ALL_NEWS
from lumina.http.networks cimport Networks
from lumina.proxy_protocol.header cimport ProxyHeader
from lumina.proxy_protocol.refusals cimport REFUSAL_NOT_LISTED

cdef enum:
    AT_ONCE = 64            # connections accepted in one turn


@cython.final
cdef class Listener(Door):
    cdef object context                 # an ssl.SSLContext, or None
    cdef bint admin_only
    cdef int reserve                    # a descriptor to give up when there are no more
    cdef Networks senders               # who sends a PROXY header; None: nobody
    cdef bint others                    # who does not is served, too

    cdef bint _accept(self) noexcept
    cdef void _refuse(self, int fd, int limit) noexcept
    cdef void _await(self, int fd, sockaddr_storage* address) noexcept
    cdef bytes _enter(self, int fd, sockaddr_storage* address)
    cdef int _way(self) noexcept
    cdef bint _watch(self, Client client) noexcept
    cdef void _turn_away(self) noexcept
    cdef void close(self) noexcept
