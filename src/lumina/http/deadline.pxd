# How long a request may take, as its fields say: grpc-timeout (gRPC over HTTP), or seconds.
cimport cython

cdef enum Unit:         # how a deadline was written, and is written again
    UNIT_NONE           # what stood there is no deadline
    UNIT_SECONDS        # 2, or 1.250
    UNIT_MILLISECONDS   # 1250ms
    UNIT_GRPC           # 1250m

cdef enum:
    DEADLINE_WIDTH = 11     # octets of a deadline that is written, with the blanks before it
    DIGITS = 9              # most that are read before, and after, the decimal point
    GRPC_DIGITS = 8

cdef double GRPC_UNIT[128]
cdef double LONGEST_DEADLINE


@cython.final
cdef class Deadline:
    cdef readonly double seconds
    cdef readonly int unit

    # Read data[at : at + size]; False where that is no deadline, or none above 0.
    cdef bint read_grpc(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef bint read_seconds(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
    cdef double _number(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _take(self, double seconds, int unit) noexcept


# Write what is left to out[at : at + DEADLINE_WIDTH]: to the right, rounded down to a millisecond, and at least one.
cdef void write_left(unsigned char* out, Py_ssize_t at, double seconds, int unit) noexcept
