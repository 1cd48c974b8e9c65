"""The data path of one worker, as the control plane holds it: give it sockets and snapshots, and let it turn."""

import ssl

import cython

from lumina.engine.arena import Arena
from lumina.engine.gateway import Gateway, Live
from lumina.engine.guest import Guests
from lumina.engine.listener import Listener
from lumina.engine.origin import Origin
from lumina.engine.pool import Pool
from lumina.engine.reactor import TICK, Reactor
from lumina.engine.recorder import Recorder
from lumina.snapshot import Snapshot, Upstream


class Engine:
    """One worker's listeners, connections and pools. Not for use by more than one thread."""

    TICK = TICK

    def __init__(self, arena: Arena, slot: int) -> None:
        self.reactor = Reactor()
        self.recorder = Recorder(arena, slot, self.reactor.clock)
        self.gateway = Gateway(self.reactor, self.recorder)
        self.guests = Guests(self.reactor)
        self.pools = {}
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

    def skip(self, seconds: float) -> None:
        """Go on as if `seconds` had passed, and expire what is due then."""
        self.reactor.clock.skip(seconds)
        self.tick()

    def adopt(self, snapshot: Snapshot) -> None:
        """Work by `snapshot` from the next exchange on; those under way keep theirs."""
        limits = snapshot.limits
        self.gateway.request.configure(limits.request_line, limits.header_bytes, limits.header_count)
        self.gateway.request.permit(snapshot.paths, snapshot.taken)
        self.gateway.request.strict = self.gateway.response.strict = snapshot.strict
        self.gateway.doubts.reserve(limits.request_line)
        self.gateway.response.configure(limits.response_header_bytes, 256)
        origins = tuple(self._origin(upstream, snapshot) for upstream in snapshot.upstreams)
        self.gateway.live = Live(snapshot, origins)

    def _origin(self, upstream: Upstream, snapshot: Snapshot) -> Origin:
        pools = []
        for endpoint in upstream.endpoints:
            key = (upstream.name, endpoint.key)
            pool: Pool = self.pools.get(key)
            if pool is None:
                pool = Pool(endpoint)
                self.pools[key] = pool
            pool.stats = cython.address(self.recorder.block.upstreams[upstream.series])
            pools.append(pool)
        return Origin(upstream, tuple(pools), snapshot.limits, self.reactor, self.gateway.response)

    def resolve(self, upstream: int, endpoint: int, addresses: list[tuple[str, int]]) -> None:
        """Tell what the name of an endpoint stands for: (ip, port) pairs, in the order in which to try them."""
        origin: Origin = self.gateway.live.origins[upstream]
        pool: Pool = origin.pools[endpoint]
        pool.resolved(addresses)

    def upstream_tls(self, upstream: int, context: ssl.SSLContext) -> None:
        """Speak TLS with that upstream, as `context` says."""
        origin: Origin = self.gateway.live.origins[upstream]
        origin.secure(context)

    def listen(self, fd: int, tls: ssl.SSLContext | None = None, admin_only: bool = False) -> None:
        """Accept on a listening, non-blocking socket. The engine owns the descriptor from here on."""
        self.listeners.append(Listener(self.gateway, fd, tls, admin_only))

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

    @property
    def connections(self) -> int:
        """Client connections that are open."""
        return self.recorder.block.connections
