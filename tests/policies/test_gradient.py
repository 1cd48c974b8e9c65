"""How many requests an upstream can have at once, found out on upstreams that are only numbers."""

import heapq
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


class Told:
    """A gradient that is told what came in one window after the other."""

    def __init__(self, minimum: int = 8, maximum: int = 65536) -> None:
        self.gradient = Gradient(2.0, minimum, maximum)
        self.now = 10.0
        self.gradient.observe(self.now, 0.01, 1.0)  # its time begins

    def window(self, seconds: float, active: float, answers: int = 20, length: float = 0.11) -> float:
        """Let a window pass in which so many answers took so long with so many under way; return the limit."""
        for _ in range(answers - 1):
            self.gradient.observe(self.now + 0.05, seconds, active)
        self.now += length
        self.gradient.observe(self.now, seconds, active)
        return self.gradient.limit

    def usual(self) -> None:
        """Let a while pass in which there are 1000 answers a second and all is well, at the limit of 1000."""
        for _ in range(40):
            self.window(0.01, 100.0, answers=100)
        assert self.gradient.limit == 1000.0


def test_it_begins_within_its_bounds() -> None:
    assert [Gradient(2.0, 8, maximum).limit for maximum in (10, 1000, 65536)] == [10, 1000, 1000]
    assert [Gradient(2.0, minimum, 65536).limit for minimum in (1000, 2000, 65536)] == [1000, 2000, 65536]


@pytest.mark.parametrize(("length", "lowers"), [(9.9, True), (10.1, False)])
def test_what_is_known_of_a_window_that_lasted_long_is_forgotten(length: float, lowers: bool) -> None:
    told = Told()
    told.usual()
    assert (told.window(5.0, 900.0, length=length) < 1000.0) is lowers


def test_ten_answers_are_enough_and_nine_are_not() -> None:
    told = Told()
    told.usual()
    assert told.window(0.1, 100.0, answers=9) == 1000.0
    assert told.window(0.1, 100.0, answers=1) < 1000.0


@pytest.mark.parametrize(("slow", "lowers"), [(9, False), (11, True)])
def test_the_one_in_the_middle_speaks_for_a_window(slow: int, lowers: bool) -> None:
    told = Told()
    told.usual()
    for _ in range(slow):
        told.gradient.observe(told.now + 0.01, 0.1, 100.0)
    assert (told.window(0.01, 100.0, answers=20 - slow) < 1000.0) is lowers


def test_half_of_it_is_use_enough_to_let_it_grow() -> None:
    told = Told()
    assert told.window(0.01, 499.0) == 1000.0
    assert told.window(0.01, 500.0) > 1000.0


def test_the_least_that_answers_take_is_found_anew_by_and_by() -> None:
    told = Told()
    told.window(0.01, 1.0)
    before = told.gradient.baseline
    for _ in range(250):
        told.window(0.015, 1.0, length=1.0)
    assert before < told.gradient.baseline < 2.0 * before
    for _ in range(250):
        told.window(0.015, 1.0, length=1.0)
    assert told.gradient.baseline > 1.4 * before


@pytest.mark.parametrize("length", [0.2, 1.0])
def test_it_is_found_anew_by_a_fifth_in_a_hundred_seconds(length: float) -> None:
    told = Told()
    told.window(0.01, 1.0)
    before = told.gradient.baseline
    for _ in range(round(100.0 / length)):
        told.window(0.015, 1.0, length=length)
    assert 1.15 * before < told.gradient.baseline < 1.3 * before


def test_what_was_under_way_once_says_nothing_of_later() -> None:
    told = Told()
    grown = told.window(0.01, 900.0)
    assert grown > 1000.0
    assert told.window(0.01, 3.0) == grown


def test_it_falls_at_once_to_about_what_is_under_way() -> None:
    told = Told()
    told.usual()
    assert told.window(0.1, 20.0) < 50.0


def test_it_falls_further_while_more_are_under_way_than_may_be() -> None:
    told = Told()
    told.usual()
    for _ in range(4):
        told.window(0.1, 1000.0)
    assert told.gradient.limit < 150.0


def test_however_little_is_under_way_it_leaves_some_room() -> None:
    told = Told(minimum=1)
    told.usual()
    assert 10.0 < told.window(0.1, 1.0) < 20.0


@pytest.mark.parametrize("part", [0.5, 0.85])
def test_few_answers_for_few_requests_are_no_reason_to_take_it_back(part: float) -> None:
    told = Told()
    told.usual()
    told.window(0.1, 200.0)
    for _ in range(30):
        told.window(0.1, part * told.gradient.limit)  # a fifth of the answers, and never as many under way as may be
    assert told.gradient.limit < 100.0


def test_a_limit_that_is_nearly_used_up_can_cost_answers() -> None:
    told = Told()
    told.usual()
    limits = [told.window(0.1, 0.95 * told.gradient.limit) for _ in range(11)]
    assert limits[-2] < 100.0
    assert limits[-1] == 1000.0


