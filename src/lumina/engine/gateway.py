"""What all exchanges of a worker share: where heads are parsed, what is live, and the spare exchanges."""

from lumina.engine.chance import Chance
from lumina.engine.crowd import Crowd
from lumina.engine.doubts import Doubts
from lumina.engine.identity import Identity
from lumina.engine.origin import Origin
from lumina.engine.reactor import Reactor
from lumina.engine.recorder import Recorder
from lumina.engine.strain import Strain
from lumina.engine.stream import Dialogue
from lumina.http.deadline import Deadline
from lumina.http1.forwarded import Forwarded
from lumina.http1.request import RequestHead
from lumina.http1.response import ResponseHead
from lumina.http1.write import Writer
from lumina.snapshot import Snapshot


class Live:
    """A snapshot that a worker works by. An exchange keeps the one it began with."""

    def __init__(self, snapshot: Snapshot, origins: tuple[Origin, ...]) -> None:
        self.snapshot = snapshot
        self.origins = origins


class Gateway:
    """One for each worker."""

    def __init__(self, reactor: Reactor, recorder: Recorder) -> None:
        self.reactor = reactor
        self.recorder = recorder
        self.identity = Identity()
        self.writer = Writer()
        self.request = RequestHead()
        self.response = ResponseHead()
        self.crowd = Crowd()
        self.doubts = Doubts()
        self.deadline = Deadline()
        self.strain = Strain(reactor)
        self.chance = Chance()
        self.forwarded = Forwarded()

    def take(self) -> Dialogue:  # hot
        """Return a spare exchange, or None."""
        exchange: Dialogue = self.spare
        if exchange is not None:
            self.spare = exchange.below
            exchange.below = None
        return exchange

    def own(self, exchange: Dialogue) -> None:  # hot
        """Let an exchange own itself until it is recycled: its streams may let go of it while it acts."""
        Py_INCREF(exchange)

    def recycle(self, exchange: Dialogue) -> None:  # hot
        exchange.below = self.spare
        self.spare = exchange
        Py_DECREF(exchange)
