# An upstream as one worker works with it.
cimport cython
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from lumina.balancing.candidates cimport *
from lumina.engine.arena cimport Arena, UpstreamStats
from lumina.engine.chance cimport Chance
from lumina.engine.pool cimport Pool
from lumina.engine.queue cimport Queue
from lumina.engine.reactor cimport Reactor, Watcher
from lumina.engine.recorder cimport Recorder
from lumina.engine.stream cimport Dialogue
from lumina.http1.response cimport ResponseHead
from lumina.policies.breaker cimport Breaker, BreakerRules
from lumina.policies.budget cimport RetryBudget
from lumina.policies.gradient cimport Gradient
from lumina.policies.quantiles cimport Quantiles
from lumina.policies.shedding cimport KINDS, Shedding, excess, wanted_of_one
from lumina.policies.standing cimport OPEN, PROBE_DOWN, USABLE, USABLE_AS_TRIAL, OutlierRules, may_eject
from lumina.snapshot cimport *

cdef enum:
    NONE_USABLE = -1        # pick(): no endpoint can be used
    ALL_FULL = -2           # those that can be used have as much as they may
    LEVEL_STANDS = -3       # _look(): there is a choice
    TRIED = 8               # endpoints that an exchange remembers

cdef double FULL_AGE, OURS

# How good an endpoint is for one exchange.
cdef enum Level:
    LEVEL_DOWN              # its health check says so
    LEVEL_TRIED             # this exchange has met it, to no avail
    LEVEL_OUT               # put out of use for what it did
    LEVEL_OPEN

# What an exchange asks of pick().
cdef struct Wish:
    uint64_t key            # what a hashing balancer goes by
    bint keyed              # there is one
    int preferred           # the slot of the endpoint that a sticky cookie names, or -1
    bint uploading          # its request is still coming
    bint safe               # it may be sent to two endpoints at once
    bint trial              # out: it went to an endpoint that is tried again after it was out of use
    int tried[8]            # their slots
    int tried_count
    int put_off             # one of them said to come again later (Retry-After): it is not asked again


@cython.final
cdef class Origin(Watcher):
    cdef readonly Upstream upstream
    cdef readonly tuple pools               # one Pool for each endpoint
    cdef readonly int count
    cdef object context                     # an ssl.SSLContext, or None
    cdef Reactor reactor
    cdef ResponseHead head                  # where heads are parsed; one for the whole worker
    cdef long most_open, most_idle          # connections to one endpoint
    cdef long most_uploads, most_requests
    cdef Candidate* field                   # `count` of them
    cdef int* levels
    cdef bint tiered                        # they have priorities
    cdef bint guided                        # a request may say where it belongs: see affinity.py
    cdef OutlierRules rules                 # None: nobody is put out of use
    cdef Breaker breaker                    # None: there is none
    cdef RetryBudget budget
    cdef Quantiles latency
    cdef Gradient gradient                  # None: as many as come
    cdef Chance chance
    cdef Queue queue
    cdef double most_age                    # seconds that anybody may wait before others are refused
    cdef bint urgent                        # it is the supervisor, whom health and metrics come from
    cdef Shedding shedding                  # by how long they wait in it
    cdef readonly long pending              # exchanges that wait for the beginning of an answer
    cdef double answered                    # when any endpoint last began an answer
    cdef readonly double patience           # seconds without a word after which an endpoint is worth a look
    cdef readonly double hedge_after        # seconds after which another is asked in any case; 0: never
    cdef double reviewed
    cdef UpstreamStats* stats
    cdef Recorder recorder                  # of the worker

    cdef Pool pool(self, int place)
    cdef int pick(self, Wish* wish, double now) noexcept
    cdef bint full(self) noexcept
    cdef void succeeded(self, Pool pool, double now, double seconds) noexcept
    cdef void failed(self, Pool pool, double now) noexcept
    cdef void hung(self, Pool pool, double now) noexcept
    cdef bint gives_up(self, int priority, double now) noexcept
    cdef void shed(self, double now, double most_age) noexcept
    cdef void review(self, double now)
    cdef bint uploads_full(self) noexcept
    cdef bint _has_room(self) noexcept
    cdef int _only(self, Wish* wish) noexcept
    cdef int _look(self, Wish* wish, double now) noexcept
    cdef bint _may_try(self, Pool pool, Wish* wish, double now) noexcept
    cdef int _choose(self, Wish* wish) noexcept
    cdef bint _is_full(self, Pool pool, bint uploading) noexcept
    cdef void _eject(self, Pool pool, double now) noexcept
    cdef void _compare(self, double now) noexcept
    cdef int _out(self) noexcept
    cdef void endpoints(self, tuple pools) except *
    cdef void inherit(self, Origin before)
    cdef void protect(self, Arena arena, int index) except *
    cdef void _allocate(self) except *


cdef bint met(Wish* wish, int slot) noexcept
