# Who a request comes from, as trusted proxies tell it.
cimport cython

from lumina.http.addresses cimport ADDRESS, is_mapped, read_address, read_ipv4, write_address
from lumina.http.authority cimport AUTHORITY_FINE, check_authority, read_port
from lumina.http.lists cimport element_start, quoted_end
from lumina.http.networks cimport Networks
from lumina.http.octets cimport OCTETS, PATH, TCHAR
from lumina.http1.fields cimport (
    NAME_FORWARDED, NAME_X_FORWARDED_FOR, NAME_X_FORWARDED_HOST, NAME_X_FORWARDED_PORT, NAME_X_FORWARDED_PREFIX,
    NAME_X_FORWARDED_PROTO, NAME_X_REQUEST_ID, Fields, drop_blanks, same_word, skip_blanks,
)

cdef enum:
    NODES = 64              # of a chain, the peer among them; what is farther away is not looked at
    MAX_ID = 128            # octets of a request's identifier
    MAX_PREFIX = 1024

cdef enum Ways:             # in which families of fields the client is told of
    WAY_X_FORWARDED = 1
    WAY_FORWARDED = 2       # RFC 7239; alone, it is also the one that is believed

cdef enum Said:             # the parameters of one element of Forwarded that were there
    SAID_FOR = 1
    SAID_HOST = 2
    SAID_PROTO = 4


@cython.final
cdef class Forwarded:
    cdef readonly bint trusting             # somebody is trusted
    cdef readonly int ways
    cdef Networks trusted
    cdef unsigned char nodes[1024]          # addresses of 16 octets, from the peer to what is farthest away
    cdef readonly int count
    cdef readonly int client                # which of the nodes it is
    # What was asked for, as it is told; lengths are 0, and `secure` is -1, where it is not told.
    cdef readonly int secure
    cdef readonly Py_ssize_t host_at, host_size, port_at, port_size, prefix_at, prefix_size, id_at, id_size
    cdef unsigned char text[48]             # of the node that was spelt last
    cdef unsigned char octets[16]

    cpdef void configure(self, Networks trusted, int ways)
    # Say whether the peer is trusted, and if so note all of the above.
    cdef bint read(self, Fields head, const unsigned char* data, const unsigned char* peer, Py_ssize_t size) noexcept
    # Write a node's address to `text`; how many octets it has.
    cdef int spell(self, int node) noexcept

    cdef void _forget(self) noexcept
    cdef void _walk(self, Fields head, const unsigned char* data, int name) noexcept
    cdef bint _list(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _element(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _pair(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _note(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t size, Py_ssize_t value, Py_ssize_t end) noexcept
    cdef bint _node(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _port(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef void _add(self) noexcept
    cdef void _claims(self, Fields head, const unsigned char* data) noexcept
    cdef void _identifier(self, Fields head, const unsigned char* data) noexcept
    cdef int _said
    cdef Py_ssize_t _for_at, _for_end, _host_at, _host_end
    cdef int _secure


cdef int _only(Fields head, int name) noexcept
cdef int _scheme(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
cdef bint _is_prefix(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
