"""How often an upstream may be asked once more: a share of its requests, and a few a second where there are few.

Requests earn retries and time grants some; whichever is more counts, not both. What gathers unused is bounded, so that
an outage begins with few; and a twentieth of what requests earn is kept back, which makes good for those few.
"""

import cython

RESERVE = 10.0  # seconds of the granted rate that can gather
LEAST = 1.0  # retries that can gather in any case
EARNED = 2.0  # retries earned by requests that can gather: what is granted is there for a sudden need
SPARED = 0.5  # of the reserve
KEPT = 0.95  # of what requests earn


class RetryBudget:
    """Spent one retry at a time."""

    __slots__ = ("earned", "granted", "last", "rate", "ratio", "reserve")

    def __init__(self, ratio: float, rate: float) -> None:
        """ratio: retries for each request; rate: retries a second in any case."""
        self.ratio = ratio
        self.rate = rate
        self.reserve = max(RESERVE * rate, LEAST) if ratio > 0.0 or rate > 0.0 else 0.0
        self.earned = 0.0
        self.granted = self.reserve if rate > 0.0 else 0.0
        self.last = 0.0

    def deposit(self) -> None:  # hot
        """A request has come: it earns its share of a retry."""
        self.earned = min(self.earned + self.ratio * KEPT, EARNED)

    def withdraw(self, now: cython.double) -> cython.bint:
        """Take one retry, if there is one."""
        self._grant(now)
        if self.earned < 1.0 and self.granted < 1.0:
            return False
        self.earned = max(self.earned - 1.0, 0.0)
        self.granted = max(self.granted - 1.0, 0.0)
        return True

    def spares(self, now: cython.double) -> cython.bint:
        """Say whether there is one for a request that may come to its answer without.

        Half of what time grants is left to those that fail otherwise.
        """
        self._grant(now)
        return self.earned >= 1.0 or self.granted >= max(1.0, SPARED * self.reserve)

    def _grant(self, now: cython.double) -> None:
        if self.last > 0.0 and now > self.last:
            self.granted = min(self.granted + (now - self.last) * self.rate, self.reserve)
        self.last = now
