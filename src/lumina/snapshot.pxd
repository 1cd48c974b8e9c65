# Everything compiled from one configuration: immutable and fully resolved. The one type that both planes know.
cimport cython

from lumina.routing.table cimport PrefixTable


@cython.final
cdef class Endpoint:
    cdef readonly int index                 # in snapshot.endpoints
    cdef readonly str host                  # None for a unix socket
    cdef readonly int port
    cdef readonly str socket_path                  # a path, or None
    cdef readonly bytes authority           # what a Host field for it says
    cdef readonly str key                   # its identity over reloads


@cython.final
cdef class Upstream:
    cdef readonly int index
    cdef readonly int series
    cdef readonly str name
    cdef readonly bytes base                # put before every path, without a slash at its end
    cdef readonly bytes authority           # what Host says where the client's is not kept
    cdef readonly bint secure               # speaks TLS
    cdef readonly dict tls                  # how, or None
    cdef readonly tuple endpoints
    cdef readonly double connect_timeout
    cdef readonly double first_byte_timeout
    cdef readonly double between_bytes_timeout
    cdef readonly double pool_idle_timeout


@cython.final
cdef class Route:
    cdef readonly int index
    cdef readonly int series
    cdef readonly str name
    cdef readonly bytes label               # what access lines say of it and its upstream: members of a JSON object
    cdef readonly bytes prefix
    cdef readonly Py_ssize_t strip          # octets taken off the path's beginning
    cdef readonly bint preserve_host
    cdef readonly bint admin                # answers health and metrics, whatever the load
    cdef readonly long long body_bytes      # the largest request body; -1: none
    cdef readonly Upstream upstream


@cython.final
cdef class Limits:
    cdef readonly Py_ssize_t request_line
    cdef readonly Py_ssize_t header_bytes
    cdef readonly int header_count
    cdef readonly Py_ssize_t response_header_bytes
    cdef readonly long connections
    cdef readonly long client_connections
    cdef readonly long connection_requests
    cdef readonly long pipelined_requests
    cdef readonly unsigned long requests    # under way at once
    cdef readonly long long min_request_rate    # octets a second; 0: any
    cdef readonly long long min_response_rate
    cdef readonly long upstream_connections
    cdef readonly long upstream_idle
    cdef readonly long upstream_uploads     # requests to one endpoint that are still coming


@cython.final
cdef class Timeouts:
    cdef readonly double header
    cdef readonly double body
    cdef readonly double keep_alive
    cdef readonly double write
    cdef readonly double rate_grace
    cdef readonly double drain
    cdef readonly double tunnel_idle


@cython.final
cdef class Snapshot:
    cdef readonly str hash
    cdef readonly tuple routes
    cdef readonly tuple upstreams
    cdef readonly tuple endpoints
    cdef readonly Limits limits
    cdef readonly Timeouts timeouts
    cdef PrefixTable table                  # for listeners that serve routes
    cdef PrefixTable admin_table            # for listeners that serve health and metrics alone

    cdef Route match(self, bint admin_only, const unsigned char* data, Py_ssize_t at, Py_ssize_t size)
    cpdef Route find(self, bytes path, bint admin_only=*)
