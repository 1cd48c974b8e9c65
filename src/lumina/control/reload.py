"""What became of the attempts to work by a changed configuration, and what such an attempt cannot change."""

from datetime import UTC, datetime
from typing import Any

from lumina.config.problems import InvalidConfigError
from lumina.errors import LuminaError

# What is opened or laid out once, for all generations of workers.
FIXED = (
    ("server", "host"),
    ("server", "port"),
    ("server", "admin"),
    ("server", "workers"),
    ("access_log", "path"),
    ("access_log", "format"),
)

Plan = dict[str, Any]


class FixedError(LuminaError):
    """A setting was changed that takes a restart."""


class WorkersError(LuminaError):
    """The workers of a new configuration did not come up; what they said is in the log."""


def hold_to(before: Plan, after: Plan) -> None:
    """Raise FixedError where `after` differs from `before` in what takes a restart."""
    changed = [f"{part}.{name}" for part, name in FIXED if before[part][name] != after[part][name]]
    if changed:
        raise FixedError(f"{', '.join(changed)}: a change takes a restart")


class Reloads:
    """Counts them, and knows how the last one ended."""

    def __init__(self) -> None:
        self.counts = {"success": 0, "refused": 0}
        self.current = True  # what we work by is what the file said last
        self.succeeded = _now()  # when it was taken up, seconds since the epoch

    def success(self) -> None:
        """Note that we work by what the file says."""
        self.counts["success"] += 1
        self.current = True
        self.succeeded = _now()

    def refused(self) -> None:
        """Note that we go on by what it said before."""
        self.counts["refused"] += 1
        self.current = False

    def document(self) -> dict[str, Any]:
        """Return what `/health` tells of it: nothing, as long as all is well. Why it is not, the log says."""
        return {} if self.current else {"reload": "refused"}


def told(error: Exception) -> dict[str, Any]:
    """Return what the log says of a refusal: no line of the file, for it may hold a secret."""
    if isinstance(error, InvalidConfigError):
        return {"problems": [problem.brief() for problem in error.problems]}
    return {"error": str(error) if isinstance(error, LuminaError) else repr(error)}


def _now() -> float:
    return datetime.now(tz=UTC).timestamp()
