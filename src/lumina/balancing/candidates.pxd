# The endpoints that may be chosen from, and the ways to choose.
cimport cython
from libc.math cimport ceil, log
from libc.stdint cimport uint64_t

# Constants of 64 bits, which Cython would take for Python's.
cdef extern from *:
    """
    #ifndef LUMINA_MIX
    #define LUMINA_MIX
    #define LUMINA_GOLDEN 0x9E3779B97F4A7C15ULL
    #define LUMINA_FIRST 0xBF58476D1CE4E5B9ULL
    #define LUMINA_SECOND 0x94D049BB133111EBULL
    #define LUMINA_LOW_BITS 0xFFFFFFFFULL
    #define LUMINA_ALL_BITS 0xFFFFFFFFFFFFFFFFULL
    #endif
    """
    unsigned long long GOLDEN "LUMINA_GOLDEN"
    unsigned long long FIRST "LUMINA_FIRST"
    unsigned long long SECOND "LUMINA_SECOND"
    unsigned long long ALL_BITS "LUMINA_ALL_BITS"
    unsigned long long LOW_BITS "LUMINA_LOW_BITS"

cdef struct Candidate:
    bint open               # may be chosen
    int tier                # 0 goes first
    double active           # requests under way
    double weight           # its share, above 0
    double cost             # seconds that an answer is expected to take; 0: unknown
    double turn             # how long it has waited for its turn, in weights
    uint64_t point          # where hashing has it

cdef enum:
    NOBODY = -1
    MOST = 64               # of a Field

cdef double COLD, PLENTY

cdef int random_two(const Candidate* all, int count, unsigned long long chance) noexcept
cdef int least_requests(const Candidate* all, int count, unsigned long long chance) noexcept
cdef int ewma(const Candidate* all, int count, unsigned long long chance) noexcept
cdef int hashed(const Candidate* all, int count, unsigned long long key, double load) noexcept
cdef int round_robin(Candidate* all, int count) noexcept
cdef void tiers(Candidate* all, int count, unsigned long long chance) noexcept
cdef double warm(double since, double now, double slow_start) noexcept
cdef double share(unsigned long long chance, int part) noexcept
cdef unsigned long long mix(unsigned long long key, unsigned long long point) noexcept
cdef int at_weight(const Candidate* all, int count, double goal, int but) noexcept
cdef bint is_less_loaded(const Candidate* all, int one, int other) noexcept
cdef double opened_weight(const Candidate* all, int count) noexcept
cdef double usual_cost(const Candidate* all, int count) noexcept
cdef double price(const Candidate* all, int at, double unknown) noexcept
cdef int tier_after(const Candidate* all, int count, int tier) noexcept
cdef double capacity(const Candidate* all, int count, int tier) noexcept


@cython.final
cdef class Field:
    # A few candidates, for tools and tests; the engine has an array of its own.
    cdef Candidate all[64]
    cdef readonly int count
