# A request's way to an endpoint.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.gateway cimport Gateway, Live
from lumina.engine.limit cimport LIMIT_UPLOADS
from lumina.engine.pool cimport Pool
from lumina.engine.recorder cimport Record
from lumina.engine.stream cimport Dialogue, ServerStream
from lumina.engine.syscalls cimport EPOLLIN
from lumina.engine.transport cimport BROKEN
from lumina.engine.origin cimport Origin
from lumina.engine.upstream cimport UpstreamConnection
from lumina.http1.request cimport METHOD_CONNECT, METHOD_OTHER, METHOD_PATCH, METHOD_POST
from lumina.reasons cimport *

cdef enum:
    REPLAY = 65536          # octets of a request kept so that it can be sent once more
    TRIES = 3               # endpoints that are tried before the client hears of it


@cython.no_gc
cdef class Delivery(Dialogue):
    cdef Gateway gateway
    cdef Origin origin
    cdef ServerStream client
    cdef UpstreamConnection connection
    cdef Buffer outgoing                    # the request as it is written for the upstream
    cdef Py_ssize_t sent                    # octets of it that went out on this connection
    cdef Record record
    cdef unsigned int place                 # the endpoint being tried
    cdef int endpoints_tried, addresses_tried
    cdef bint ready                         # the connection can be written to
    cdef bint request_done                  # all of the request has been written
    cdef bint responded                     # the answer's head has come
    cdef bint replayable
    cdef Pool uploading                     # whose upload it counts as; None: of none

    cdef void dispatch(self) noexcept
    cdef void fail(self, int reason, int rule) noexcept
    cdef void _attach(self, UpstreamConnection connection) noexcept
    cdef bint _uploads(self) noexcept
    cdef void uploaded(self) noexcept
    cdef void _connect(self) noexcept
    cdef void _push(self) noexcept
    cdef bint _can_resend(self, int reason) noexcept
    cdef void _resend(self) noexcept
