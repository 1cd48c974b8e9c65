# ruff: noqa: F821
# mypy: disable-error-code="name-defined"
"""The floor: a TCP relay that looks at nothing it passes, so that what it costs is the kernel's.

A client's socket is tied to one socket of the origin for its whole life. A request then costs two reads and two
writes, and a share of the wait for events: no proxy that speaks HTTP/1.1 over epoll can make fewer calls.
"""

import select
import socket

import cython


def serve(port: int, origin: int) -> None:
    """Listen on `port` of the loopback and relay every connection to the port `origin`, until killed."""
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    while True:
        if turn(epoll.fileno(), listener.fileno()):
            client = listener.accept()[0]
            upstream = socket.create_connection(("127.0.0.1", origin))
            for end in (client, upstream):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                epoll.register(end.fileno(), select.EPOLLIN)
            tie(client.detach(), upstream.detach())


def tie(client: cython.int, upstream: cython.int) -> None:
    if client >= DESCRIPTORS or upstream >= DESCRIPTORS:
        raise OSError("more sockets than the relay has room for")
    other_end[client] = upstream
    other_end[upstream] = client


def turn(epoll: cython.int, listener: cython.int) -> cython.bint:
    """Relay what is ready. Returns whether somebody waits to be accepted."""
    at: cython.int
    waiting: cython.bint = False
    count: cython.int = epoll_wait(epoll, ready, ROOM, -1)
    for at in range(count):
        if ready[at].data.fd == listener:
            waiting = True
        elif other_end[ready[at].data.fd] != 0:
            pass_on(ready[at].data.fd)
    return waiting


def pass_on(fd: cython.int) -> None:
    """Move what one read gives to the other end; an end of input closes both."""
    to: cython.int = other_end[fd]
    size: cython.Py_ssize_t = recv(fd, buffer, BUFFER, MSG_DONTWAIT)
    if size < 0:
        return
    if size > 0 and send(to, buffer, size, MSG_NOSIGNAL) == size:
        return  # the sockets block when they are written to: less than all means that the reader has gone
    other_end[fd] = other_end[to] = 0
    close(fd)
    close(to)
