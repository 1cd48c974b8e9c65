# The time that a client gives its request: read from its fields, and told to the upstream as what is left of it.
cimport cython

from lumina.engine.buffer cimport Buffer
from lumina.http.deadline cimport DEADLINE_WIDTH, Deadline, write_left
from lumina.http1.fields cimport NAME_OTHER
from lumina.http1.lookup cimport find_field
from lumina.http1.request cimport RequestHead

# Where a request tells what is left: by grpc-timeout, and by the field that the configuration names.
cdef struct Told:
    bint any
    int place[2]            # of the field in the request's head, or -1
    int unit[2]
    Py_ssize_t at[2]        # of the octets for what is left in the request as it is written; 0: nowhere

# The seconds that the client gives; 0: as many as it takes. Its fields are taken out of what is forwarded as it is.
cdef double read_deadlines(Deadline reader, bytes name, RequestHead head, const unsigned char* data, Told* told) noexcept
cdef enum:
    GRPC_SIZE = 12          # octets of `grpc-timeout`

cdef bint _likely(RequestHead head, Py_ssize_t size) noexcept
cdef int _single(RequestHead head, const unsigned char* data, bytes name) noexcept
# Write the fields anew behind a head that is written; False without memory.
cdef bint append_deadlines(Buffer out, RequestHead head, const unsigned char* data, Told* told) noexcept
# Tell what is left now.
cdef void tell_left(Buffer out, Told* told, double seconds) noexcept
