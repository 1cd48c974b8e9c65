"""How an endpoint has done, and whether it is used: closed (in use), open (out of use), half-open (being found out).

An endpoint is put out of use by failures in a row, by its rate of failures, or for being slow against the others; for
longer each time. When the time is over, one request finds out: an answer brings the endpoint back, a failure puts it
out again. A health check that finds it down overrules everything. Who asks must see to it that not too many are out:
may_eject() says so, and hasten() asks again where it says no.
"""

import cython

if not cython.compiled:
    from math import exp2
    from types import SimpleNamespace

    CLOSED, OPEN, HALF_OPEN = range(3)
    PROBE_UNKNOWN, PROBE_UP, PROBE_DOWN = range(3)
    NOT_USABLE, USABLE, USABLE_AS_TRIAL = range(3)
    FIELDS = [
        *("since", "until", "trial", "latency", "cost", "answered", "window", "slow_first", "slow_last", "quiet"),
        *("requests", "failed", "requests_before", "failed_before", "ejections", "opened", "half_opened", "closed"),
        *("failures", "streak", "state", "probe"),
    ]

TRIAL_GAP = 1.0  # seconds that a trial has before another may begin
SLOW_FOR = 1.0  # seconds that an endpoint must be slow against the others
SMOOTH = 0.1  # the weight of the newest answer in the average
ROUNDING = 1e-9  # 0.29 of 100 is a little less than 29
MEMORY = 3.0  # seconds in which a peak fades to a half


class OutlierRules:
    """When an endpoint is put out of use, and for how long. Times are seconds."""

    __slots__ = ("consecutive", "ejection", "failure_rate", "max_ejection", "requests", "window")

    def __init__(
        self,
        *,
        consecutive: int = 5,
        failure_rate: float = 0.5,
        requests: int = 20,
        window: float = 10.0,
        ejection: float = 1.0,
        max_ejection: float = 30.0,
    ) -> None:
        self.consecutive = consecutive
        self.failure_rate = failure_rate
        self.requests = requests
        self.window = window
        self.ejection = ejection
        self.max_ejection = max_ejection


