# Everything compiled from one configuration: immutable and fully resolved. The one type that both planes know.
cimport cython

from lumina.http.networks cimport Networks
from lumina.routing.table cimport PrefixTable

cdef enum Policy:       # which endpoint a request goes to
    POLICY_RANDOM_TWO
    POLICY_ROUND_ROBIN
    POLICY_LEAST_REQUESTS
    POLICY_EWMA
    POLICY_HASH

cdef enum HashKey:      # what POLICY_HASH takes its key from
    HASH_NOTHING
    HASH_CLIENT
    HASH_HEADER
    HASH_COOKIE
    HASH_QUERY

cdef enum:
    STATUSES = 600          # places of Upstream.retry_statuses

@cython.final
cdef class Endpoint:
    cdef readonly int index                 # of its state, in the arena
    cdef readonly str host                  # None for a unix socket
    cdef readonly int port
    cdef readonly str socket_path                  # a path, or None
    cdef readonly bytes authority           # what a Host field for it says
    cdef readonly str key                   # its identity over reloads
    cdef readonly int weight                # 1 or more
    cdef readonly int priority              # its tier; 0 is the first
    cdef readonly str srv                   # the name of an SRV record, or None


@cython.final
cdef class Upstream:
    cdef readonly int index
    cdef readonly int breaker_index         # of its breaker's state, in the arena
    cdef readonly int series
    cdef readonly str name
    cdef readonly bytes base                # put before every path, without a slash at its end
    cdef readonly bytes authority           # what Host says where the client's is not kept
    cdef readonly bint secure               # speaks TLS
    cdef readonly dict tls                  # how, or None
    cdef readonly tuple endpoints
    cdef readonly int proxy_protocol        # the version of the header that clients are announced by; 0: they are not
    # balance
    cdef readonly int policy                # a Policy
    cdef readonly int hash_by               # a HashKey
    cdef readonly bytes hash_name           # of the field (in lower case), cookie or parameter; empty: none
    cdef readonly double hash_load
    cdef readonly bint sticky
    cdef readonly bytes sticky_cookie
    cdef readonly bytes sticky_secret
    cdef readonly double sticky_max_age     # 0: until the browser is closed
    cdef readonly double slow_start         # 0: off
    # caps, for one endpoint in one worker
    cdef readonly long cap_connections
    cdef readonly long cap_idle
    cdef readonly long cap_uploads
    cdef readonly long cap_requests         # 0: none
    cdef readonly long cap_queue            # requests that wait, for the whole upstream
    # outliers
    cdef readonly bint outliers
    cdef readonly int outlier_consecutive   # 0: off
    cdef readonly double outlier_failure_rate
    cdef readonly int outlier_requests
    cdef readonly double outlier_window
    cdef readonly double outlier_slow_factor    # 0: off
    cdef readonly double outlier_ejection
    cdef readonly double outlier_max_ejection
    cdef readonly double outlier_max_ejected
    # breaker
    cdef readonly bint breaker
    cdef readonly int breaker_consecutive   # 0: off
    cdef readonly double breaker_failure_rate
    cdef readonly double breaker_slow_rate
    cdef readonly double breaker_slow       # 0: off
    cdef readonly int breaker_requests
    cdef readonly double breaker_window
    cdef readonly double breaker_open
    cdef readonly int breaker_trials
    # retries
    cdef readonly int retry_attempts        # in all
    cdef readonly bint retry_connect
    cdef readonly bint retry_reset
    cdef readonly bint retry_timeout
    cdef readonly bytes retry_statuses      # STATUSES octets: 1 where an answer with that status is retried
    cdef readonly unsigned int retry_methods    # bits 1 << METHOD_...
    cdef readonly double retry_backoff
    cdef readonly double retry_max_backoff
    cdef readonly Py_ssize_t retry_buffer
    cdef readonly double budget_ratio
    cdef readonly double budget_rate
    cdef readonly bint hedge
    cdef readonly double hedge_quantile
    cdef readonly double hedge_factor
    cdef readonly double hedge_floor
    cdef readonly bint adaptive
    cdef readonly double adaptive_tolerance
    cdef readonly int adaptive_minimum
    cdef readonly int adaptive_maximum
    # timeouts
    cdef readonly double connect_timeout
    cdef readonly double tls_timeout        # 0: a part of the above
    cdef readonly double queue_timeout
    cdef readonly double first_byte_timeout
    cdef readonly double between_bytes_timeout
    cdef readonly double per_try_timeout    # 0: none
    cdef readonly double request_timeout    # 0: none
    cdef readonly double pool_idle_timeout
    cdef readonly double tunnel_idle_timeout
    cdef readonly dict health               # how the supervisor probes it, or None


