# What a client expects before it sends its content.
from lumina.http1.fields cimport Fields, NAME_EXPECT, same_word

cdef enum:
    SIZE = 12       # octets of "100-continue"

cdef bint only_continue(Fields fields, const unsigned char* data, int minor) noexcept
cdef void _narrow(Fields fields, int place, Py_ssize_t at) noexcept
