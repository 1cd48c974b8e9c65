# The request as the upstream gets it.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.stream cimport Dialogue, ServerStream
from lumina.http1.fields cimport *
from lumina.http1.request cimport *
from lumina.http1.write cimport OWN_IN_REQUEST, Writer
from lumina.snapshot cimport Route

cdef enum:
    OWN_FIELDS = 1024       # octets: room for the fields that the gateway adds, the authority left out


cdef struct Hop:
    const unsigned char* data           # the octets that the request's head was parsed from
    # what this hop adds
    const unsigned char* id             # 36 octets
    const unsigned char* peer
    Py_ssize_t peer_size
    bint secure
    bint upgrading


cdef bint write_request(Buffer out, Writer writer, RequestHead head, Route route, Hop* hop) noexcept
cdef void _target(Writer writer, RequestHead head, const unsigned char* data, Route route) noexcept
cdef void _hop_fields(Writer writer, RequestHead head, Route route, Hop* hop) noexcept
