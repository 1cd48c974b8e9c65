"""The addresses of sockets: what the kernel has, and what a person or a protocol says."""

import cython


def name_of(address: cython.pointer(sockaddr_storage), into: cython.p_uchar) -> cython.int:
    """Write the address as text, which is empty for a unix socket; return its size.

    An address of IPv4 is one, whatever the socket it came to (RFC 4291, section 2.5.5.2).
    """
    four: cython.pointer(sockaddr_in) = cython.cast(cython.pointer(sockaddr_in), address)
    six: cython.pointer(sockaddr_in6) = cython.cast(cython.pointer(sockaddr_in6), address)
    text: cython.p_char = cython.cast(cython.p_char, into)
    octets: cython.p_uchar = cython.cast(cython.p_uchar, cython.address(six.sin6_addr))
    into[0] = 0
    if address.ss_family == AF_INET:
        inet_ntop(AF_INET, cython.address(four.sin_addr), text, NAME_ROOM)
    elif address.ss_family == AF_INET6 and is_mapped(octets):
        inet_ntop(AF_INET, octets + 12, text, NAME_ROOM)
    elif address.ss_family == AF_INET6:
        inet_ntop(AF_INET6, cython.address(six.sin6_addr), text, NAME_ROOM)
    return strlen(text)


def octets_of(address: cython.pointer(sockaddr_storage), octets: cython.p_uchar, port: cython.p_int) -> cython.int:
    """Read the address into 16 octets; return its family: 4, 6, or 0 where there is none."""
    four: cython.pointer(sockaddr_in) = cython.cast(cython.pointer(sockaddr_in), address)
    six: cython.pointer(sockaddr_in6) = cython.cast(cython.pointer(sockaddr_in6), address)
    if address.ss_family == AF_INET:
        memcpy(octets, MAPPED, 12)
        memcpy(octets + 12, cython.address(four.sin_addr), 4)
        port[0] = htons(four.sin_port)
        return 4
    if address.ss_family == AF_INET6:
        memcpy(octets, cython.address(six.sin6_addr), 16)
        port[0] = htons(six.sin6_port)
        return 4 if is_mapped(octets) else 6
    return 0


def make(
    address: cython.pointer(sockaddr_storage), family: cython.int, octets: cython.p_const_uchar, port: cython.int
) -> None:
    """Make the address of a family, 4 or 6, of 16 octets and a port."""
    four: cython.pointer(sockaddr_in) = cython.cast(cython.pointer(sockaddr_in), address)
    six: cython.pointer(sockaddr_in6) = cython.cast(cython.pointer(sockaddr_in6), address)
    memset(address, 0, cython.sizeof(sockaddr_storage))
    if family == 4:
        four.sin_family = AF_INET
        four.sin_port = htons(port)
        memcpy(cython.address(four.sin_addr), octets + 12, 4)
    else:
        six.sin6_family = AF_INET6
        six.sin6_port = htons(port)
        memcpy(cython.address(six.sin6_addr), octets, 16)


def leads_back(fd: cython.int, peer: cython.pointer(sockaddr_storage), size: socklen_t) -> cython.bint:
    """Say whether a connection to `peer` has its own socket at the other end.

    Where nobody listens at a port of this machine, the kernel may choose that very port for our end; then our SYN meets
    our own socket, and that is a connection (RFC 9293, section 3.5: both open at the same time).
    """
    own: sockaddr_storage
    have: socklen_t = cython.sizeof(own)
    if getsockname(fd, cython.cast(cython.pointer(sockaddr), cython.address(own)), cython.address(have)) != 0:
        return False
    return have == size and memcmp(cython.address(own), peer, size) == 0


def there_and_back(family: int, octets: bytes, port: int) -> tuple[int, bytes, int, str]:
    """Make an address, and return what is read of it: for tests."""
    address: sockaddr_storage
    room: cython.uchar[16]
    text: cython.uchar[48]
    number: cython.int = 0
    make(cython.address(address), family, octets, port)
    found: cython.int = octets_of(cython.address(address), room, cython.address(number))
    size: cython.int = name_of(cython.address(address), text)
    return found, room[:16], number, text[:size].decode()
