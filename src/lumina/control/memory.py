"""How much memory the machine lets us have: the limit of the control group that we are in (cgroups(7))."""

import contextlib
from pathlib import Path

SHARE = 0.8  # of the limit, for the workers: the rest is the supervisor's, and room to act in
UNBOUNDED = 1 << 60  # octets; version 1 says "no limit" by a number that no machine has
VERSIONS = (("", "sys/fs/cgroup", "memory.max"), ("memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes"))


def share_of_worker(workers: int, root: Path = Path("/")) -> int:
    """Return the octets that one of `workers` may hold, or 0 where nothing bounds them."""
    limit = limit_of_group(root)
    return 0 if limit is None else int(limit * SHARE / workers)


def limit_of_group(root: Path = Path("/")) -> int | None:
    """Return the smallest limit of our group and those around it, or None."""
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    found: list[int] = []
    for line in groups:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller, mount, name in VERSIONS:
            if controller in controllers.split(","):
                found += _limits(root / mount, path, name)
    return min((limit for limit in found if limit < UNBOUNDED), default=None)


def _limits(mount: Path, path: str, name: str) -> list[int]:
    """Return the limits of the group at `path`, and of those that it is in."""
    found: list[int] = []
    place = mount / path.strip("/")
    while place.is_relative_to(mount):
        with contextlib.suppress(OSError, ValueError):  # it is not there, as at the root, or says `max`
            found.append(int((place / name).read_text()))
        place = place.parent
    return found
