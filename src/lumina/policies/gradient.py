"""How many requests an upstream can have at once, learned from how long its answers take.

When answers take much longer than they do when nothing holds them up, requests queue somewhere behind us, and to send
more only makes the queue longer: the limit goes down. Otherwise it goes up, as long as it is used. That is right only
where fewer requests do not mean fewer answers: a limit that costs answers is taken back, and the time that they take
now is what they take.
"""

import cython

if not cython.compiled:
    from math import sqrt

from lumina.policies.quantiles import Quantiles

START = 1000.0
WINDOW = 0.1  # seconds
FEW = 10  # answers in a window before it says anything
LONGEST = 1.0  # seconds after which a window with fewer is dropped
DRIFT = 0.002  # a second: by how much the baseline rises, so that it is found anew by and by
LOSS = 0.85  # of the answers a second before: fewer, and the limit is to blame


class Gradient:
    """The limit of one upstream, in one worker."""

    __slots__ = (
        "baseline", "began", "limit", "limit_before", "maximum", "minimum", "most", "rate_before", "tolerance", "window"
    )  # fmt: skip

    def __init__(self, tolerance: float, minimum: float, maximum: float) -> None:
        """tolerance: how many times the baseline answers may take."""
        self.tolerance = tolerance
        self.minimum = minimum
        self.maximum = maximum
        self.limit = min(START, maximum)
        self.baseline = 0.0
        self.window = Quantiles()
        self.began = 0.0
        self.most = 0.0
        self.limit_before = 0.0
        self.rate_before = 0.0

    def observe(self, now: cython.double, seconds: cython.double, active: cython.double) -> None:  # hot
        """An answer began, so many seconds after its request was sent, when so many were under way."""
        self.window.observe(seconds)
        if active > self.most:
            self.most = active
        if now - self.began >= WINDOW:
            self._judge(now)  # cold

    def _judge(self, now: cython.double) -> None:
        elapsed: cython.double = now - self.began
        middle: cython.double
        rate: cython.double
        gradient: cython.double
        if self.window.count < FEW and elapsed < LONGEST:
            return
        if self.window.count >= FEW and elapsed < 10.0 * LONGEST:
            middle = self.window.at(0.5)
            rate = self.window.count / elapsed
            self.baseline *= 1.0 + DRIFT * elapsed
            if self.baseline == 0.0 or middle < self.baseline:
                self.baseline = middle
            gradient = max(0.5, min(1.0, self.tolerance * self.baseline / middle))
            if gradient < 1.0:
                self._lower(gradient, rate)
            elif self.most * 2.0 >= self.limit:
                self.limit = min(self.limit + sqrt(self.limit), self.maximum)
                if self.limit >= self.limit_before:
                    self.limit_before = 0.0
        self.window.clear()
        self.began = now
        self.most = 0.0

    def _lower(self, gradient: cython.double, rate: cython.double) -> None:
        """Answers take too long: let fewer requests go, unless that was tried and there were fewer answers for it."""
        if self.limit_before > 0.0 and self.most >= self.limit * 0.9 and rate < LOSS * self.rate_before:
            self.baseline = 0.0
            self.limit = self.limit_before
            self.limit_before = 0.0
            return
        if self.limit_before == 0.0:
            self.limit_before = self.limit
            self.rate_before = rate
        self.limit = max(min(self.limit, self.most) * gradient + sqrt(self.limit) * 0.5, self.minimum)
