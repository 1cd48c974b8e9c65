# The shared memory of a machine's workers: one block for each, written by one worker and read by anyone.
cimport cython
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy, memset

from lumina.engine.syscalls cimport *
from lumina.engine.limit cimport LIMIT_COUNT
from lumina.policies.breaker cimport BreakerState
from lumina.policies.standing cimport PROBE_DOWN, PROBE_UNKNOWN, PROBE_UP, State
from lumina.proxy_protocol.refusals cimport REFUSAL_COUNT
from lumina.reasons cimport REASON_COUNT

cdef enum:
    BUCKETS = 15            # the bounds, and all above the last
    SERIES = 1003           # none, _OTHER, 1000 of their own, the admin route
    CODES = 8192            # (series, method, status) counted apart in one worker
    OVERFLOW = 8191         # and the place of those that found none
    LOG_RING = 1048576      # octets of access lines waiting to be written
    LOG_CALL = 524288       # octets of them that call for the supervisor
    SPREAD = 40503          # 2 ** 16 divided by the golden ratio, odd
    HEADER = 64             # octets before the first block
    PEER = 48               # octets of a client's address as text, and of the zeros behind it

# Why a request was sent once more.
cdef enum Cause:
    CAUSE_CONNECT           # no connection came about
    CAUSE_STALE             # it met a connection that was being closed
    CAUSE_RESET             # the connection ended before an answer
    CAUSE_TIMEOUT
    CAUSE_STATUS            # the answer said that the endpoint cannot serve
    CAUSE_HUNG              # the endpoint kept many waiting, while others answered
    CAUSE_HEDGE             # another endpoint was asked at the same time
    CAUSE_COUNT

# By what a request was refused so that others are served.
cdef enum Cut:
    NO_CUT
    CUT_LAG                 # the worker gets late to what has come
    CUT_MEMORY
    CUT_AGE                 # requests wait long for room at the upstream
    CUT_QUEUE               # there was no room left to wait in, and a more important one came
    CUT_COUNT

cdef struct Histogram:
    uint64_t counts[15]
    double total            # seconds

cdef struct CodeCount:
    uint64_t key            # 0: free
    uint64_t count

cdef struct RouteStats:
    Histogram duration
    Histogram first_byte
    Histogram overhead
    uint64_t request_bytes
    uint64_t response_bytes
    uint64_t to_upstream    # requests that went on to the upstream that the route falls back to
    uint64_t to_answer      # and to its answer

cdef struct UpstreamStats:
    Histogram duration
    Histogram connect
    uint64_t active
    uint64_t idle
    uint64_t retries[8]     # by Cause
    uint64_t over_budget    # requests that were not sent once more, for the budget
    uint64_t waiting        # requests that wait for room, now
    uint64_t waited         # and ever
    uint64_t pending        # requests that wait for an answer to begin
    double limit            # how many may; 0: any

cdef struct Block:
    uint64_t connections
    uint64_t accepted
    uint64_t in_flight
    uint64_t log_dropped
    uint64_t turns
    double longest_turn
    double lag              # of the loop, when it was last looked at
    uint64_t log_written    # octets ever written to the ring, by the worker
    uint64_t log_read       # octets ever taken from it, by the supervisor
    uint64_t log_called     # of the latter, when the bell was rung last
    uint64_t errors[32]
    uint64_t limits[32]
    uint64_t shed[8]        # by Cut
    uint64_t turned_back[16]                # connections, by the Refusal of their PROXY header
    uint64_t turning_back[16]               # the same, counted before the address is written
    unsigned char turned_back_from[16][48]  # the last one's address
    CodeCount codes[8192]
    CodeCount upstream_codes[8192]
    RouteStats routes[1003]
    UpstreamStats upstreams[1003]
    unsigned char log[1048576]

cdef struct Header:
    uint64_t slots
    uint64_t endpoints
    uint64_t upstreams
    uint32_t bell           # changes when a ring of access lines should be emptied


cdef double BOUND[14]


@cython.final
cdef class Arena:
    cdef readonly int fd
    cdef readonly int slots
    cdef readonly int endpoints             # how many have a state
    cdef readonly int upstreams
    cdef Header* header
    cdef Block* blocks
    cdef State* states
    cdef BreakerState* breakers
    cdef size_t size

    cdef void call(self, Block* block) noexcept
    cdef Block* block(self, int slot) except NULL
    cdef State* state(self, int slot) except NULL
    cdef BreakerState* breaker(self, int upstream) except NULL
    cdef str _turned_back_from(self, int slot, int refusal)


cdef void count_code(CodeCount* table, unsigned int series, unsigned int method, unsigned int status) noexcept
cdef int add_spread(dict spreads, int series, Histogram* histogram) except -1
cdef void observe(Histogram* histogram, double seconds) noexcept
cdef bint write_line(Block* block, const unsigned char* line, Py_ssize_t size) noexcept
