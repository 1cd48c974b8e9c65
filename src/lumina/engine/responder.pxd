# Answers on an HTTP/1 connection: framing for this client, and few system calls.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.gateway cimport Gateway
from lumina.engine.stream cimport ServerStream
from libc.errno cimport EAGAIN, EINTR, errno

from lumina.engine.syscalls cimport *
from lumina.engine.transport cimport BROKEN
from lumina.http1.fields cimport *
from lumina.http1.request cimport *
from lumina.http1.response cimport ResponseHead
from lumina.http1.upgrade cimport protocols_of
from lumina.http1.write cimport OWN_IN_RESPONSE, Writer

cdef enum:
    CORK = 16384            # octets of a body that are copied behind the head, to go out in one call
    OWN_FIELDS = 512        # octets: room for the fields that the gateway adds


@cython.no_gc
cdef class Responder(ServerStream):
    cdef Gateway gateway
    cdef bint persistent                    # another request may follow
    cdef int minor                          # of the request's version
    cdef int framing                        # of the answer, a Body
    cdef bint corked                        # the reactor's draft holds octets for this client
    cdef bint starved                       # a pipe waits until the socket takes more

    cdef void _status_line(self, Writer writer, ResponseHead head, const unsigned char* data) noexcept
    cdef Writer _begin(self, ResponseHead head)
    cdef void _upgrade(self, Writer writer, ResponseHead head, const unsigned char* data) noexcept
    cdef void _set_cookie(self, Writer writer) noexcept
    cdef void _common(self, Writer writer, int minor) noexcept
    cdef void patience(self) noexcept       # called when more was sent, or could not be
    cdef void unblocked(self) noexcept      # all that was ready has been taken
