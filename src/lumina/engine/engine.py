"""The data path of one worker, as the control plane holds it: give it sockets and snapshots, and let it turn."""

import ssl
from typing import Any

import cython

from lumina.engine.affinity import mark
from lumina.engine.arena import Arena
from lumina.engine.gateway import Gateway, Live
from lumina.engine.guest import Guests
from lumina.engine.listener import Listener
from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.reactor import TICK, Reactor
from lumina.engine.recorder import Recorder
from lumina.snapshot import Overload, Snapshot, Upstream


class Engine:
    """One worker's listeners, connections and pools. Not for use by more than one thread."""

    TICK = TICK

    def __init__(self, arena: Arena, slot: int) -> None:
        self.reactor = Reactor()
        self.recorder = Recorder(arena, slot, self.reactor.clock)
        self.gateway = Gateway(self.reactor, self.recorder)
        self.guests = Guests(self.reactor)
        self.pools = {}
        self.origins = {}
        self.listeners = []

    def fileno(self) -> int:
        """Return the descriptor to watch: turn() when it is readable."""
        return self.reactor.epoll

    def turn(self) -> None:
        """Do all that is ready, without waiting."""
        self.reactor.turn()

    def tick(self) -> None:
        """Expire what is due. Call it every TICK seconds."""
        self.reactor.tick()
        self.recorder.block.turns = self.reactor.turns
        self.recorder.block.longest_turn = self.reactor.longest_turn
        overload: Overload = self.gateway.live.snapshot.overload
        self.gateway.strain.look(overload.loop_lag, overload.memory if overload.memory >= 0 else self.memory)
        self.recorder.block.lag = self.gateway.strain.lag
        for origin in self.gateway.live.origins:
            cython.cast(Origin, origin).shed(self.reactor.clock.now, overload.queue_age)
            cython.cast(Origin, origin).review(self.reactor.clock.now)

    def skip(self, seconds: float) -> None:
        """Go on as if `seconds` had passed, and expire what is due then."""
        self.reactor.clock.skip(seconds)
        self.tick()

    def slow(self, pace: float) -> None:
        """Let time pass at this share of its pace, but for what is skipped."""
        self.reactor.clock.slow(pace)

    def adopt(self, snapshot: Snapshot) -> None:
        """Work by `snapshot` from the next exchange on; those under way keep theirs."""
        limits = snapshot.limits
        self.gateway.request.configure(limits.request_line, limits.header_bytes, limits.header_count)
        self.gateway.request.permit(snapshot.paths, snapshot.taken)
        self.gateway.request.strict = self.gateway.response.strict = snapshot.strict
        self.gateway.forwarded.configure(snapshot.trusted, snapshot.forwarded)
        self.gateway.doubts.reserve(limits.request_line)
        self.gateway.response.configure(limits.response_header_bytes, 256)
        origins = tuple(self._origin(upstream) for upstream in snapshot.upstreams)
        self.gateway.live = Live(snapshot, origins)

    def _origin(self, upstream: Upstream) -> Origin:
        """Return the origin of an upstream; what is known of one of the same name goes over to it."""
        origin: Origin = Origin(upstream, self.reactor, self.gateway.response, self.recorder.arena.slots)
        before: Origin = self.origins.get(upstream.name)
        pools = []
        for endpoint in upstream.endpoints:
            pool: Pool = self._pool(upstream, endpoint.key, endpoint.index, endpoint.weight, endpoint.priority)
            pool.host = endpoint.host
            if endpoint.socket_path:
                pool.unix(endpoint.socket_path)
            elif pool.address_count == 0:
                pool.resolved([(endpoint.host, endpoint.port)])
            pools.append(pool)
        origin.recorder = self.recorder
        origin.stats = cython.address(self.recorder.block.upstreams[upstream.series])
        if upstream.breaker:
            origin.protect(self.recorder.arena, upstream.breaker_index)
        if before is not None:
            origin.inherit(before)
        origin.endpoints(tuple(pools))
        self.origins[upstream.name] = origin
        return origin

    def _pool(
        self, upstream: Upstream, key: str, slot: cython.int, weight: cython.double, priority: cython.int
    ) -> Pool:
        """Return the pool of an endpoint, the one that there is or a new one."""
        announcing: cython.bint = upstream.proxy_protocol != 0
        pool: Pool = self.pools.get((upstream.name, key))
        if pool is not None and pool.announcing != announcing:  # its connections are of the other kind
            pool.retire()
            pool = None
        if pool is None:
            pool = Pool(key)
            pool.announcing = announcing
            self.pools[upstream.name, key] = pool
        pool.place(slot, weight, priority)
        pool.standing.attach(self.recorder.arena.state(slot))
        pool.stats = cython.address(self.recorder.block.upstreams[upstream.series])
        pool.gone = False
        mark(pool, upstream)
        return pool

    def endpoints(self, upstream: int, endpoints: list[dict[str, Any]]) -> None:
        """Replace the endpoints of an upstream. Requests under way, and connections to those that stay, go on.

        Each endpoint tells its `key` (identity), `slot` (of its state in the arena), `weight`, `priority`, and either
        `unix`, a path, or `addresses`: (ip, port) pairs in the order in which to try them, none where its name is not
        resolved.
        """
        origin: Origin = self.gateway.live.origins[upstream]
        pool: Pool
        pools = []
        for endpoint in endpoints:
            pool = self._pool(
                origin.upstream, endpoint["key"], endpoint["slot"], endpoint["weight"], endpoint["priority"]
            )
            pool.host = endpoint["host"]
            if endpoint.get("unix"):
                pool.unix(endpoint["unix"])
            else:
                pool.resolved([(host, port) for host, port in endpoint["addresses"]])
            pools.append(pool)
        for pool in origin.pools:
            if pool not in pools:
                del self.pools[origin.upstream.name, pool.key]
                pool.retire()
        origin.endpoints(tuple(pools))

    def resolve(self, upstream: int, endpoint: int, addresses: list[tuple[str, int]]) -> None:
        """Tell what the name of an endpoint stands for: (ip, port) pairs, in the order in which to try them."""
        origin: Origin = self.gateway.live.origins[upstream]
        pool: Pool = origin.pools[endpoint]
        pool.resolved(addresses)

    def upstream_tls(self, upstream: int, context: ssl.SSLContext) -> None:
        """Speak TLS with that upstream, as `context` says."""
        origin: Origin = self.gateway.live.origins[upstream]
        origin.secure(context)

    def listen(
        self,
        fd: int,
        tls: ssl.SSLContext | None = None,
        admin_only: bool = False,
        proxy_protocol: dict[str, Any] | None = None,
    ) -> None:
        """Accept on a listening, non-blocking socket. The engine owns the descriptor from here on.

        Whoever opened it chose the options of its connections, which inherit them: TCP_NODELAY should be one.
        proxy_protocol: from whom (`trusted`, a list of networks) a PROXY header has to come, and whether `others` are
        served (`serve`) or not (`refuse`). Without it nobody may send one.
        """
        listener: Listener = Listener(self.gateway, fd, tls, admin_only)
        if proxy_protocol is not None:
            listener.announced(proxy_protocol)
        self.listeners.append(listener)

    def memory_bound(self, size: int) -> None:
        """Refuse requests from so many octets of memory on, where the configuration does not say how many; 0: none."""
        self.memory = size

    def access_log(self, *, wanted: bool) -> None:
        """Write access lines, or do not."""
        self.recorder.lines = wanted

    def drain(self) -> None:
        """Accept no more, let what is under way finish, and close what is idle soon."""
        listener: Listener
        for listener in self.listeners:
            listener.close()
        self.listeners.clear()
        self.gateway.draining = True
        self.reactor.wheel.hurry(self.reactor.clock.now + DRAIN_GRACE)

    def held(self) -> dict[str, int]:
        """Return what is counted as under way or kept, for tools and tests: when all is over, nothing is."""
        origin: Origin
        pool: Pool
        found = {
            "connections": self.recorder.block.connections,
            "in_flight": self.recorder.block.in_flight,
            "clients": sum(self.gateway.crowd.counts.values()),
            "timers": self.reactor.wheel.armed,
        }
        found |= dict.fromkeys(("pending", "waiting", "open", "idle", "uploads", "stuck"), 0)
        for origin in self.gateway.live.origins:
            found["pending"] += origin.pending
            found["waiting"] += origin.queue.size
        for pool in self.pools.values():
            found["open"] += pool.open
            found["idle"] += pool.idle
            found["uploads"] += pool.uploads
            found["stuck"] += pool.stuck
        return found

    @property
    def connections(self) -> int:
        """Client connections that are open."""
        return self.recorder.block.connections
