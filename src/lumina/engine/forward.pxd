# The request as the upstream gets it.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.engine.recorder cimport Record
from lumina.http.octets cimport OCTETS, TCHAR
from lumina.http1.fields cimport *
from lumina.http1.forwarded cimport WAY_FORWARDED, WAY_X_FORWARDED, Forwarded
from lumina.http1.request cimport *
from lumina.http1.write cimport OWN_IN_REQUEST, OWN_IN_TRUSTED, Writer
from lumina.snapshot cimport Route

cdef enum:
    OWN_FIELDS = 1024       # octets: room for the fields that the gateway adds, the authority left out
    CHAIN_ROOM = 9216       # and for what trusted proxies told: the addresses of NODES nodes twice, a prefix


cdef struct Hop:
    const unsigned char* data           # the octets that the request's head was parsed from
    # what this hop adds
    const Record* record                # of the exchange: whose the request is, and its identifier
    const unsigned char* peer
    Py_ssize_t peer_size
    void* told                          # the Forwarded of a trusted peer, borrowed; NULL: it is not trusted
    int ways                            # in which fields to say it: Ways
    bint secure                         # the client speaks TLS
    bint over_tls                       # the peer does
    int forwards                        # how often the upstream may pass it on; negative: nobody said
    bint upgrading                      # to one of these
    const unsigned char* protocols
    Py_ssize_t protocols_size


cdef bint write_request(Buffer out, Writer writer, RequestHead head, Route route, Hop* hop) noexcept
cdef void _target(Writer writer, RequestHead head, const unsigned char* data, Route route) noexcept
cdef void _hop_fields(Writer writer, RequestHead head, Route route, Hop* hop) noexcept
cdef void _x_forwarded(Writer writer, RequestHead head, Route route, Hop* hop) noexcept
cdef void _prefix(Writer writer, const unsigned char* prefix, Py_ssize_t size, Hop* hop) noexcept
cdef void _port(Writer writer, const unsigned char* host, Py_ssize_t size, bint secure) noexcept
cdef void _forwarded(Writer writer, RequestHead head, Hop* hop) noexcept
cdef void _for(Writer writer, const unsigned char* address, Py_ssize_t size) noexcept
cdef void _of_request(Writer writer, const unsigned char* host, Py_ssize_t size, bint secure) noexcept
