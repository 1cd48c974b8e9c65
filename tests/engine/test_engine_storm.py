"""Whatever clients and upstreams do, in the end nothing is left of it.

STORM_SEEDS and STORM_FIRST let it go on for longer: how many storms, and which seed is the first.
"""

import os
from pathlib import Path

import pytest

from tests.engine.storm import Storm

SEEDS = int(os.environ.get("STORM_SEEDS", "6"))
FIRST = int(os.environ.get("STORM_FIRST", "0"))
STEPS = 3000


def descriptors() -> int:
    """Return how many there are, but for pipes: a few empty ones are kept."""
    links = [link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(not link.startswith("pipe:") for link in links)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_nothing_is_left_of_a_storm(seed: int) -> None:
    storm = Storm(seed)
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
