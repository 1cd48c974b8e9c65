# What is remembered of an exchange, and where it goes when the exchange ends: counters, histograms, one access line.
cimport cython
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

from lumina.engine.arena cimport LOG_RING, PEER, Arena, Block, RouteStats, UpstreamStats, count_code, observe, write_line
from lumina.engine.clock cimport Clock
from lumina.engine.syscalls cimport lumina_publish
from lumina.http.octets cimport plain_end
from lumina.http1.write cimport Writer
from lumina.reasons cimport *

cdef enum:
    PATH_KEPT = 1024        # octets of a path that an access line shows
    HOST_KEPT = 256
    METHOD_KEPT = 24
    LINE = 12288            # octets: the longest line, every octet escaped

cdef struct Record:
    double began            # seconds on the monotonic clock; 0: has not happened
    double sent             # the request went to the endpoint that answered
    double first_byte       # the answer's head came
    double connect          # seconds that connecting took; 0 on a connection that was there
    int method
    int status
    int reason
    int fallback            # the Reason for which it went on to what the route falls back to
    int attempts
    int minor
    int series
    int upstream_series
    uint64_t bytes_in
    uint64_t bytes_out
    unsigned char id[128]
    unsigned char client[48]
    unsigned char peer[48]                  # who told of the client, where that was somebody else
    unsigned char path[1024]
    unsigned char host[256]
    unsigned char verb[24]
    Py_ssize_t id_size, client_size, peer_size, path_size, host_size, verb_size
    # Members of a JSON object, which live as long as the exchange's snapshot.
    const unsigned char* route              # and upstream
    const unsigned char* endpoint
    Py_ssize_t route_size, endpoint_size

cdef const unsigned char* WORD[32]          # the reasons' words
cdef Py_ssize_t WORD_SIZE[32]


@cython.final
cdef class Recorder:
    cdef Arena arena
    cdef Block* block
    cdef Clock clock
    cdef Writer writer
    cdef bint lines                         # access lines are wanted
    cdef unsigned char line[12288]

    cdef void account(self, Record* record) noexcept
    cdef void met(self, int limit) noexcept
    cdef void shed(self, int cut) noexcept
    cdef void turned_back(self, int refusal, const unsigned char* peer, Py_ssize_t size) noexcept
    cdef void retried(self, int upstream_series, int cause) noexcept
    cdef void fell_back(self, int route_series, bint to_upstream) noexcept
    cdef void over_budget(self, int upstream_series) noexcept
    cdef void _count(self, Record* record, double seconds) noexcept
    cdef void _write(self, Record* record, double seconds) noexcept
    cdef void _word(self, const unsigned char* key, Py_ssize_t key_size, const unsigned char* value, Py_ssize_t size) noexcept
    cdef void _text(self, const unsigned char* key, Py_ssize_t key_size, const unsigned char* value, Py_ssize_t size) noexcept
    cdef void _escaped(self, const unsigned char* value, Py_ssize_t size) noexcept
    cdef void _seconds(self, double value) noexcept
