"""Whatever clients and upstreams do, in the end nothing is left of it.

STORM_SEEDS and STORM_FIRST let it go on for longer: how many storms, and which seed is the first.
"""

import os
from pathlib import Path

import pytest

from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.snapshot import Snapshot
from tests.engine.stage import OVER, entrance
from tests.plan import plan
from tests.storm import Keys, Storm

SEEDS = int(os.environ.get("STORM_SEEDS", "6"))
FIRST = int(os.environ.get("STORM_FIRST", "0"))
STEPS = 3000


class EngineStorm(Storm):
    """About an engine that turns between steps. Time passes in leaps, so that all that is to expire does."""

    def __init__(self, seed: int, keys: Keys | None) -> None:
        super().__init__(seed, keys)
        self.arena = Arena.create(1)
        self.engine = Engine(self.arena, 0)
        self.adopt()
        listener = entrance()
        self.address = listener.getsockname()
        self.engine.listen(listener.detach(), None if keys is None else keys.server)

    def adopt(self) -> None:
        self.engine.adopt(Snapshot(plan(*self.endpoints(), **self.changes())))
        if self.keys is not None:
            self.engine.upstream_tls(0, self.keys.client)

    def turn(self) -> None:
        self.engine.turn()

    def skip(self, seconds: float) -> None:
        self.engine.skip(seconds)

    def calm(self) -> None:
        """Let everybody be as they are, and time pass until nothing more can come of it."""
        for _ in range(200):
            self.accept()
            for answerer in self.answerers:
                if self.chance.random() < 0.1:
                    answerer.receive()
            for caller in self.patient:
                caller.ask()
            for _ in range(5):
                self.engine.turn()
            self.engine.skip(0.5)
        self.engine.turn()

    def close(self) -> None:
        """Take all of it down when everybody has gone; the engine and the arena close their descriptors then."""
        super().close()
        self.engine.drain()
        self.engine.turn()
        self.engine.skip(OVER)
        self.engine.turn()
        del self.engine, self.arena


def descriptors() -> int:
    """Return how many there are, but for pipes: a few empty ones are kept."""
    links = [link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(not link.startswith("pipe:") for link in links)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_nothing_is_left_of_a_storm(seed: int, keys: Keys) -> None:
    storm = EngineStorm(seed, keys if seed % 3 == 2 else None)
    before = descriptors() - storm.listening()
    for _ in range(STEPS):
        storm.step()
    storm.calm()
    held = storm.engine.held()
    seen = storm.arena.read()
    storm.leave()
    after = descriptors() - storm.listening()
    answered = [caller.over and (caller.got == b"" or caller.got.startswith(b"HTTP/1.1 ")) for caller in storm.patient]
    storm.close()
    assert held == dict.fromkeys(held, 0), seed
    assert all(answered), seed
    assert set(seen["upstream_connections"].values()) == {0}, seed
    assert set(seen["waiting"].values()) <= {0}, seed
    assert sum(seen["requests"].values()) > 20, seed
    assert after <= before, seed
