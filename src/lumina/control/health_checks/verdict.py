"""What a row of good and bad answers says of an endpoint."""


class Verdict:
    """Up, down, or not known yet (`up` is None)."""

    def __init__(self, healthy: int, unhealthy: int, initial: str) -> None:
        """healthy, unhealthy: answers in a row that change it; initial: `up`, `down`, or `probe`, as the first says."""
        self.up: bool | None = {"up": True, "down": False, "probe": None}[initial]
        self._needed = {True: healthy, False: unhealthy}
        self._row = 0  # answers in a row that speak against what is held

    def take(self, *, good: bool) -> bool:
        """Take one answer; return whether it changed the verdict."""
        if self.up is None:
            self.up = good
            return True
        if good == self.up:
            self._row = 0
            return False
        self._row += 1
        if self._row < self._needed[good]:
            return False
        self.up = good
        self._row = 0
        return True