cdef class Route


@cython.final
cdef class Fallback:
    # What answers when a route's upstream cannot: the upstream if there is one, then the answer.
    cdef readonly Upstream upstream         # or None
    cdef readonly Route route               # the same route, but that it leads there; or None
    cdef readonly int status                # 0: no answer
    cdef readonly bytes content_type
    cdef readonly bytes body


@cython.final
cdef class Route:
    cdef readonly int index
    cdef readonly int series
    cdef readonly str name
    cdef readonly bytes label               # what access lines say of it and its upstream: members of a JSON object
    cdef readonly bytes prefix
    cdef readonly Py_ssize_t strip          # octets taken off the path's beginning
    cdef readonly Py_ssize_t covered        # octets of the prefix, without a slash at its end
    cdef readonly bint bare                 # nothing goes before what is behind the prefix
    cdef readonly int paths                 # PathRules of http/target.pxd
    cdef readonly bint preserve_host
    cdef readonly bint admin                # answers health and metrics, whatever the load
    cdef readonly long long body_bytes      # the largest request body; -1: none
    cdef readonly Upstream upstream
    cdef readonly int priority              # 0, low, is given up first; 1 normal, 2 high
    cdef readonly Fallback fallback         # or None


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
    cdef readonly int passes                # through gateways of this kind
    cdef readonly unsigned long requests    # under way at once
    cdef readonly long long min_request_rate    # octets a second; 0: any
    cdef readonly long long min_response_rate


@cython.final
cdef class Timeouts:
    cdef readonly double header
    cdef readonly double body
    cdef readonly double keep_alive
    cdef readonly double write
    cdef readonly double rate_grace
    cdef readonly bytes deadline_header     # in lower case; empty: none
    cdef readonly double drain


@cython.final
cdef class Overload:
    cdef readonly double loop_lag           # seconds that the loop is late
    cdef readonly double queue_age          # seconds that requests wait for room
    cdef readonly long long memory          # octets of one worker; -1: what is left to the worker


@cython.final
cdef class Snapshot:
    cdef readonly tuple routes
    cdef readonly tuple upstreams
    cdef readonly tuple endpoints
    cdef readonly Limits limits
    cdef readonly Timeouts timeouts
    cdef readonly Overload overload
    cdef readonly int paths                 # PathRules where no route says otherwise
    cdef readonly int strict                # what is not forgiven: Strictness of http1/fields.pxd
    cdef readonly int taken                 # the PathRules of all routes together
    cdef readonly bint trace                # TRACE is taken
    cdef readonly bint half_close           # a client that has ended its direction still gets its answers
    cdef readonly Networks trusted          # whose word is taken for who the client is
    cdef readonly int forwarded             # in which fields the client is told of: Ways of http1/forwarded.pxd
    cdef PrefixTable table                  # for listeners that serve routes
    cdef PrefixTable admin_table            # for listeners that serve health and metrics alone

    cdef Route match(self, bint admin_only, const unsigned char* data, Py_ssize_t at, Py_ssize_t size)
    cpdef Route find(self, bytes path, bint admin_only=*)
