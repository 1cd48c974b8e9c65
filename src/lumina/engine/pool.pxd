# The connections to one endpoint: those that wait for work, and how many there are.
cimport cython
from libc.string cimport memcpy, memset

from lumina.engine.arena cimport UpstreamStats
from lumina.engine.syscalls cimport *
from lumina.engine.transport cimport Transport
from lumina.snapshot cimport Endpoint

cdef enum:
    ADDRESSES = 16


@cython.no_gc
cdef class Pooled(Transport):
    # What the pool knows of a connection.
    cdef void* newer                        # neighbours among the idle; borrowed
    cdef void* older
    cdef bint idle


@cython.final
cdef class Pool:
    cdef readonly str key
    cdef readonly str text                  # the endpoint's name
    cdef readonly bytes label               # what access lines say of it: a member of a JSON object
    cdef sockaddr_storage addresses[16]
    cdef socklen_t sizes[16]
    cdef readonly int address_count         # 0: the name has no known address
    cdef int preferred                      # the address that took the last connection
    cdef readonly int open                  # connections there are, idle ones and those under way included
    cdef readonly int idle
    cdef readonly int uploads               # exchanges whose request is still coming
    cdef void* newest
    cdef void* oldest
    cdef UpstreamStats* stats

    cdef Pooled lease(self)
    cdef void give(self, Pooled connection) noexcept
    cdef void forget(self, Pooled connection) noexcept
    cdef bint _address(self, str host, int port) except -1
