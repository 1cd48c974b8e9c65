# A PROXY header as it is sent.
cimport cython

from lumina.http.addresses cimport ADDRESS, write_address, write_number
from lumina.proxy_protocol.parties cimport Parties

cdef enum:
    HEADER_ROOM = 107       # octets of the longest that is written

# Write the header of that version to out; its size. Without parties: the connection is the sender's own.
cdef Py_ssize_t write_header(Parties parties, int version, unsigned char* out) noexcept
cdef Py_ssize_t _text(Parties parties, unsigned char* out) noexcept
cdef Py_ssize_t _binary(Parties parties, unsigned char* out) noexcept
cdef Py_ssize_t _put(const unsigned char* data, Py_ssize_t size, unsigned char* out, Py_ssize_t at) noexcept
