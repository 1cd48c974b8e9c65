# A PROXY header as it comes.
cimport cython

from lumina.http.addresses cimport ADDRESS, MAPPED, read_ipv4, read_ipv6
from lumina.http.authority cimport read_port
from lumina.proxy_protocol.checksum cimport crc32c
from lumina.proxy_protocol.parties cimport Parties
from lumina.proxy_protocol.refusals cimport *

cdef enum:
    MORE = -1               # read(): the header is not whole yet
    REFUSED = -2
    LONGEST_TEXT = 107      # octets of a header of version 1, its end included
    LONGEST = 4096          # and of version 2: addresses, and what else is told
    FIXED = 16              # octets of version 2 before the addresses
    MARK = 12               # of them, those that are always the same

cdef unsigned char TEXT_MARK[6]
cdef unsigned char BINARY_MARK[12]
cdef int ADDRESSES[4]       # octets of the addresses of each family


@cython.final
cdef class ProxyHeader(Parties):
    cdef readonly int version
    cdef readonly int refusal               # a Refusal

    cdef Py_ssize_t read(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef Py_ssize_t begins(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef Py_ssize_t _refuse(self, int refusal) noexcept
    cdef Py_ssize_t _text(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef bint _line(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _binary(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef void _take(self, const unsigned char* data, int family) noexcept
    cdef int _values(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept


cdef Py_ssize_t _word_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint _is(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, const unsigned char* word, Py_ssize_t size) noexcept
cdef int _port(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
