# A request on its way to an endpoint: which, on what connection, and how much of it has gone out.
cimport cython

from lumina.engine.announced cimport make_room, waiting_for
from lumina.engine.arena cimport CUT_AGE, CUT_QUEUE
from lumina.engine.buffer cimport Buffer
from lumina.engine.deadlines cimport Told, tell_left
from lumina.engine.ends cimport Ends
from lumina.engine.gateway cimport Gateway, Live
from lumina.engine.limit cimport LIMIT_QUEUE, LIMIT_UPLOADS
from lumina.engine.origin cimport ALL_FULL, Origin, Wish
from lumina.engine.pool cimport Pool
from lumina.engine.recorder cimport Record
from lumina.engine.stream cimport Contest, Dialogue, ServerStream
from lumina.engine.syscalls cimport EPOLLIN
from lumina.engine.transport cimport BROKEN
from lumina.engine.upstream cimport UpstreamConnection
from lumina.http1.request cimport METHOD_GET, METHOD_HEAD, METHOD_OPTIONS
from lumina.reasons cimport *
from lumina.snapshot cimport Upstream

cdef enum:
    RESENT = 3              # times that a request may meet a connection that closes just then

cdef double SECOND_ADDRESS, STANDING_SHARE


@cython.no_gc
cdef class Sending(Contest):
    cdef Gateway gateway
    cdef Live live
    cdef Origin origin
    cdef ServerStream client
    cdef UpstreamConnection connection
    cdef Pool pool                          # of the endpoint being tried
    cdef Wish wish
    cdef Py_ssize_t head_size               # octets of the head in `outgoing`, as long as that is replayable
    cdef Py_ssize_t sent                    # octets of `outgoing` that went out on `connection`
    cdef Record record
    cdef int tries                          # endpoints that were asked, the same again included
    cdef int resent                         # times that it met a connection that closed just then
    cdef int addresses_tried
    cdef bint ready                         # the connection can be written to
    cdef bint request_done                  # all of the request has been written
    cdef bint replayable                    # `outgoing` has all of it that was sent
    cdef bint pending                       # counts among those that wait for an answer to begin
    cdef bint upgrading                     # asks for another protocol
    cdef bytes protocols                    # for any of these, where it is upgrading
    cdef Pool uploading                     # whose upload it counts as; None: of none
    # When to look after it, in seconds on the monotonic clock; 0: not for this reason.
    cdef double try_at                      # when a pause is over, or no more room is waited for
    cdef double look_at                     # whether the endpoint is worth waiting for
    cdef double try_by                      # this try has to be answered
    cdef double done_by                     # all has to be over
    cdef Told told                          # where the request tells what is left until then, if its client gave it a time
    cdef double tried_at                    # this try began, or later, when all of its body had come

    cdef void dispatch(self) noexcept
    cdef void fail(self, int reason, int rule) noexcept
    cdef void limit(self, double by) noexcept
    cdef void _try(self, double by) noexcept
    cdef bint is_idempotent(self) noexcept
    cdef void _wait(self, double by) noexcept
    cdef bint _given_up_waiting(self) noexcept
    cdef bint _has_place(self) noexcept
    cdef void _count(self) noexcept
    cdef void _time(self) noexcept
    cdef void _rearm(self) noexcept
    cdef void _connect(self) noexcept
    cdef void _attach(self, UpstreamConnection connection) noexcept
    cdef void _push(self) noexcept
    cdef bint sent_all(self) noexcept
    cdef void asked(self) noexcept
    cdef void uploaded(self) noexcept
