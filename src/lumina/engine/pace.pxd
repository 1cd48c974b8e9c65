# How long a client may take: for its head, its body, to read what it asked for, and between two requests.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.limit cimport LIMIT_HEADER_TIME, LIMIT_KEEP_ALIVE, LIMIT_TLS_MESSAGES
from lumina.engine.responder cimport Responder
from lumina.engine.syscalls cimport *
from lumina.reasons cimport *
from lumina.snapshot cimport Limits, Timeouts

cdef enum:
    LINGER_SECONDS = 2
    DRAIN_GRACE = 1         # seconds that an idle connection may still use to ask while the worker drains

cdef enum Stage:
    SHAKING                 # TLS
    HEAD                    # waits for a request, or for the rest of its head
    BODY                    # the request's body is coming
    ANSWER                  # the request is whole; its answer is under way
    TUNNEL
    LINGER                  # all is said; reads on so that the last words are not lost to a reset


@cython.no_gc
cdef class Paced(Responder):
    cdef Stage stage
    cdef Buffer held                        # received, and not yet read: part of a head, or the next request
    cdef double body_due                    # when the body's next piece must have come
    cdef double blocked                     # since when the client does not take what is ready; 0: it does
    cdef double progress                    # when it was last seen to have taken any
    cdef unsigned long long taken_before    # octets that it had taken when it was blocked
    cdef unsigned long long taken_last      # and at the last look

    cdef Timeouts _timeouts(self)
    cdef void body_begins(self, bint awaited, Py_ssize_t size) noexcept
    cdef void body_came(self, Py_ssize_t size) noexcept
    cdef void body_over(self) noexcept
    cdef void said(self) noexcept
    cdef double idle_time(self) noexcept
    cdef void overdue(self, long requests) noexcept
    cdef void _blocks(self) noexcept
    cdef void _look_later(self, double now) noexcept
    cdef unsigned long long _taken(self) noexcept
    cdef bint keeps_up(self, double now) noexcept
