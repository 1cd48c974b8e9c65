"""A socket that connections are accepted on. All workers share it, and the kernel wakes one of them."""

import os
import ssl

import cython

from lumina.engine.client import Client
from lumina.engine.crowd import group_of
from lumina.engine.gateway import Gateway
from lumina.engine.reactor import Watcher
from lumina.engine.tls import Tls
from lumina.errors import EngineError


class Listener(Watcher):
    """Accepts, and sets each connection to work."""

    def __init__(self, gateway: Gateway, fd: cython.int, context: ssl.SSLContext | None, admin_only: bool) -> None:
        self.gateway = gateway
        self.reactor = gateway.reactor
        self.fd = fd
        self.context = context
        self.admin_only = admin_only
        self.reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.reactor.watch(self, EPOLLIN | EPOLLEXCLUSIVE)

    def ready(self) -> None:
        left: cython.int = AT_ONCE
        while left > 0 and self.fd >= 0 and self._accept():
            left -= 1

    def _accept(self) -> cython.bint:
        """Accept one connection; False when there is none."""
        address: sockaddr_storage
        size: socklen_t = cython.sizeof(address)
        fd: cython.int = accept4(
            self.fd,
            cython.cast(cython.pointer(sockaddr), cython.address(address)),
            cython.address(size),
            SOCK_NONBLOCK | SOCK_CLOEXEC,
        )
        if fd < 0:
            if errno == EMFILE or errno == ENFILE:
                self._turn_away()
            return False
        if self.gateway.recorder.block.connections >= cython.cast(
            cython.ulong, self.gateway.live.snapshot.limits.connections
        ):
            self._refuse(fd, LIMIT_CONNECTIONS)
            return True
        self._greet(fd, cython.address(address))
        return True

    def _refuse(self, fd: cython.int, limit: cython.int) -> None:
        self.gateway.recorder.met(limit)
        close(fd)

    def _greet(self, fd: cython.int, address: cython.pointer(sockaddr_storage)) -> None:
        group: bytes = self._group(address)
        client: Client
        if self.gateway.crowd.enter(group) > self.gateway.live.snapshot.limits.client_connections:
            self.gateway.crowd.leave(group)
            self._refuse(fd, LIMIT_CLIENT_CONNECTIONS)
            return
        client = Client(self.gateway, fd)
        client.group = group
        self._name(client, address)
        if not self._watch(client):
            client.fd = -1
            close(fd)
            self.gateway.crowd.leave(group)
            return
        self.gateway.recorder.block.connections += 1
        self.gateway.recorder.block.accepted += 1
        self.reactor.wheel.arm(client, self.reactor.clock.now + self.gateway.live.snapshot.timeouts.header)

    def _group(self, address: cython.pointer(sockaddr_storage)) -> bytes:
        """Return among whose connections one from `address` counts."""
        four: cython.pointer(sockaddr_in) = cython.cast(cython.pointer(sockaddr_in), address)
        six: cython.pointer(sockaddr_in6) = cython.cast(cython.pointer(sockaddr_in6), address)
        if address.ss_family == AF_INET:
            return group_of(cython.cast(cython.p_char, cython.address(four.sin_addr))[:4])
        if address.ss_family == AF_INET6:
            return group_of(cython.cast(cython.p_char, cython.address(six.sin6_addr))[:16])
        return b""

    def _name(self, client: Client, address: cython.pointer(sockaddr_storage)) -> None:
        four: cython.pointer(sockaddr_in) = cython.cast(cython.pointer(sockaddr_in), address)
        six: cython.pointer(sockaddr_in6) = cython.cast(cython.pointer(sockaddr_in6), address)
        text: cython.p_char = cython.cast(cython.p_char, client.peer)
        if address.ss_family == AF_INET:
            inet_ntop(AF_INET, cython.address(four.sin_addr), text, 48)
        elif address.ss_family == AF_INET6:
            inet_ntop(AF_INET6, cython.address(six.sin6_addr), text, 48)
        client.peer_size = strlen(text)

    def _watch(self, client: Client) -> cython.bint:
        """Set a new connection to work; False where its peer left already, or the kernel has no room."""
        one: cython.int = 1
        fd: cython.int = client.fd
        client.admin_only = self.admin_only
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, cython.address(one), cython.sizeof(one))
        try:
            if self.context is not None:
                client.secured(Tls(self.context, fd, server_side=True, name=None, view=self.reactor.view))
            self.reactor.watch(client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
        except (EngineError, OSError, ValueError):
            return False
        return True

    def _turn_away(self) -> None:
        """Accept with the descriptor held in reserve and close at once, or the kernel would report it without end."""
        fd: cython.int
        close(self.reserve)
        fd = accept4(self.fd, cython.NULL, cython.NULL, SOCK_CLOEXEC)
        if fd >= 0:
            close(fd)
        self.reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        """Accept what has come, then no more."""
        self.ready()
        close(self.reserve)
        self.reactor.unwatch(self)
