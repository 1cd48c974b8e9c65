# What is settled before a request goes anywhere.
cimport cython
from libc.string cimport memcpy

from lumina.engine.detour cimport Detour
from lumina.engine.forward cimport Hop
from lumina.engine.recorder cimport Record
from lumina.engine.stream cimport ServerStream
from lumina.http1.fields cimport NAME_MAX_FORWARDS
from lumina.http1.forwarded cimport Forwarded
from lumina.http1.hops cimport FORWARDS_MALFORMED, max_forwards, passes
from lumina.http1.request cimport METHOD_OPTIONS, METHOD_TRACE, RequestHead
from lumina.http1.rules cimport RULE_MAX_FORWARDS, RULE_TRACE
from lumina.reasons cimport BAD_REQUEST, LOOP_DETECTED, NO_ROUTE


@cython.no_gc
cdef class Reception(Detour):
    cdef void introduce(self, RequestHead head, const unsigned char* data, Hop* hop) noexcept
    cdef void strays(self, RequestHead head, const unsigned char* data) noexcept
    cdef bint stops(self, RequestHead head, Hop* hop) noexcept
    cdef void _answer_here(self, RequestHead head, const unsigned char* data) noexcept
