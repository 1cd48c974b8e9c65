# Where a request goes that its upstream cannot answer: to another upstream, or to an answer that is always the same.
cimport cython
from libc.string cimport memset

from lumina.engine.affinity cimport guide
from lumina.engine.buffer cimport Buffer
from lumina.engine.deadlines cimport Told, append_deadlines, read_deadlines
from lumina.engine.delivery cimport Delivery
from lumina.engine.forward cimport Hop, write_request
from lumina.engine.origin cimport Origin, Wish
from lumina.engine.recorder cimport Record
from lumina.engine.stream cimport ServerStream
from lumina.http1.accept cimport ACCEPT_KEPT, form_of
from lumina.http1.request cimport METHOD_HEAD, RequestHead
from lumina.http1.upgrade cimport protocols_of
from lumina.reasons cimport *
from lumina.snapshot cimport Fallback, Route

cdef unsigned char LEADS_AWAY[32]       # by the number of a reason: 1 where a fallback is there for it


@cython.no_gc
cdef class Detour(Delivery):
    cdef Route route
    cdef unsigned char[ACCEPT_KEPT] accept  # what the client says of the forms it reads, its beginning
    cdef Py_ssize_t accept_size
    cdef Buffer spare                       # the request's head as the other upstream gets it, or None
    cdef Wish spare_wish                    # what the request asks of that one's endpoints
    cdef Told spare_told

    cdef bint write(self, RequestHead head, Hop* hop) noexcept
    cdef bint _write_other(self, RequestHead head, Hop* hop) noexcept
    cdef bint has_detour(self) noexcept
    cdef bint detour(self, int reason) noexcept
    cdef void drop_spare(self) noexcept
    cdef void _because(self, int reason) noexcept
    cdef bint _may_go(self, int reason) noexcept
    cdef bint _go(self, Route route) noexcept
    cdef void _answer(self, Fallback fallback, int reason) noexcept
    cdef bytes problem(self, int reason, int rule)
    cdef object wait(self, int reason)
    cdef str option(self)
    cdef void _end(self) noexcept
