"""What the kernel knows of a connection that failed: why, and whether what was sent can have been read."""

import cython


def reason_of(error: cython.int) -> cython.int:
    """Say in our words what connect(2) said, or send(2) of the first octets."""
    if error == ECONNREFUSED or error == ENOENT:
        return CONNECTION_REFUSED
    if error == ETIMEDOUT:
        return CONNECTION_TIMEOUT
    if error == ECONNRESET or error == EPIPE:
        return CONNECTION_TERMINATED
    return DESTINATION_UNROUTABLE


def unacknowledged(fd: cython.int, sent: cython.Py_ssize_t) -> cython.bint:
    """Return whether the peer's kernel took none of the last `sent` octets."""
    queued: cython.int = 0
    return ioctl(fd, SIOCOUTQ, cython.address(queued)) == 0 and queued >= sent


def unread(fd: cython.int, sent: cython.Py_ssize_t) -> cython.bint:
    """Return whether the peer's program closed the connection with the last `sent` octets unread.

    A kernel then resets the connection instead of ending it (RFC 9293, section 3.6.1; tcp_close in Linux), and few
    octets are read whole or not at all. A program that reads a request, acts on it, and resets on purpose looks the
    same: it is proof only of a connection that had waited for work.
    """
    state: cython.uchar[8]
    size: socklen_t = 8
    if sent > ONE_READ or getsockopt(fd, IPPROTO_TCP, TCP_INFO, state, cython.address(size)) < 0:
        return False
    return state[0] == TCP_CLOSED
