# One request and its response. Read this first.
cimport cython
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.string cimport memcpy

from lumina.engine.buffer cimport Buffer
from lumina.engine.forward cimport Hop, write_request
from lumina.engine.identity cimport Identity
from lumina.engine.pool cimport Pool
from lumina.engine.reactor cimport Reactor
from lumina.engine.recorder cimport HOST_KEPT, METHOD_KEPT, PATH_KEPT, Record, Recorder
from lumina.engine.stream cimport ClientStream, Dialogue, ServerStream
from lumina.engine.syscalls cimport EPOLLIN
from lumina.engine.transport cimport BROKEN
from lumina.engine.upstream cimport Origin, UpstreamConnection
from lumina.http1.request cimport *
from lumina.http1.response cimport ResponseHead
from lumina.http1.write cimport Writer
from lumina.reasons cimport *
from lumina.snapshot cimport Route, Snapshot

cdef enum:
    HIGH_MARK = 131072      # octets waiting on one side that stop the reading of the other
    REPLAY = 65536          # octets of a request kept so that it can be sent once more
    TRIES = 3               # endpoints that are tried before the client hears of it


@cython.final
cdef class Live:
    # A snapshot that a worker works by, with the origins that belong to it.
    cdef readonly Snapshot snapshot
    cdef readonly tuple origins


@cython.final
cdef class Gateway:
    # What all exchanges of a worker share.
    cdef Reactor reactor
    cdef Recorder recorder
    cdef Identity identity
    cdef Writer writer
    cdef RequestHead request                # where request heads are parsed
    cdef ResponseHead response
    cdef Live live
    cdef readonly bint draining
    cdef Exchange spare                     # exchanges between two uses

    cdef Exchange exchange(self)
    cdef void recycle(self, Exchange exchange) noexcept


@cython.final
@cython.no_gc
cdef class Exchange(Dialogue):
    cdef Gateway gateway
    cdef Live live
    cdef Route route
    cdef Origin origin
    cdef ServerStream client
    cdef UpstreamConnection connection
    cdef Buffer outgoing                    # the request as it is written for the upstream
    cdef Py_ssize_t sent                    # octets of it that went out on this connection
    cdef Record record
    cdef unsigned int place                 # the endpoint being tried
    cdef int endpoints_tried, addresses_tried
    cdef int body                           # how the request's body is framed
    cdef bint ready                         # the connection can be written to
    cdef bint request_done, responded, tunnelling, upgrading, expects_continue
    cdef bint client_ended, upstream_ended  # of a tunnel
    cdef bint replayable
    cdef Exchange below                     # the next of the spare ones

    cdef void begin(self, ServerStream client, RequestHead head, const unsigned char* data) noexcept
    cdef void dispatch(self) noexcept
    cdef void fail(self, int reason, int rule) noexcept
    cdef void refuse(self, ServerStream client, int reason, int rule) noexcept
    cdef void _opened(self, ServerStream client) noexcept
    cdef void _note(self, RequestHead head, const unsigned char* data) noexcept
    cdef void _attach(self, UpstreamConnection connection) noexcept
    cdef void _connect(self) noexcept
    cdef void _push(self) noexcept
    cdef void _append_body(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef bint _can_resend(self, int reason) noexcept
    cdef void _resend(self) noexcept
    cdef void _begin_tunnel(self, ResponseHead head, const unsigned char* data) noexcept
    cdef bytes _problem(self, int reason, int rule)
    cdef void _finish(self) noexcept
    cdef void _end(self) noexcept
