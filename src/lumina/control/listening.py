"""The sockets we accept on, opened once by the supervisor and inherited by every worker."""

import errno
import resource
import socket
from typing import Any

from lumina.errors import LuminaError

BACKLOG = 4096  # connections waiting for an accept; the kernel bounds it by net.core.somaxconn
# Options that each connection inherits from the socket that it is accepted on, so that none is set for it again.
INHERITED = (
    (socket.TCP_NODELAY, 1),  # what is written goes out
    # Octets that the kernel takes before it sends them. Else it would take megabytes for a client that does not read,
    # in pieces as small as that client's window: nothing else that a slow client does costs as much.
    (socket.TCP_NOTSENT_LOWAT, 262144),
)


class ListenError(LuminaError):
    """An address cannot be listened on; `hint` says what to try."""

    def __init__(self, address: str, why: str, hint: str) -> None:
        super().__init__(f"cannot listen on {address}: {why}")
        self.hint = hint


def hint_for(error: OSError, host: str, port: int) -> tuple[str, str]:
    """Return why listening failed, and what a person may do about it."""
    if error.errno == errno.EADDRINUSE:
        return (
            "the port is taken",
            f"another program listens there (`ss -ltnp 'sport = :{port}'` names it); stop it, or choose another port",
        )
    if error.errno == errno.EACCES:
        return (
            "not permitted",
            "ports below 1024 need CAP_NET_BIND_SERVICE, or a lower net.ipv4.ip_unprivileged_port_start",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine does not have that address", f"`ip address` lists what it has instead of {host}"
    if isinstance(error, socket.gaierror):
        return "the name has no address", "give an IP address, or a name that resolves on this machine"
    return (error.strerror or str(error)), "see the address and the permissions of this process"


def show(address: tuple[Any, ...]) -> str:
    """Return a socket's address as it stands in a URL."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of `host` and return the sockets.

    A name such as `localhost` may have an address of each family; with port 0 all get the port that the first got.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise ListenError(show((host, port)), *hint_for(error, host, port)) from error
    listeners: list[socket.socket] = []
    for family, address in dict.fromkeys((entry[0], entry[4]) for entry in found):
        wanted = port or (listeners[0].getsockname()[1] if listeners else 0)
        try:
            listeners.append(_open(family, (address[0], wanted, *address[2:]), dual=host == "::"))
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL) and len(found) > 1:
                continue  # a name with an IPv6 address, on a machine without IPv6
            _close(listeners)
            raise ListenError(show(address), *hint_for(error, host, port)) from error
    if not listeners:
        raise ListenError(show((host, port)), *hint_for(OSError(errno.EADDRNOTAVAIL, ""), host, port))
    return listeners


def _open(family: int, address: tuple[Any, ...], *, dual: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if dual else 1)
        for option, value in INHERITED:
            listener.setsockopt(socket.IPPROTO_TCP, option, value)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _close(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def raise_open_files() -> int:
    """Raise the limit of open files as far as this process may, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
