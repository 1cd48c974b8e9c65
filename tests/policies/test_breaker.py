"""A breaker, step by step and against a plain model of it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.breaker import Breaker, BreakerRules
from tests.policies.windows import REQUESTS, TOO_OLD, WINDOW, may_say

CLOSED, OPEN, HALF_OPEN = range(3)


def test_failures_in_a_row_open_it_and_trials_close_it() -> None:
    breaker = Breaker(BreakerRules(consecutive=2, open=5.0, trials=2))
    assert breaker.allow(10.0) == 1
    breaker.failed(10.0)
    breaker.succeeded(10.0, 0.1)
    breaker.failed(10.0)
    assert breaker.allow(10.0) == 1
    breaker.failed(10.0)
    assert [breaker.left(now) for now in (10.0, 12.0, 15.0, 16.0)] == [5.0, 3.0, 0.0, 0.0]
    assert [breaker.allow(now) for now in (10.0, 14.9, 15.0, 15.1, 15.2)] == [0, 0, 2, 2, 0]
    assert breaker.left(14.0) == 0.0  # who comes last waits for a trial
    breaker.succeeded(15.3, 0.1)
    assert breaker.allow(15.3) == 0
    breaker.succeeded(15.4, 0.1)
    assert breaker.allow(15.4) == 1
    seen = breaker.seen()
    assert (seen["opened"], seen["half_opened"], seen["closed"]) == (1, 1, 1)


def test_a_trial_that_fails_opens_it_again() -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0))
    breaker.failed(10.0)
    breaker.failed(10.1)  # asked before it opened
    breaker.succeeded(10.2, 0.1)
    assert breaker.allow(15.0) == 2
    breaker.failed(15.1)
    assert breaker.allow(15.2) == 0
    assert breaker.seen()["until"] == 20.1


@pytest.mark.parametrize("trials", [1, 3])
def test_a_trial_that_is_slow_opens_it_again(trials: int) -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0, slow=0.5, trials=trials))
    breaker.failed(10.0)
    assert breaker.allow(15.0) == 2
    breaker.succeeded(16.0, 0.6)
    assert breaker.allow(16.1) == 0


def test_a_trial_that_fails_opens_it_again_whatever_was_counted() -> None:
    breaker = Breaker(BreakerRules(failure_rate=0.5, requests=2, window=1.0, open=5.0))
    breaker.failed(10.0)
    breaker.failed(10.0)
    assert breaker.allow(15.0) == 2
    breaker.failed(15.1)  # the only request in its window
    assert breaker.allow(15.2) == 0


def test_trials_of_which_nothing_is_heard_are_made_up_for() -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0, trials=1))
    breaker.failed(10.0)
    assert [breaker.allow(now) for now in (15.0, 15.99, 16.0)] == [2, 0, 2]


def test_a_rate_of_failures_opens_it_when_there_are_enough_requests() -> None:
    breaker = Breaker(BreakerRules(failure_rate=0.5, requests=10))
    for _ in range(9):
        breaker.failed(10.0)
    assert breaker.allow(10.0) == 1
    breaker.failed(10.0)
    assert breaker.allow(10.0) == 0


def test_a_rate_of_slow_answers_opens_it() -> None:
    breaker = Breaker(BreakerRules(failure_rate=1.1, slow_rate=0.5, slow=0.2, requests=4))
    for seconds in (0.1, 0.1, 0.3):
        breaker.succeeded(10.0, seconds)
    assert breaker.allow(10.0) == 1
    breaker.succeeded(10.0, 0.3)
    assert breaker.allow(10.0) == 0


def test_what_is_long_ago_counts_no_more() -> None:
    breaker = Breaker(BreakerRules(requests=4, window=10.0))
    for now in (100.0, 100.0, 100.0, 120.0, 120.0, 120.0, 126.0):
        assert breaker.allow(now) == 1
        breaker.failed(now)
    assert breaker.allow(126.0) == 0


def test_an_operator_may_close_it() -> None:
    breaker = Breaker(BreakerRules(consecutive=1))
    breaker.reset()
    assert breaker.seen()["closed"] == 0
    breaker.failed(1.0)
    breaker.reset()
    assert breaker.allow(1.1) == 1


def test_trials_begin_anew_each_time() -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0, trials=2))
    breaker.failed(10.0)
    assert [breaker.allow(15.0), breaker.allow(15.0)] == [2, 2]
    breaker.succeeded(15.1, 0.1)
    breaker.failed(15.2)
    assert [breaker.allow(20.2), breaker.allow(20.2)] == [2, 2]
    breaker.succeeded(20.3, 0.1)
    assert breaker.seen()["state"] == HALF_OPEN


def test_only_as_many_trials_are_made_up_for_as_were_not_heard_of() -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0, trials=2))
    breaker.failed(10.0)
    assert [breaker.allow(15.0), breaker.allow(15.0)] == [2, 2]
    breaker.succeeded(15.1, 0.1)
    assert [breaker.allow(now) for now in (16.1, 16.1)] == [2, 0]


def test_who_takes_just_as_long_as_is_borne_is_not_slow() -> None:
    breaker = Breaker(BreakerRules(failure_rate=1.1, slow_rate=0.1, slow=0.5, requests=1))
    breaker.succeeded(10.0, 0.5)
    assert breaker.allow(10.0) == 1


def meet(breaker: Breaker, bad: str, now: float) -> None:
    """Let a request fail, or be answered slowly."""
    if bad == "failed":
        breaker.failed(now)
    else:
        breaker.succeeded(now, 0.3)


@pytest.mark.parametrize("bad", ["failed", "slow"])
@pytest.mark.parametrize("half", [0.0, 6.0], ids=["at once", "over two halves of the window"])
def test_whoever_closes_it_begins_to_count_anew(bad: str, half: float) -> None:
    rules = BreakerRules(consecutive=5, failure_rate=0.5, slow_rate=0.5, slow=0.2, requests=4, open=1.0, trials=1)
    breaker = Breaker(rules)
    for now in (10.0, 10.0, 10.0 + half, 10.0 + half):
        meet(breaker, bad, now)
    assert breaker.allow(11.0 + half) == 2
    breaker.succeeded(11.0 + half, 0.1)
    for _ in range(3):
        assert breaker.allow(11.1 + half) == 1
        meet(breaker, bad, 11.1 + half)
    meet(breaker, bad, 11.1 + half)
    assert breaker.allow(11.2 + half) == 0


@pytest.mark.parametrize("bad", ["failed", "slow"])
@pytest.mark.parametrize("half", [0.0, 6.0], ids=["at once", "over two halves of the window"])
def test_what_opened_it_is_no_part_of_a_later_rate(bad: str, half: float) -> None:
    rules = BreakerRules(failure_rate=0.5, slow_rate=0.5, slow=0.2, requests=4, open=1.0, trials=1)
    breaker = Breaker(rules)
    for now in (10.0, 10.0, 10.0 + half, 10.0 + half):
        meet(breaker, bad, now)
    assert breaker.allow(11.0 + half) == 2
    for _ in range(4):  # one that closes it, and three that count
        breaker.succeeded(11.0 + half, 0.1)
    meet(breaker, bad, 11.1 + half)
    assert breaker.allow(11.1 + half) == 1


def test_failures_in_a_row_are_counted_anew_once_it_has_closed() -> None:
    breaker = Breaker(BreakerRules(consecutive=2, failure_rate=1.1, open=1.0, trials=1))
    for now in (10.0, 10.0):
        breaker.failed(now)
    assert breaker.allow(11.0) == 2
    breaker.succeeded(11.0, 0.1)
    breaker.failed(11.1)
    assert breaker.allow(11.1) == 1


@pytest.mark.parametrize("bad", ["failed", "slow"])
@pytest.mark.parametrize("times", [(109.0, 109.5, 109.9, 110.1), (103.9, 104.0, 108.0, 108.0)], ids=str)
def test_what_was_within_the_last_half_of_a_window_counts(bad: str, times: tuple[float, ...]) -> None:
    breaker = Breaker(BreakerRules(failure_rate=0.8, slow_rate=0.8, slow=0.2, requests=4, window=10.0))
    breaker.succeeded(100.0, 0.1)
    for now in times:
        assert breaker.allow(now) == 1
        meet(breaker, bad, now)
    assert breaker.allow(times[-1]) == 0


@pytest.mark.parametrize("bad", ["failed", "slow"])
@pytest.mark.parametrize(("times", "well"), TOO_OLD, ids=str)
def test_what_was_before_one_and_a_half_windows_counts_no_more(bad: str, times: list[float], well: int) -> None:
    breaker = Breaker(BreakerRules(failure_rate=0.5, slow_rate=0.5, slow=0.2, requests=5, window=WINDOW))
    for now in times[:-1]:
        meet(breaker, bad, now)
    for _ in range(well):
        breaker.succeeded(times[-1], 0.1)
    meet(breaker, bad, times[-1])
    assert breaker.allow(times[-1]) == 1


def test_an_operator_may_close_it_while_it_finds_out_and_it_opens_for_its_time_again() -> None:
    breaker = Breaker(BreakerRules(consecutive=1, open=5.0))
    breaker.failed(1.0)
    breaker.reset()
    breaker.failed(1.1)
    assert breaker.seen()["until"] == 6.1
    assert breaker.allow(6.1) == 2
    breaker.reset()
    assert breaker.allow(6.2) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["fail", "succeed", "ask"]), st.floats(min_value=0.01, max_value=3.0)), max_size=60
)


@given(steps=STEPS)
def test_it_follows_the_model(steps: list[tuple[str, float]]) -> None:
    follow(steps)


@pytest.mark.parametrize("seed", range(10))
def test_it_follows_the_model_for_long(seed: int) -> None:
    chance = random.Random(seed)
    words, weights = ["fail", "succeed", "ask"], [chance.random() for _ in range(3)]
    follow([(chance.choices(words, weights)[0], chance.choice([0.01, 0.5, 4.0])) for _ in range(2000)])


def follow(steps: list[tuple[str, float]]) -> None:
    """Do these steps on a breaker and on a plain model of it."""
    breaker = Breaker(BreakerRules(consecutive=3, failure_rate=1.1, open=4.0, trials=2, window=1000.0))
    state, failures, until, given_, passed, asked, now = CLOSED, 0, 0.0, 0, 0, 0.0, 1000.0
    for step, pause in steps:
        now += pause
        if step == "ask":
            if state == OPEN and now >= until:
                state, given_, passed = HALF_OPEN, 0, 0
            if state == HALF_OPEN and given_ >= 2 and now - asked >= 1.0:
                given_ = passed
            expected = 1 if state == CLOSED else 2 if state == HALF_OPEN and given_ < 2 else 0
            if expected == 2:
                given_, asked = given_ + 1, now
            assert breaker.allow(now) == expected
        elif step == "fail":
            breaker.failed(now)
            if state == CLOSED:
                failures += 1
            if state == HALF_OPEN or failures >= 3:
                state, until, failures = OPEN, now + 4.0 if state != OPEN else until, 0
        else:
            breaker.succeeded(now, 0.1)
            failures = 0 if state == CLOSED else failures
            if state == HALF_OPEN:
                passed += 1
                state, failures = (CLOSED, 0) if passed >= 2 else (state, failures)
        assert breaker.seen()["state"] == state
        if state == CLOSED:
            assert breaker.seen()["failures"] == failures


@pytest.mark.parametrize("kind", ["failed", "slow"])
@given(requests=REQUESTS)
def test_a_rate_looks_back_for_about_a_window(kind: str, requests: list[tuple[bool, float]]) -> None:
    rates = {"failed": (0.5, 1.1), "slow": (1.1, 0.5)}[kind]
    rules = BreakerRules(failure_rate=rates[0], slow_rate=rates[1], slow=0.2, requests=3, window=WINDOW)
    breaker, past, now = Breaker(rules), [], 1000.0
    for bad, pause in requests:
        now += pause
        past.append((bad, now))
        if bad and kind == "failed":
            breaker.failed(now)
        else:
            breaker.succeeded(now, 0.3 if bad else 0.1)
        is_open = breaker.seen()["state"] == OPEN
        assert is_open in (may_say(past, 3, 0.5) if bad else {False})
        if is_open:
            break


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["fail", "slow", "succeed", "ask"]), st.floats(min_value=0.0, max_value=2.0)),
        max_size=80,
    )
)
def test_whatever_comes_it_is_open_for_its_time_and_few_find_out(steps: list[tuple[str, float]]) -> None:
    breaker = Breaker(BreakerRules(consecutive=2, failure_rate=0.5, slow=0.2, slow_rate=0.5, requests=4, trials=2))
    now, opened_at, asked = 1000.0, 0.0, []
    for step, pause in steps:
        now += pause
        before = breaker.seen()
        if step == "fail":
            breaker.failed(now)
        elif step != "ask":
            breaker.succeeded(now, 0.3 if step == "slow" else 0.1)
        elif (allowed := breaker.allow(now)) == 2:
            asked.append(now)
        else:
            assert allowed == (before["state"] == CLOSED)
        after = breaker.seen()
        if after["opened"] > before["opened"]:
            opened_at, asked = now, []
        elif after["state"] != CLOSED:
            assert all(at >= opened_at + 5.0 for at in asked)
            assert sum(at > now - 1.0 for at in asked) <= 2 * 2  # two, and two that make up for them
        assert after["half_opened"] == after["opened"] - (after["state"] == OPEN)
        assert after["closed"] <= after["half_opened"]
