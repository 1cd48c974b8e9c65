# One request and its response. Read this first.
cimport cython
from libc.string cimport memcpy

from lumina.engine.affinity cimport guide
from lumina.engine.arena cimport NO_CUT
from lumina.engine.buffer cimport Buffer
from lumina.engine.forward cimport Hop
from lumina.engine.gateway cimport Gateway
from lumina.engine.identity cimport ID
from lumina.engine.limit cimport LIMIT_NONE, limit_of
from lumina.engine.reactor cimport ORDINARY, URGENT
from lumina.engine.reception cimport Reception
from lumina.engine.recorder cimport HOST_KEPT, METHOD_KEPT, PATH_KEPT, Record
from lumina.engine.stream cimport ServerStream
from lumina.engine.transport cimport ALL_NEWS, BROKEN
from lumina.engine.tunnel cimport HIGH_MARK, Tunnel
from lumina.engine.origin cimport Origin
from lumina.engine.upstream cimport UpstreamConnection
from lumina.http1.accept cimport keep_accept
from lumina.http1.hops cimport FORWARDS_ANY
from lumina.http1.request cimport *
from lumina.http1.response cimport ResponseHead
from lumina.http1.rules cimport RULE_NONE, RULE_TARGET_MISDIRECTED
from lumina.http1.upgrade cimport agreed
from lumina.http1.write cimport Writer
from lumina.reasons cimport *


cdef enum:
    GATHER = 16384          # octets of small chunks that go out at once, though more of them have come


@cython.final
@cython.no_gc
cdef class Exchange(Reception):
    cdef int body                           # how the request's body is framed

    cdef void begin(self, ServerStream client, RequestHead head, const unsigned char* data) noexcept
    cdef void refuse(self, ServerStream client, int reason, int rule, int method) noexcept
    cdef bint _refused(self, RequestHead head, const unsigned char* data) noexcept
    cdef bint _given_up(self) noexcept
    cdef void _opened(self, ServerStream client) noexcept
    cdef void _note(self, RequestHead head, const unsigned char* data) noexcept
    cdef void _append_body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef void _begin_tunnel(self, ResponseHead head, const unsigned char* data) noexcept
    cdef void _met(self, int reason, int rule) noexcept
    cdef void _finish(self) noexcept
