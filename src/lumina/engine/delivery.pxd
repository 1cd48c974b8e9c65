# What is done so that a request comes to an answer although an endpoint fails.
cimport cython

from lumina.engine.arena cimport CAUSE_CONNECT, CAUSE_HEDGE, CAUSE_HUNG, CAUSE_RESET, CAUSE_STALE, CAUSE_STATUS, CAUSE_TIMEOUT
from lumina.engine.deadlines cimport tell_left
from lumina.engine.origin cimport TRIED, Origin
from lumina.engine.pool cimport Pool
from lumina.engine.rival cimport Rival
from lumina.engine.sending cimport RESENT, Sending
from lumina.engine.upstream cimport UpstreamConnection
from lumina.http1.lookup cimport find_field
from lumina.http1.response cimport ResponseHead
from lumina.policies.backoff cimport delay
from lumina.policies.standing cimport OPEN
from lumina.reasons cimport *
from lumina.snapshot cimport Upstream

cdef enum:
    STUCK = 3               # requests that an endpoint keeps waiting, while others answer, before it is given up


@cython.no_gc
cdef class Delivery(Sending):
    cdef Rival rival                        # a second try, under way beside the first
    cdef bint responded                     # the answer's head has come
    cdef bint stuck                         # counts among those that its endpoint keeps waiting

    cdef bint has_detour(self) noexcept
    cdef bint detour(self, int reason) noexcept
    cdef bint retry_status(self, ResponseHead head, const unsigned char* data) noexcept
    cdef void settled(self, int status) noexcept
    cdef void leave(self) noexcept
    cdef void drop_rival(self) noexcept
    cdef bint _resend(self, int reason) noexcept
    cdef bint _untried(self) noexcept
    cdef bint _retry(self, int cause) noexcept
    cdef bint _allowed(self, int cause) noexcept
    cdef bint _unread(self, int cause) noexcept
    cdef void _again(self) noexcept
    cdef void _drop(self) noexcept
    cdef void _tried(self, Pool pool) noexcept
    cdef void _look(self, double now) noexcept
    cdef void _look_after_connecting(self, double now) noexcept
    cdef void _challenge(self, double now) noexcept
    cdef void _promote(self) noexcept
    cdef void _take(self) noexcept
    cdef void _unstick(self) noexcept