class Standing:
    """The state of one endpoint, and what changes it."""

    __slots__ = ("own", "state")

    def __init__(self) -> None:
        if cython.compiled:
            self.state = cython.address(self.own)  # type: ignore[attr-defined]
        else:
            self.state = SimpleNamespace(**dict.fromkeys(FIELDS, 0))

    def attach(self, state: "cython.p_void") -> None:
        """Work on the state that all workers share."""
        self.state = state

    def usable(self, now: cython.double) -> cython.int:  # hot
        """Say whether the endpoint may be asked: NOT_USABLE, USABLE, or USABLE_AS_TRIAL by a request that finds out."""
        if self.state.probe == PROBE_DOWN:
            return NOT_USABLE
        if self.state.state == CLOSED:
            return USABLE
        if now < self.state.until or now - self.state.trial < TRIAL_GAP:
            return NOT_USABLE
        return USABLE_AS_TRIAL

    def begin_trial(self, now: cython.double) -> None:
        """A request sets out to find out."""
        if self.state.state == OPEN:
            self.state.state = HALF_OPEN
            self.state.half_opened += 1
        self.state.trial = now

    def succeeded(self, rules: OutlierRules, now: cython.double, seconds: cython.double) -> None:  # hot
        """An answer began, so many seconds after its request was sent."""
        self.observe(now, seconds)
        self._roll(rules, now)
        self.state.requests += 1
        self.state.failures = 0
        if self.state.state == HALF_OPEN:
            self._take_back(now, seconds)
        elif self.state.streak > 0 and self.state.state == CLOSED and now - self.state.quiet > rules.window:
            self.state.streak -= 1
            self.state.quiet = now

    def observe(self, now: cython.double, seconds: cython.double) -> None:  # hot
        """Note how long an answer took to begin: a higher cost counts at once, a lower one by and by."""
        if self.state.latency > 0.0:
            self.state.latency += (seconds - self.state.latency) * SMOOTH
        else:
            self.state.latency = seconds
        self.state.cost = max(seconds, seconds + (self.state.cost - seconds) * fading(now - self.state.answered))
        self.state.answered = now

    def expected(self, now: cython.double) -> cython.double:  # hot
        """Return the seconds that an answer is expected to take; 0.0: nothing is known.

        It fades while nothing is heard, or whoever was slow once would never again be asked.
        """
        cost: cython.double = self.state.cost
        return cost * fading(now - self.state.answered)

    def _take_back(self, now: cython.double, seconds: cython.double) -> None:  # hot
        """Use it again, and judge it by what it does from now on: not by answers that came when it was out."""
        self.state.state = CLOSED
        self.state.closed += 1
        self.state.since = now
        self.state.quiet = now
        self.state.latency = seconds
        self.state.requests = self.state.failed = self.state.requests_before = self.state.failed_before = 0

    def failed(self, rules: OutlierRules, now: cython.double) -> cython.bint:
        """A request failed by the endpoint's fault. True: by the rules, it should be put out of use."""
        requests: cython.ulonglong
        failures: cython.ulonglong
        self._roll(rules, now)
        self.state.requests += 1
        self.state.failed += 1
        self.state.failures += 1
        if self.state.state == HALF_OPEN:
            self._open(rules, now)
        if self.state.state != CLOSED:
            return False
        if 0 < rules.consecutive <= self.state.failures:
            return True
        requests = self.state.requests + self.state.requests_before
        failures = self.state.failed + self.state.failed_before
        return requests >= rules.requests and failures >= rules.failure_rate * requests

    def slow(self, rules: OutlierRules, now: cython.double) -> cython.bint:
        """It is found slow against the others. True: it has been for long enough to be put out of use."""
        if now - self.state.slow_last > SLOW_FOR:
            self.state.slow_first = now
        self.state.slow_last = now
        enough: cython.bint = self.state.requests + self.state.requests_before >= rules.requests
        return enough and now - self.state.slow_first >= SLOW_FOR

    def eject(self, rules: OutlierRules, now: cython.double) -> None:
        """Put the endpoint out of use."""
        if self.state.state == CLOSED:
            self.state.ejections += 1
            self._open(rules, now)

    def hasten(self, now: cython.double) -> None:
        """Let it be found out now how an endpoint does that is out of use: a time that is cut short does not count."""
        if self.state.state == OPEN and now < self.state.until:
            self.state.until = now
            self.state.streak = max(self.state.streak, 1) - 1  # another worker may have done the same just now

    def _open(self, rules: OutlierRules, now: cython.double) -> None:
        seconds: cython.double = rules.ejection
        times: cython.uint = 0
        while times < self.state.streak and seconds < rules.max_ejection:
            seconds *= 2.0
            times += 1
        self.state.streak += 1
        self.state.until = now + min(seconds, rules.max_ejection)
        self.state.state = OPEN
        self.state.opened += 1
        self.state.failures = 0
        self.state.latency = 0.0
        self.state.slow_first = now

    def _roll(self, rules: OutlierRules, now: cython.double) -> None:  # hot
        """Let the half window that is over be the one before."""
        half: cython.double = rules.window * 0.5
        if now - self.state.window < half:
            return
        if now - self.state.window < rules.window:
            self.state.requests_before = self.state.requests
            self.state.failed_before = self.state.failed
        else:
            self.state.requests_before = self.state.failed_before = 0
        self.state.requests = self.state.failed = 0
        self.state.window = now

    def seen(self) -> dict[str, float]:
        """Return the state, for tools and tests."""
        return {
            "state": self.state.state,
            "until": self.state.until,
            "since": self.state.since,
            "failures": self.state.failures,
            "streak": self.state.streak,
            "ejections": self.state.ejections,
            "opened": self.state.opened,
            "half_opened": self.state.half_opened,
            "closed": self.state.closed,
            "latency": self.state.latency,
            "cost": self.state.cost,
        }

    def probed(self, outcome: int) -> None:
        """Take what a health check found, for tools and tests: the number of a PROBE."""
        self.state.probe = outcome


@cython.cdivision(True)  # MEMORY is above 0
def fading(seconds: cython.double) -> cython.double:  # hot
    """Return what is left of a peak that is so old."""
    return exp2(-max(seconds, 0.0) / MEMORY)


def may_eject(out: cython.int, count: cython.int, fraction: cython.double) -> cython.bint:
    """Say whether one more of `count` endpoints may be put out of use when `out` of them are.

    The last one never; no more than the fraction, but one of two or more in any case.
    """
    if out + 1 >= count:
        return False
    return out == 0 or out + 1 <= fraction * count + ROUNDING
