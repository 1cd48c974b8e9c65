"""A circuit breaker for a whole upstream.

Closed, requests go through and are counted. Open, none does, for a while. Half-open, a few do: if all of them go well
it closes, and one that fails opens it again.
"""

import cython

if not cython.compiled:
    from types import SimpleNamespace

    from lumina.policies.standing import CLOSED, HALF_OPEN, OPEN

    FIELDS = [
        *("until", "trial", "window", "requests", "failed", "slow", "requests_before", "failed_before", "slow_before"),
        *("opened", "half_opened", "closed", "failures", "given", "passed", "state"),
    ]

TRIAL_GAP = 1.0  # seconds after which a trial of which nothing was heard is made up for


class BreakerRules:
    """When a breaker opens, for how long, and what closes it. Times are seconds."""

    __slots__ = ("consecutive", "failure_rate", "open", "requests", "slow", "slow_rate", "trials", "window")

    def __init__(
        self,
        *,
        consecutive: int = 0,
        failure_rate: float = 0.5,
        slow_rate: float = 1.0,
        slow: float = 0.0,
        requests: int = 20,
        window: float = 10.0,
        open: float = 5.0,  # noqa: A002 (the word of the configuration)
        trials: int = 3,
    ) -> None:
        self.consecutive = consecutive
        self.failure_rate = failure_rate
        self.slow_rate = slow_rate
        self.slow = slow
        self.requests = requests
        self.window = window
        self.open = open
        self.trials = trials


class Breaker:
    """The state of one upstream's breaker, and what changes it."""

    __slots__ = ("own", "rules", "state")

    def __init__(self, rules: BreakerRules) -> None:
        self.rules = rules
        if cython.compiled:
            self.state = cython.address(self.own)  # type: ignore[attr-defined]
        else:
            self.state = SimpleNamespace(**dict.fromkeys(FIELDS, 0))

    def attach(self, state: "cython.p_void") -> None:
        """Work on the state that all workers share."""
        self.state = state

    def allow(self, now: cython.double) -> cython.int:  # hot
        """Say whether a request may go through: 0 no, 1 yes, 2 as a trial."""
        if self.state.state == CLOSED:
            return 1
        if self.state.state == OPEN:
            if now < self.state.until:
                return 0
            self.state.state = HALF_OPEN
            self.state.half_opened += 1
            self.state.given = self.state.passed = 0
        elif self.state.given >= self.rules.trials:
            if now - self.state.trial < TRIAL_GAP:
                return 0
            self.state.given = self.state.passed
        self.state.given += 1
        self.state.trial = now
        return 2

    def left(self, now: cython.double) -> cython.double:
        """Return the seconds until it lets somebody through again, 0 if that may be now."""
        return max(self.state.until - now, 0.0) if self.state.state == OPEN else 0.0

    def succeeded(self, now: cython.double, seconds: cython.double) -> None:  # hot
        """An answer began, so many seconds after its request was sent."""
        slow: cython.bint = 0.0 < self.rules.slow < seconds
        if self.state.state == HALF_OPEN:
            if slow:
                self._open(now)
                return
            self.state.passed += 1
            if self.state.passed >= self.rules.trials:
                self._close()
            return
        if self.state.state == OPEN:  # it was asked before
            return
        self._roll(now)
        self.state.requests += 1
        self.state.failures = 0
        if slow:
            self.state.slow += 1
            self._judge(now)

    def failed(self, now: cython.double) -> None:
        """A request failed by the upstream's fault."""
        if self.state.state == HALF_OPEN:
            self._open(now)
        if self.state.state == OPEN:
            return
        self._roll(now)
        self.state.requests += 1
        self.state.failed += 1
        self.state.failures += 1
        self._judge(now)

    def reset(self) -> None:
        """Close it, whatever was counted: an operator knows better."""
        if self.state.state != CLOSED:
            self._close()

    def _judge(self, now: cython.double) -> None:
        requests: cython.ulonglong = self.state.requests + self.state.requests_before
        if 0 < self.rules.consecutive <= self.state.failures:
            self._open(now)
        elif requests >= self.rules.requests and (
            self.state.failed + self.state.failed_before >= self.rules.failure_rate * requests
            or (self.rules.slow > 0.0 and self.state.slow + self.state.slow_before >= self.rules.slow_rate * requests)
        ):
            self._open(now)

    def _open(self, now: cython.double) -> None:
        self.state.state = OPEN
        self.state.opened += 1
        self.state.until = now + self.rules.open

    def _close(self) -> None:
        self.state.state = CLOSED
        self.state.closed += 1
        self.state.failures = 0
        self.state.requests = self.state.failed = self.state.slow = 0
        self.state.requests_before = self.state.failed_before = self.state.slow_before = 0

    def _roll(self, now: cython.double) -> None:  # hot
        """Let the half window that is over be the one before."""
        if now - self.state.window < self.rules.window * 0.5:
            return
        if now - self.state.window < self.rules.window:
            self.state.requests_before = self.state.requests
            self.state.failed_before = self.state.failed
            self.state.slow_before = self.state.slow
        else:
            self.state.requests_before = self.state.failed_before = self.state.slow_before = 0
        self.state.requests = self.state.failed = self.state.slow = 0
        self.state.window = now

    def seen(self) -> dict[str, float]:
        """Return the state, for tools and tests."""
        return {
            "state": self.state.state,
            "until": self.state.until,
            "opened": self.state.opened,
            "half_opened": self.state.half_opened,
            "closed": self.state.closed,
            "failures": self.state.failures,
        }
