"""Ports that nobody else is given while we hold them: bound, and not listened on."""

import socket

_held: list[socket.socket] = []


def reserve() -> int:
    """Return a free TCP port of loopback, kept for a server that we start.

    Linux lets several sockets with SO_REUSEADDR bind one port while none of them listens; every server here sets it. So
    the port stays ours between choosing it and the server's `listen`, and when the server is started again.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    port: int = holder.getsockname()[1]
    return port


def release_all() -> None:
    """Give back every port."""
    while _held:
        _held.pop().close()
