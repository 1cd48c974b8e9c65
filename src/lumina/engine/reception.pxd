# Who a request comes from, and how far it has come.
cimport cython
from libc.string cimport memcpy

from lumina.engine.detour cimport Detour
from lumina.engine.forward cimport Hop
from lumina.engine.recorder cimport Record
from lumina.engine.stream cimport ServerStream
from lumina.http1.forwarded cimport Forwarded
from lumina.http1.request cimport RequestHead


@cython.no_gc
cdef class Reception(Detour):
    cdef void introduce(self, RequestHead head, const unsigned char* data, Hop* hop) noexcept
    cdef void _believe(self, Forwarded told, Hop* hop) noexcept
