# The connections to one endpoint: those that wait for work, and how many there are.
cimport cython
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

from lumina.engine.arena cimport UpstreamStats
from lumina.engine.syscalls cimport *
from lumina.engine.transport cimport GONE, Transport
from lumina.policies.standing cimport Standing

cdef enum:
    ADDRESSES = 16


@cython.no_gc
cdef class Pooled(Transport):
    # What the pool knows of a connection.
    cdef void* newer                        # neighbours among the idle; borrowed
    cdef void* older
    cdef bint idle
    cdef double since                       # when it began to wait


@cython.final
cdef class Pool:
    cdef readonly str key                   # the endpoint's identity
    cdef readonly int slot                  # of its state in the arena
    cdef readonly Standing standing         # how it has done, for all workers
    cdef readonly double weight
    cdef readonly int priority
    cdef readonly uint64_t point            # where a hashing balancer has it
    cdef bint gone                          # it is no endpoint of the upstream any more
    cdef readonly str text                  # the endpoint's name
    cdef readonly str host                  # the name or number that its certificate must be for; None for a socket
    cdef readonly bytes label               # what access lines say of it: a member of a JSON object
    cdef bytes mark                         # what a sticky cookie calls it; 22 octets
    cdef bytes cookie                       # brings the mark to a client; None: it is not wanted
    cdef sockaddr_storage addresses[16]
    cdef socklen_t sizes[16]
    cdef readonly int address_count         # 0: the name has no known address
    cdef int preferred                      # the address that took the last connection
    cdef readonly int open                  # connections there are, idle ones and those under way included
    cdef readonly int idle
    cdef readonly int uploads               # exchanges whose request is still coming
    cdef int stuck                          # exchanges that it keeps waiting for too long
    cdef double answered                    # when it last began an answer
    cdef double lifetime                    # the shortest wait after which the endpoint closed a connection; 0: unknown
    cdef void* newest
    cdef dict aside                         # those that wait, each for a client of its own, the oldest first
    cdef bint announcing                    # all of its connections are of that kind
    cdef UpstreamStats* stats

    cdef Pooled lease(self, double now, bint careful)
    cdef void learn(self, double waited) noexcept
    cdef void give(self, Pooled connection) noexcept
    cdef void forget(self, Pooled connection) noexcept
    cdef void set_aside(self, Pooled connection) noexcept
    cdef void take_back(self, Pooled connection) noexcept
    cdef bint close_oldest(self) noexcept
    cdef bint _address(self, str host, int port) except -1
