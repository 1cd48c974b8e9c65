"""A socket that connections are accepted on. All workers share it, and the kernel wakes one of them."""

import os
import ssl
from typing import Any

import cython

from lumina.engine.arrival import Arrival, Door
from lumina.engine.client import Client
from lumina.engine.crowd import group_of
from lumina.engine.ends import Ends
from lumina.engine.gateway import Gateway
from lumina.engine.tls import Tls
from lumina.errors import EngineError
from lumina.http.networks import Networks
from lumina.proxy_protocol.header import ProxyHeader


class Listener(Door):
    """Accepts, and sets each connection to work."""

    def __init__(self, gateway: Gateway, fd: cython.int, context: ssl.SSLContext | None, admin_only: bool) -> None:
        self.gateway = gateway
        self.reactor = gateway.reactor
        self.fd = fd
        self.context = context
        self.admin_only = admin_only
        self.reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.reactor.watch(self, EPOLLIN | EPOLLEXCLUSIVE)
        self.reactor.doors.append(self)

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
        if self.senders is not None:
            self._await(fd, cython.address(address))
        else:
            self.greet(
                fd, cython.address(address), self.reactor.clock.now + self.gateway.live.snapshot.timeouts.header, False
            )
        return True

    def _refuse(self, fd: cython.int, limit: cython.int) -> None:
        self.gateway.recorder.met(limit)
        close(fd)

    def announced(self, rules: dict[str, Any]) -> None:
        """Take PROXY headers as the configuration says: from `trusted`, who must send one, and from nobody else."""
        self.senders = Networks(rules["trusted"])
        self.others = rules["others"] == "serve"
        self.header = ProxyHeader()

    def _await(self, fd: cython.int, address: cython.pointer(sockaddr_storage)) -> None:
        """Let a connection say whose it is, or see that it does not."""
        octets: cython.uchar[16]
        port: cython.int = 0
        known: cython.bint = octets_of(address, octets, cython.address(port)) != 0
        listed: cython.bint = known and self.senders.holds(octets)
        arrival: Arrival
        group: bytes = None
        if not listed:
            if not self.others:
                self.turn_back(address, REFUSAL_NOT_LISTED)
                close(fd)
                return
            group = self._enter(fd, address)
            if group is None:
                return
        arrival = Arrival(self, fd, listed)
        arrival.address = address[0]
        arrival.group = group
        arrival.by = self.reactor.clock.now + self.gateway.live.snapshot.timeouts.header
        arrival.way = self._way()
        try:
            self.reactor.watch(arrival, EPOLLIN | EPOLLRDHUP | EPOLLET)
        except EngineError:
            arrival.fd = -1
            close(fd)
            if group is not None:
                self.gateway.crowd.leave(group)
            return
        self.gateway.recorder.block.connections += 1
        self.reactor.wheel.arm(arrival, arrival.by)

    def turn_back(self, address: cython.pointer(sockaddr_storage), refusal: cython.int) -> None:
        """Count a connection that is refused for what it says of itself, or does not say."""
        text: cython.uchar[48]
        size: cython.int = name_of(address, text)
        self.gateway.recorder.turned_back(refusal, text, size)

    def _enter(self, fd: cython.int, address: cython.pointer(sockaddr_storage)) -> bytes:
        """Count a connection among those of its address, and return which these are; None: it was one too many."""
        octets: cython.uchar[16]
        port: cython.int = 0
        group: bytes = b""
        if octets_of(address, octets, cython.address(port)) != 0:
            group = group_of(cython.cast(cython.p_char, octets)[:16])
        if self.gateway.crowd.enter(group) > self.gateway.live.snapshot.limits.client_connections:
            self.gateway.crowd.leave(group)
            self._refuse(fd, LIMIT_CLIENT_CONNECTIONS)
            return None
        return group

    def greet(
        self, fd: cython.int, address: cython.pointer(sockaddr_storage), by: cython.double, told: cython.bint
    ) -> None:
        """Set a connection to work that comes from `address`; its first request has to be there at `by`.

        told: a header said so, the one that was read last.
        """
        group: bytes = self._enter(fd, address)
        client: Client
        if group is None:
            return
        client = Client(self.gateway, fd)
        client.group = group
        client.peer_size = name_of(address, client.peer)
        if told:
            client.ends = Ends()
            client.ends.adopt(self.header)
        if not self._watch(client):
            client.fd = -1
            close(fd)
            self.gateway.crowd.leave(group)
            return
        self.gateway.recorder.block.connections += 1
        self.gateway.recorder.block.accepted += 1
        self.reactor.wheel.arm(client, by)

    def _way(self) -> cython.int:
        """Return how a new connection is watched, until its first request says what it is."""
        if self.admin_only:
            return URGENT
        return FRESH if self.reactor.strained else ORDINARY

    def _watch(self, client: Client) -> cython.bint:
        """Set a new connection to work; False where its peer left already, or the kernel has no room."""
        fd: cython.int = client.fd
        client.admin_only = self.admin_only
        client.way = self._way()
        try:
            if self.context is not None:
                client.secured(Tls(self.context, fd, server_side=True, name=None, view=self.reactor.view))
            self.reactor.watch(client, ALL_NEWS)
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
        self.reactor.doors.remove(self)
        self.reactor.unwatch(self)
