"""Whatever clients and upstreams do, a worker goes on, says nothing of it, and in the end holds nothing."""

import time
from pathlib import Path

import pytest

from tests.control.test_worker import Worker, until
from tests.plan import plan
from tests.storm import Keys, Storm

STEPS = 1500
MOMENT = 0.0005  # seconds between two steps: nothing tells what another process has yet to do


class WorkerStorm(Storm):
    """About a whole worker, which goes its own way meanwhile."""

    def __init__(self, seed: int, keys: Keys | None, folder: Path) -> None:
        super().__init__(seed, keys)
        changes = self.changes()
        if keys is not None:
            changes["server__tls"] = [{"certificate": keys.file, "key": keys.file}]
        self.worker = Worker(plan(*self.endpoints(), **changes), folder)
        self.address = self.worker.address

    def adopt(self) -> None:
        """Tell it of other endpoints: its configuration is one for life."""
        told = [
            {"key": f"{host}:{port}", "slot": slot, "weight": 1, "priority": 0, "host": host, "unix": None}
            | {"addresses": [[host, port]], "authority": "a.example"}
            for slot, (host, port) in enumerate(self.endpoints())
        ]
        self.worker.tell({"type": "endpoints", "upstream": 0, "endpoints": told})

    def turn(self) -> None:
        time.sleep(MOMENT)

    def skip(self, seconds: float) -> None:
        """Time is the same for everybody here."""

    def sockets(self) -> int:
        """Return how many the worker has."""
        links = list(Path(f"/proc/{self.worker.process.pid}/fd").iterdir())
        return sum(link.is_symlink() and link.readlink().name.startswith("socket:") for link in links)

    def is_quiet(self) -> bool:
        """Say whether the worker has nothing to do with anybody."""
        seen = self.worker.arena.read()
        (worker,) = seen["workers"]
        left = [worker["connections"], worker["in_flight"], *seen["upstream_connections"].values()]
        return {*left, *seen["waiting"].values()} == {0}

    def close(self) -> None:
        super().close()
        self.worker.close()


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_nothing_is_left_of_a_storm(tmp_path: Path, secure: bool) -> None:
    storm = WorkerStorm(0, Keys(tmp_path) if secure else None, tmp_path)
    worker = storm.worker
    try:
        assert worker.hear() == {"type": "ready"}
        before = storm.sockets()
        for _ in range(STEPS):
            storm.step()
        storm.leave()
        until(storm.is_quiet)
        until(lambda: storm.sockets() == before)
        assert sum(worker.arena.read()["requests"].values()) > 20
        worker.tell({"type": "drain"})
        assert worker.end() == 0
        assert worker.process.stderr is not None
        assert worker.process.stderr.read() == b""
    finally:
        storm.close()
