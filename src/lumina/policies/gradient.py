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
LOSS = 0.85  # of the usual answers a second: fewer, and the limit is to blame
SMOOTH = 0.2  # the weight of the newest window in what is usual
ENOUGH_ANSWERS = 50.0  # that are expected, before it means anything that there are fewer


class Gradient:
    """The limit of one upstream, in one worker."""

    __slots__ = (
        "baseline",
        "began",
        "limit",
        "limit_before",
        "lowered_answers",
        "lowered_seconds",
        "maximum",
        "minimum",
        "most",
        "rate",
        "tolerance",
        "window",
    )  # fmt: skip

    def __init__(self, tolerance: float, minimum: float, maximum: float) -> None:
        """tolerance: how many times the baseline answers may take."""
        self.tolerance = tolerance
        self.minimum = minimum
        self.maximum = maximum
        self.begin(START)
        self.baseline = 0.0
        self.window = Quantiles()
        self.began = 0.0
        self.most = 0.0
        self.rate = 0.0
        self.limit_before = 0.0
        self.lowered_seconds = 0.0
        self.lowered_answers = 0.0

    def begin(self, limit: cython.double) -> None:
        """Let so many through to begin with, as far as the bounds allow."""
        self.limit = min(max(limit, self.minimum), self.maximum)

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
        gradient: cython.double
        if self.window.count < FEW and elapsed < LONGEST:
            return
        if self.window.count >= FEW and elapsed < 10.0 * LONGEST:
            middle = self.window.at(0.5)
            self.baseline *= 1.0 + DRIFT * elapsed
            if self.baseline == 0.0 or middle < self.baseline:
                self.baseline = middle
            self._weigh(elapsed)
            gradient = max(0.5, min(1.0, self.tolerance * self.baseline / middle))
            if gradient < 1.0:
                self._lower(gradient)
            elif self.most * 2.0 >= self.limit:
                self._raise()
        self.window.clear()
        self.began = now
        self.most = 0.0

    def _weigh(self, elapsed: cython.double) -> None:
        """Note how many answers there are: usually, and since the limit is lower than that."""
        if self.limit_before == 0.0:
            self.rate += (self.window.count / elapsed - self.rate) * SMOOTH
        elif self.most >= self.limit * 0.9:
            self.lowered_seconds += elapsed
            self.lowered_answers += self.window.count

    def _lower(self, gradient: cython.double) -> None:
        """Answers take too long: let fewer requests go, unless that was tried and there were fewer answers for it."""
        expected: cython.double = LOSS * self.rate * self.lowered_seconds
        if self.lowered_seconds >= LONGEST and self.lowered_answers < expected and expected >= ENOUGH_ANSWERS:
            self.baseline = 0.0
            self.limit = self.limit_before
            self._forget()
            return
        if self.limit_before == 0.0:
            self.limit_before = self.limit
        self.limit = max(min(self.limit, self.most) * gradient + sqrt(self.limit) * 0.5, self.minimum)

    def _raise(self) -> None:
        self.limit = min(self.limit + sqrt(self.limit), self.maximum)
        if self.limit >= self.limit_before:
            self._forget()

    def _forget(self) -> None:
        """The limit is where it was, or above: there is nothing to make good."""
        self.limit_before = 0.0
        self.lowered_seconds = 0.0
        self.lowered_answers = 0.0
