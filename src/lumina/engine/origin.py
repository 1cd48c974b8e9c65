"""An upstream as one worker works with it: its pools, whose turn it is, and how it speaks TLS."""

import ssl

import cython

from lumina.engine.pool import Pool
from lumina.engine.reactor import Reactor
from lumina.http1.response import ResponseHead
from lumina.snapshot import Limits, Upstream


class Origin:
    """Belongs to one snapshot; its pools outlive it."""

    def __init__(
        self, upstream: Upstream, pools: tuple[Pool, ...], limits: Limits, reactor: Reactor, head: ResponseHead
    ) -> None:
        self.upstream = upstream
        self.pools = pools
        self.reactor = reactor
        self.head = head
        self.most_open = limits.upstream_connections
        self.most_idle = limits.upstream_idle
        self.most_uploads = limits.upstream_uploads

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS as `context` says."""
        self.context = context

    @cython.cdivision(True)  # an upstream has one endpoint at least
    def pool(self, place: cython.uint) -> Pool:  # hot
        """Return the pool of the endpoint at `place`, counted round and round."""
        return cython.cast(Pool, self.pools[place % cython.cast(cython.uint, len(self.pools))])