def lowered(told: Told, windows: int, answers: int) -> float:
    """Let so many windows pass in which there are too many under way; return the limit after the last."""
    for _ in range(windows):
        told.window(0.1, told.gradient.limit, answers=answers)
    return told.gradient.limit


def restored(told: Told, share: float) -> None:
    """Let windows pass in which this share of the limit is under way, until it is where it had been."""
    while told.gradient.limit < 1000.0:
        told.window(0.01, share * told.gradient.limit, answers=100)


def test_a_limit_that_costs_answers_goes_back_to_where_it_was() -> None:
    told = Told()
    told.usual()
    assert lowered(told, 10, 20) < 100.0
    assert lowered(told, 1, 20) == 1000.0


@pytest.mark.parametrize(("answers", "costs"), [(92, False), (78, True)])
def test_about_a_seventh_fewer_answers_are_a_loss(answers: int, costs: bool) -> None:
    told = Told()
    told.usual()
    lowered(told, 10, answers)
    assert (lowered(told, 1, answers) == 1000.0) is costs


def test_where_answers_are_few_it_takes_longer_to_see_that_there_are_fewer() -> None:
    told = Told()
    for _ in range(40):
        told.window(0.01, 100.0, answers=20, length=0.5)
    limits = [told.window(0.1, told.gradient.limit, answers=12, length=0.5) for _ in range(5)]
    assert limits[3] < 200.0
    assert limits[4] == 1000.0


def test_what_takes_long_from_then_on_is_what_answers_take() -> None:
    told = Told()
    told.usual()
    lowered(told, 12, 20)
    assert told.window(0.1, 900.0) > 1000.0
    assert told.gradient.baseline > 0.09


def test_once_it_was_taken_back_it_can_be_lowered_again() -> None:
    told = Told()
    told.usual()
    lowered(told, 11, 20)
    for _ in range(40):
        told.window(0.1, 100.0, answers=100)
    assert told.window(1.0, 1000.0, answers=100) < 600.0
    assert told.window(1.0, told.gradient.limit, answers=100) < 400.0


def test_once_it_was_where_it_had_been_an_earlier_time_counts_no_more() -> None:
    told = Told()
    told.usual()
    lowered(told, 7, 20)
    restored(told, 0.6)
    assert lowered(told, 7, 20) < 100.0


def test_answers_of_an_earlier_time_make_up_for_nothing() -> None:
    told = Told()
    told.usual()
    lowered(told, 7, 20)
    restored(told, 0.95)
    before = told.gradient.limit
    assert lowered(told, 10, 20) < 100.0
    assert lowered(told, 1, 20) == before


def test_until_it_is_where_it_was_an_earlier_time_counts() -> None:
    told = Told()
    told.usual()
    lowered(told, 7, 20)
    told.window(0.01, told.gradient.limit)
    assert lowered(told, 2, 20) < 100.0
    assert lowered(told, 1, 20) == 1000.0


def test_at_its_most_it_is_where_it_was() -> None:
    told = Told(maximum=1000)
    told.usual()
    lowered(told, 7, 20)
    while told.gradient.limit < 1000.0:
        told.window(0.01, told.gradient.limit)
    assert lowered(told, 7, 20) < 100.0


def test_what_is_usual_is_found_anew_once_it_was_taken_back() -> None:
    told = Told()
    told.usual()
    lowered(told, 11, 20)
    for _ in range(40):
        told.window(0.1, 100.0)
    for _ in range(15):
        told.window(1.0, told.gradient.limit)
    assert told.gradient.limit < 100.0


WINDOWS = st.lists(
    st.tuples(
        st.sampled_from([0.001, 0.01, 0.019, 0.03, 0.3]),  # seconds that answers take
        st.floats(min_value=0.0, max_value=1.5),  # of the limit are under way
        st.sampled_from([10, 20, 60]),  # answers
    ),
    max_size=60,
)


@given(windows=WINDOWS, bounds=st.sampled_from([(1, 10), (8, 65536), (100, 1500)]))
def test_whatever_comes_it_moves_only_for_a_reason_and_within_its_bounds(
    windows: list[tuple[float, float, int]], bounds: tuple[int, int]
) -> None:
    told = Told(*bounds)
    highest = told.gradient.limit
    for seconds, part, answers in windows:
        before, baseline = told.gradient.limit, told.gradient.baseline
        active = part * before
        after = told.window(seconds, active, answers=answers)
        assert bounds[0] <= after <= bounds[1]
        if after < before:
            assert seconds > 1.9 * baseline > 0.0
            assert after >= min(min(before, active) * 0.5, before)
        elif after > before:
            # It is used, by at least a half; or it was lowered, and that did not help.
            grown = part >= 0.5 and after <= before + before**0.5 + 1e-6
            assert grown or (after <= highest and seconds > 1.9 * baseline)
        highest = max(highest, after)
