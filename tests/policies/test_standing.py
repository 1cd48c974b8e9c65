"""An endpoint's standing, step by step and against a plain model of it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.standing import OutlierRules, Standing, may_eject
from tests.policies.windows import REQUESTS, TOO_OLD, WINDOW, may_say

NO, YES, TRIAL = range(3)
CLOSED, OPEN, HALF_OPEN = range(3)


def test_failures_in_a_row_put_an_endpoint_out_and_an_answer_brings_it_back() -> None:
    rules = OutlierRules(consecutive=3)
    standing = Standing()
    assert standing.usable(10.0) == YES
    assert [standing.failed(rules, 10.0) for _ in range(3)] == [False, False, True]
    standing.eject(rules, 10.0)
    standing.eject(rules, 10.0)  # once is enough
    assert standing.seen()["ejections"] == 1
    assert [standing.usable(now) for now in (10.5, 10.99, 11.0)] == [NO, NO, TRIAL]
    standing.begin_trial(11.0)
    assert [standing.usable(now) for now in (11.99, 12.0)] == [NO, TRIAL]  # a trial that nobody heard of again
    standing.begin_trial(12.1)
    standing.succeeded(rules, 12.2, 0.1)
    assert standing.usable(12.2) == YES
    seen = standing.seen()
    assert (seen["opened"], seen["half_opened"], seen["closed"], seen["since"]) == (1, 1, 1, 12.2)


def test_each_time_it_is_out_for_longer_up_to_a_bound_and_quiet_times_are_forgiven() -> None:
    rules = OutlierRules(consecutive=1, ejection=1.0, max_ejection=5.0, window=10.0)
    standing = Standing()
    now = 100.0
    out = []
    assert standing.failed(rules, now)
    standing.eject(rules, now)
    for _ in range(5):
        out.append(standing.seen()["until"] - now)
        now = standing.seen()["until"]
        standing.begin_trial(now)
        assert not standing.failed(rules, now)  # it is out already
    assert out == [1.0, 2.0, 4.0, 5.0, 5.0]
    now = standing.seen()["until"]
    standing.begin_trial(now)
    standing.succeeded(rules, now, 0.1)
    streak = standing.seen()["streak"]
    standing.succeeded(rules, now + 10.1, 0.1)
    standing.succeeded(rules, now + 10.2, 0.1)
    assert standing.seen()["streak"] == streak - 1


def test_a_time_that_is_cut_short_makes_no_later_one_longer() -> None:
    rules = OutlierRules(consecutive=1, ejection=2.0)
    standing = Standing()
    standing.hasten(1.0)  # in use: there is nothing to cut short
    assert standing.seen()["until"] == 0.0
    standing.failed(rules, 10.0)
    standing.eject(rules, 10.0)
    standing.hasten(10.5)
    standing.hasten(11.0)
    assert standing.seen()["until"] == 10.5
    assert standing.usable(10.5) == TRIAL
    standing.begin_trial(10.5)
    standing.failed(rules, 10.6)
    assert standing.seen()["until"] == 12.6
    standing.hasten(10.7)
    assert [standing.usable(now) for now in (10.7, 11.4, 11.5)] == [NO, NO, TRIAL]  # once a second


def test_an_answer_to_an_older_request_does_not_bring_it_back() -> None:
    rules = OutlierRules(consecutive=1)
    standing = Standing()
    standing.failed(rules, 1.0)
    standing.eject(rules, 1.0)
    standing.succeeded(rules, 1.1, 0.1)
    assert not standing.failed(rules, 1.1)
    assert standing.usable(1.2) == NO


def test_a_rate_says_something_only_of_enough_requests() -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=10)
    standing = Standing()
    verdicts = []
    for at in range(12):
        if at % 2:
            standing.succeeded(rules, 50.0, 0.1)
        else:
            verdicts.append(standing.failed(rules, 50.0))
    assert verdicts == [False, False, False, False, False, True]


def test_what_is_long_ago_counts_no_more() -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=4, window=10.0)
    standing = Standing()
    for _ in range(3):
        assert not standing.failed(rules, 100.0)
    assert not Standing().failed(rules, 100.0)
    assert standing.failed(rules, 106.0)  # the other half of the window
    standing = Standing()
    for _ in range(3):
        standing.failed(rules, 100.0)
    assert not standing.failed(rules, 120.0)


@pytest.mark.parametrize(("times", "well"), TOO_OLD, ids=str)
def test_what_was_before_one_and_a_half_windows_counts_no_more(times: list[float], well: int) -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=5, window=WINDOW)
    standing = Standing()
    assert not any(standing.failed(rules, now) for now in times[:-1])
    for _ in range(well):
        standing.succeeded(rules, times[-1], 0.1)
    assert not standing.failed(rules, times[-1])


def test_what_was_within_the_last_half_of_a_window_counts() -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.8, requests=4, window=10.0)
    standing = Standing()
    standing.succeeded(rules, 100.0, 0.1)
    assert [standing.failed(rules, now) for now in (103.9, 104.0, 108.0, 108.0)] == [False, False, False, True]


def test_a_health_check_overrules() -> None:
    standing = Standing()
    standing.probed(2)
    assert standing.usable(5.0) == NO
    standing.probed(1)
    assert standing.usable(5.0) == YES


def test_slow_for_a_while_is_too_slow() -> None:
    rules = OutlierRules(requests=2)
    standing = Standing()
    assert not standing.slow(rules, 10.0)
    for now in (10.0, 10.1):
        standing.succeeded(rules, now, 1.0)
    assert [standing.slow(rules, now) for now in (10.3, 10.6, 10.9, 11.2)] == [False, False, False, True]
    assert [standing.slow(rules, now) for now in (13.0, 13.5)] == [False, False]  # it was better in between


def test_who_was_asked_little_is_not_found_slow() -> None:
    rules = OutlierRules(requests=3)
    standing = Standing()
    for now in (10.0, 10.1):
        standing.succeeded(rules, now, 1.0)
    assert not any(standing.slow(rules, 10.3 + 0.5 * step) for step in range(5))


def test_who_was_asked_enough_over_two_halves_of_the_window_is_found_slow() -> None:
    rules = OutlierRules(requests=4, window=10.0)
    standing = Standing()
    for now in (10.0, 10.0, 16.0, 16.0):
        standing.succeeded(rules, now, 1.0)
    assert [standing.slow(rules, now) for now in (16.0, 16.5, 17.0)] == [False, False, True]


def test_whoever_comes_back_must_be_slow_for_as_long_again() -> None:
    rules = OutlierRules(requests=1, ejection=0.2)
    standing = Standing()
    standing.succeeded(rules, 10.0, 1.0)
    assert [standing.slow(rules, 10.0 + step * 0.5) for step in range(3)] == [False, False, True]
    standing.eject(rules, 11.0)
    assert standing.seen()["latency"] == 0.0
    standing.begin_trial(11.2)
    for _ in range(2):
        standing.succeeded(rules, 11.3, 1.0)
    assert [standing.slow(rules, now) for now in (11.3, 11.9, 12.2)] == [False, False, True]


def test_whoever_comes_back_is_not_judged_by_the_failures_that_put_it_out() -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=4, window=10.0)
    for half in (0.0, 6.0):
        standing = Standing()
        assert [standing.failed(rules, now) for now in (10.0, 10.0, 10.0 + half, 10.0 + half)][-1]
        standing.eject(rules, 10.0 + half)
        standing.begin_trial(11.0 + half)
        standing.succeeded(rules, 11.0 + half, 0.1)
        assert not standing.failed(rules, 11.1 + half)


@pytest.mark.parametrize("half", [0.0, 6.0])
def test_nor_is_it_excused_by_what_it_was_asked_before(half: float) -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=2, window=10.0)
    standing = Standing()
    for now in (10.0, 10.0, 10.0, 10.0, *([10.0 + half] * 4)):
        standing.failed(rules, now)
    standing.eject(rules, 10.0 + half)
    standing.begin_trial(11.0 + half)
    standing.succeeded(rules, 11.0 + half, 0.1)
    assert [standing.failed(rules, 11.1 + half) for _ in range(2)] == [False, True]


def test_it_is_forgiven_only_after_a_quiet_time_in_use() -> None:
    rules = OutlierRules(consecutive=1, window=10.0)
    standing = Standing()
    standing.succeeded(rules, 100.0, 0.1)
    standing.failed(rules, 150.0)
    standing.eject(rules, 150.0)
    standing.begin_trial(151.0)
    standing.succeeded(rules, 151.0, 0.1)
    standing.succeeded(rules, 152.0, 0.1)
    assert standing.seen()["streak"] == 1
    standing.succeeded(rules, 161.1, 0.1)
    assert standing.seen()["streak"] == 0


def test_one_that_is_being_found_out_is_not_put_out_by_others() -> None:
    rules = OutlierRules(consecutive=1)
    standing = Standing()
    standing.eject(rules, 10.0)
    standing.begin_trial(11.0)
    standing.eject(rules, 11.1)
    assert (standing.seen()["state"], standing.seen()["ejections"]) == (HALF_OPEN, 1)


def test_latency_is_an_average_and_cost_a_peak_that_fades() -> None:
    rules = OutlierRules()
    standing = Standing()
    standing.succeeded(rules, 1.0, 0.1)
    standing.succeeded(rules, 1.1, 1.1)
    assert standing.seen()["latency"] == pytest.approx(0.2)
    assert standing.seen()["cost"] == 1.1
    assert [standing.expected(now) for now in (1.0, 1.1, 4.1, 7.1)] == pytest.approx([1.1, 1.1, 0.55, 0.275])
    standing.succeeded(rules, 4.1, 0.1)
    assert standing.seen()["cost"] == pytest.approx(0.6)


@pytest.mark.parametrize("answers", [1, 10, 1000])
def test_a_peak_fades_with_time_and_not_with_answers(answers: int) -> None:
    standing = Standing()
    standing.observe(10.0, 1.1)
    for at in range(1, answers + 1):
        standing.observe(10.0 + 6.0 * at / answers, 0.1)
    assert standing.seen()["cost"] == pytest.approx(0.1 + 1.0 / 4)


def test_whoever_comes_back_is_not_judged_by_answers_that_came_when_it_was_out() -> None:
    rules = OutlierRules(consecutive=1)
    standing = Standing()
    standing.failed(rules, 10.0)
    standing.eject(rules, 10.0)
    standing.succeeded(rules, 10.5, 5.0)
    standing.begin_trial(11.0)
    standing.succeeded(rules, 11.1, 0.01)
    assert standing.seen()["latency"] == 0.01


def test_a_trial_of_what_is_in_use_changes_nothing() -> None:
    standing = Standing()
    standing.begin_trial(1.0)
    assert standing.seen()["state"] == CLOSED


@pytest.mark.parametrize(
    ("out", "count", "fraction", "expected"),
    [
        (0, 1, 1.0, False),
        (0, 2, 0.1, True),
        (1, 2, 1.0, False),
        (1, 4, 0.5, True),
        (2, 4, 0.5, False),
        (28, 100, 0.29, True),
        (29, 100, 0.29, False),
    ],
)
def test_not_too_many_are_put_out(out: int, count: int, fraction: float, expected: bool) -> None:
    assert may_eject(out, count, fraction) is expected


@given(count=st.integers(min_value=0, max_value=300), percent=st.integers(min_value=0, max_value=100))
def test_as_many_are_put_out_as_the_share_says(count: int, percent: int) -> None:
    out = 0
    while may_eject(out, count, percent / 100):
        out += 1
    most = max(count * percent // 100, 1)
    assert out == max(min(most, count - 1), 0)


@given(requests=REQUESTS)
def test_a_rate_looks_back_for_about_a_window(requests: list[tuple[bool, float]]) -> None:
    rules = OutlierRules(consecutive=0, failure_rate=0.5, requests=3, window=WINDOW)
    standing, past, now = Standing(), [], 1000.0
    for failed, pause in requests:
        now += pause
        past.append((failed, now))
        if failed:
            assert standing.failed(rules, now) in may_say(past, 3, 0.5)
        else:
            standing.succeeded(rules, now, 0.01)


class Model:
    """What the docstring says, in the plainest words; the window is a list of what happened."""

    def __init__(self, rules: OutlierRules) -> None:
        self.rules = rules
        self.state = CLOSED
        self.failures = self.streak = 0
        self.until = self.trial = 0.0

    def usable(self, now: float) -> int:
        if self.state == CLOSED:
            return YES
        return NO if now < self.until or now - self.trial < 1.0 else TRIAL

    def leave(self, now: float) -> None:
        self.state = OPEN
        self.until = now + min(self.rules.ejection * 2**self.streak, self.rules.max_ejection)
        self.streak += 1
        self.failures = 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["fail", "succeed", "trial"]), st.floats(min_value=0.01, max_value=2.0)), max_size=60
)


@given(steps=STEPS)
def test_it_follows_the_model(steps: list[tuple[str, float]]) -> None:
    follow(steps)


@pytest.mark.parametrize("seed", range(10))
def test_it_follows_the_model_for_long(seed: int) -> None:
    chance = random.Random(seed)
    words, weights = ["fail", "succeed", "trial"], [chance.random() for _ in range(3)]
    follow([(chance.choices(words, weights)[0], chance.choice([0.01, 0.5, 4.0])) for _ in range(2000)])


def follow(steps: list[tuple[str, float]]) -> None:
    """Do these steps on a standing and on a plain model of it."""
    rules = OutlierRules(consecutive=3, failure_rate=2.0, window=1000.0, ejection=1.0, max_ejection=8.0)
    standing, model, now = Standing(), Model(rules), 1000.0
    for step, pause in steps:
        now += pause
        if step == "succeed":
            standing.succeeded(rules, now, 0.01)
            model.failures = 0
            if model.state == HALF_OPEN:
                model.state = CLOSED
        elif step == "fail":
            model.failures += 1
            if model.state == HALF_OPEN:
                model.leave(now)  # what comes of this try is known, and counts no more
            out = model.state == CLOSED and model.failures >= 3
            assert standing.failed(rules, now) is out
            if out:
                standing.eject(rules, now)
                model.leave(now)
        elif standing.usable(now) == TRIAL:
            standing.begin_trial(now)
            model.state, model.trial = HALF_OPEN, now
        assert standing.usable(now) == model.usable(now)
        assert standing.seen()["state"] == model.state
        assert standing.seen()["failures"] == model.failures
