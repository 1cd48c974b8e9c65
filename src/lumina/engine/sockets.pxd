# The addresses of sockets, as the kernel has them.
cimport cython
from libc.string cimport memcmp, memcpy, memset, strlen

from lumina.engine.syscalls cimport *
from lumina.http.addresses cimport MAPPED, is_mapped

cdef enum:
    NAME_ROOM = 48          # octets of an address as text

# Write the address as text; its size, 0 where there is none.
cdef int name_of(sockaddr_storage* address, unsigned char* into) noexcept
# Read it into 16 octets, and its port; 4 or 6, 0 where there is none.
cdef int octets_of(sockaddr_storage* address, unsigned char* octets, int* port) noexcept
# Say whether a connection to `peer` has its own socket at the other end.
cdef bint leads_back(int fd, const sockaddr_storage* peer, socklen_t size) noexcept
# Make it of 16 octets and a port.
cdef void make(sockaddr_storage* address, int family, const unsigned char* octets, int port) noexcept
