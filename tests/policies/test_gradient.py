"""How many requests an upstream can have at once, found out on upstreams that are only numbers."""

import heapq
import random

import pytest

from lumina.policies.gradient import Gradient


class Server:
    """So many requests at once, each for so long; what is above it waits in line there."""

    def __init__(self, room: int, seconds: float) -> None:
        self.room = room
        self.seconds = seconds
        self.free = [0.0] * room

    def serve(self, now: float, chance: random.Random) -> float:
        """Return when a request that comes now is answered."""
        begun = max(now, heapq.heappop(self.free))
        done = begun + self.seconds * chance.uniform(0.8, 1.2)
        heapq.heappush(self.free, done)
        return done


def simulate(gradient: Gradient, server: Server, rate: float, seconds: float, start: float = 0.0) -> tuple[int, float]:
    """Let requests come at `rate`, turned away over the limit; return the answers in the last half, and the limit."""
    chance = random.Random(7)
    pending: list[tuple[float, float]] = []
    now = start + 1.0
    end = now + seconds
    answered = 0
    while now < end:
        now += chance.expovariate(rate)
        while pending and pending[0][0] <= now:
            done, sent = heapq.heappop(pending)
            gradient.observe(done, done - sent, float(len(pending) + 1))
            answered += done > end - seconds / 2
        if len(pending) < gradient.limit:
            heapq.heappush(pending, (server.serve(now, chance), now))
    return answered, gradient.limit


@pytest.mark.parametrize(("room", "seconds"), [(4, 0.01), (16, 0.02), (64, 0.05)])
def test_three_times_as_much_as_can_be_done_leaves_nine_tenths_of_it_done(room: int, seconds: float) -> None:
    gradient = Gradient(2.0, 8, 65536)
    server = Server(room, seconds)
    capacity = room / seconds
    simulate(gradient, server, capacity * 0.5, 5.0)
    answered, limit = simulate(gradient, server, capacity * 3.0, 20.0, start=5.0)
    assert answered / 10.0 >= 0.9 * capacity
    assert limit <= 8 * room  # and they do not wait in a long line there


def test_workers_that_know_nothing_of_each_other_find_it_together() -> None:
    server, chance = Server(8, 0.04), random.Random(3)
    gradients = [Gradient(2.0, 8, 65536) for _ in range(2)]
    pending: list[list[tuple[float, float]]] = [[], []]
    now, waits, answered = 1.0, [], 0
    while now < 30.0:
        now += chance.expovariate(100.0 if now < 5.0 else 600.0)
        worker = chance.randrange(2)
        for gradient, mine in zip(gradients, pending, strict=True):
            while mine and mine[0][0] <= now:
                done, sent = heapq.heappop(mine)
                gradient.observe(done, done - sent, float(len(mine) + 1))
                if done > 20.0:
                    waits.append(done - sent)
        if len(pending[worker]) < gradients[worker].limit:
            heapq.heappush(pending[worker], (server.serve(now, chance), now))
    answered = len(waits)
    assert answered / 10.0 >= 0.9 * 200.0
    assert sorted(waits)[answered * 9 // 10] < 0.5


def test_a_limit_that_costs_answers_is_taken_back() -> None:
    gradient = Gradient(2.0, 8, 65536)
    simulate(gradient, Server(10_000, 0.01), 5000.0, 3.0)
    answered, limit = simulate(gradient, Server(10_000, 0.05), 5000.0, 20.0, start=3.0)
    assert answered / 10.0 >= 0.95 * 5000.0  # five times as slow is no overload
    assert limit > 250


def test_where_load_does_not_matter_the_limit_grows_with_its_use() -> None:
    gradient = Gradient(2.0, 8, 1500)
    for window in range(1, 100):
        for _ in range(20):
            gradient.observe(window * 0.2, 0.01, gradient.limit)
    assert gradient.limit == 1500


def test_without_use_it_stays_where_it_is() -> None:
    gradient = Gradient(2.0, 8, 65536)
    for window in range(1, 100):
        for _ in range(20):
            gradient.observe(window * 0.2, 0.01, 3.0)
    assert gradient.limit == 1000


def test_a_few_answers_say_nothing() -> None:
    gradient = Gradient(2.0, 8, 65536)
    for at in range(1, 40):
        gradient.observe(at * 0.5, 0.01 if at < 20 else 5.0, 1.0)
    assert (gradient.limit, gradient.baseline) == (1000, 0.0)


def test_it_never_falls_below_its_least() -> None:
    gradient = Gradient(1.0, 8, 65536)
    for window in range(1, 200):
        for _ in range(20):
            gradient.observe(window * 0.2, 0.01 if window < 5 else 10.0, 1.0)
    assert gradient.limit == 8
