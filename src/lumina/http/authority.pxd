# The host and port that a request is for (RFC 3986, section 3.2; RFC 9110, section 7.2).
from lumina.http.addresses cimport read_ipv6
from lumina.http.octets cimport FOLDED, HEX, HOST, OCTETS, same_but_case

cdef enum AuthorityFault:
    AUTHORITY_FINE
    AUTHORITY_HOST
    AUTHORITY_PORT
    AUTHORITY_USERINFO

cdef unsigned char LITERAL[16]      # where the last IPv6 literal was read to

cdef int check_authority(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept
# The port data[at:end], 0 where it is empty, or -1.
cdef int read_port(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint same_authority(
    const unsigned char* data, Py_ssize_t at, Py_ssize_t size, Py_ssize_t other_at, Py_ssize_t other_size) noexcept

cdef Py_ssize_t _reg_name_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t _literal_end(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint _ip_future(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
cdef int _fault(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, int fault) noexcept
