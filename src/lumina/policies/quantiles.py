"""How long things take: a histogram whose buckets are an eighth of a doubling wide, and which forgets by halving."""

import cython

if not cython.compiled:
    bit_length = int.bit_length
    STEPS, QUANTILE_BUCKETS, ENOUGH = 8, 224, 4096

LONGEST = 1024.0  # seconds, below 2**30 microseconds, where the buckets end


def bucket_of(seconds: cython.double) -> cython.int:  # hot
    """Return the bucket of a duration: eight for each doubling of microseconds, up to about a quarter of an hour.

    What is below 0 counts as 0. What does not fit would be undefined as a C integer.
    """
    micro: cython.longlong
    bits: cython.int
    if not seconds < LONGEST:  # nor is what is no number
        return QUANTILE_BUCKETS - 1
    micro = cython.cast(cython.longlong, max(seconds, 0.0) * 1000000.0)
    if micro < STEPS:
        return micro
    bits = bit_length(micro)
    return (bits - 3) * STEPS + ((micro >> (bits - 4)) & 7)


class Quantiles:
    """Observe durations, and ask below which of them a share lies."""

    __slots__ = ("count", "counts")

    def __init__(self) -> None:
        if not cython.compiled:
            self.counts = [0] * QUANTILE_BUCKETS
        self.count = 0

    def observe(self, seconds: cython.double) -> None:  # hot
        """Count one duration."""
        self.counts[bucket_of(seconds)] += 1
        self.count += 1
        if self.count >= ENOUGH:
            self._halve()  # cold

    def at(self, fraction: cython.double) -> cython.double:
        """Return the seconds that this fraction (0 to 1) of the durations does not pass; 0.0 when there were none."""
        place: cython.int
        before: cython.long = 0
        wanted: cython.double = fraction * self.count
        if self.count == 0:
            return 0.0
        for place in range(QUANTILE_BUCKETS):
            before += self.counts[place]
            if before >= wanted and before > 0:
                return upper(place)
        return upper(QUANTILE_BUCKETS - 1)

    def clear(self) -> None:
        """Begin anew."""
        place: cython.int
        for place in range(QUANTILE_BUCKETS):
            self.counts[place] = 0
        self.count = 0

    def _halve(self) -> None:
        place: cython.int
        self.count = 0
        for place in range(QUANTILE_BUCKETS):
            self.counts[place] >>= 1
            self.count += self.counts[place]


def upper(place: int) -> float:
    """Return the seconds at which a bucket ends."""
    if place < STEPS:
        return (place + 1) * 1e-6
    doubling, step = divmod(place, STEPS)
    return float((STEPS + step + 1) << (doubling - 1)) * 1e-6
