# IP addresses: as text, and as 16 octets.
cimport cython

cdef enum:
    ADDRESS = 16            # octets of an address; IPv4 is written as IPv6 writes it
    ADDRESS_TEXT = 45       # octets of the longest text

cdef unsigned char MAPPED[12]

# Read data[at:end] into 16 octets; 4 or 6 by its form, 0 where it is no address.
cdef int read_address(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* octets) noexcept
cdef bint read_ipv4(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* octets) noexcept
cdef bint read_ipv6(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* octets) noexcept
cdef bint _four(const unsigned char* data, Py_ssize_t at, Py_ssize_t end, unsigned char* octets, int place) noexcept
cdef bint _spread(unsigned char* octets, int gap, int count) noexcept
cdef int _digit(unsigned char octet) noexcept

# Write the text of 16 octets, in the form of IPv4 or IPv6, to out[at:]; the offset after it.
cdef Py_ssize_t write_address(const unsigned char* octets, int family, unsigned char* out, Py_ssize_t at) noexcept
cdef Py_ssize_t write_number(unsigned int number, unsigned char* out, Py_ssize_t at) noexcept
cdef bint is_mapped(const unsigned char* octets) noexcept
cdef Py_ssize_t _write_four(const unsigned char* octets, unsigned char* out, Py_ssize_t at) noexcept
cdef Py_ssize_t _write_group(const unsigned char* octets, int place, unsigned char* out, Py_ssize_t at) noexcept
cdef int _zeros(const unsigned char* octets, int place) noexcept
