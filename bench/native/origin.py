# ruff: noqa: F821
# mypy: disable-error-code="name-defined,no-any-return"
"""The origin: answers every GET at once from memory, so that it is never what a proxy waits for."""

import select
import socket
from pathlib import Path

import cython


def serve(port: int, bodies: dict[str, str], kept_by_kernel: int = 0) -> None:
    """Answer on `port` of the loopback until killed; the path's first letter, or "", chooses among files of bodies.

    Where there is no file, nothing is answered. kept_by_kernel: octets of an answer that the kernel takes at once.
    """
    kept = {letter: response(Path(file).read_bytes()) if file else b"" for letter, file in bodies.items()}
    for number in range(256):
        wire: bytes = kept.get(chr(number), kept[""])
        answers[number] = wire
        sizes[number] = len(wire)
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    if kept_by_kernel:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kept_by_kernel)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    while True:
        if turn(epoll.fileno(), listener.fileno()):
            client = listener.accept()[0]
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            fd = client.detach()
            begin(fd)
            epoll.register(fd, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)


def response(body: bytes) -> bytes:
    kind = "application/json" if body.startswith(b"{") else "application/octet-stream"
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Server: origin\r\n"
        "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
        f"Content-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n"
        'ETag: "5f3c9a-1"\r\n\r\n'
    )
    return head.encode("ascii") + body


def begin(fd: cython.int) -> None:
    if fd >= DESCRIPTORS:
        raise OSError("more sockets than the origin has room for")
    connections[fd].seen = connections[fd].ending = 0
    connections[fd].left = 0


def turn(epoll: cython.int, listener: cython.int) -> cython.bint:
    """Serve what is ready. Returns whether somebody waits to be accepted."""
    at: cython.int
    fd: cython.int
    waiting: cython.bint = False
    count: cython.int = epoll_wait(epoll, ready, ROOM, -1)
    for at in range(count):
        fd = ready[at].data.fd
        if fd == listener:
            waiting = True
        elif not answer(fd) or (ready[at].events & EPOLLIN and not read(fd)):
            close(fd)
    return waiting


def answer(fd: cython.int) -> cython.bint:
    """Send what is owed, as far as the socket takes it. Returns False when the peer has gone."""
    size: cython.Py_ssize_t
    connection = cython.address(connections[fd])
    while connection.left > 0:
        size = send(fd, connection.answer, connection.left, MSG_DONTWAIT | MSG_NOSIGNAL)
        if size < 0:
            return errno == EAGAIN
        connection.answer += size
        connection.left -= size
    return True


def read(fd: cython.int) -> cython.bint:
    """Read one run of octets and answer when a head ends. Returns False when the peer has gone."""
    at: cython.Py_ssize_t
    connection = cython.address(connections[fd])
    size: cython.Py_ssize_t = recv(fd, buffer, BUFFER, MSG_DONTWAIT)
    if size < 0:
        return errno == EAGAIN
    for at in range(size):
        if connection.seen == LETTER:
            connection.letter = buffer[at]
        connection.seen += 1
        if buffer[at] == (13 if connection.ending % 2 == 0 else 10):
            connection.ending += 1
        else:
            connection.ending = 1 if buffer[at] == 13 else 0
        if connection.ending == 4:
            connection.seen = connection.ending = 0
            connection.answer = answers[connection.letter]
            connection.left = sizes[connection.letter]
            if not answer(fd):
                return False
    return size > 0
