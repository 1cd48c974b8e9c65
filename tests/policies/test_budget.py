"""A retry budget: no more than its share, whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from lumina.policies.budget import RetryBudget


def test_requests_earn_retries() -> None:
    budget = RetryBudget(0.2, 0.0)
    assert not budget.withdraw(1.0)
    for _ in range(6):
        budget.deposit()
    assert [budget.withdraw(1.0) for _ in range(2)] == [True, False]


def test_two_that_were_earned_can_gather() -> None:
    budget = RetryBudget(0.2, 0.0)
    for _ in range(1000):
        budget.deposit()
    assert budget.withdraw(1.0)
    assert budget.spares(1.0)
    assert [budget.withdraw(1.0) for _ in range(2)] == [True, False]


def test_one_that_was_granted_can_gather_however_slowly() -> None:
    budget = RetryBudget(0.0, 0.01)
    assert [budget.withdraw(now) for now in (1.0, 1.0, 201.0, 251.0)] == [True, False, True, False]
    assert [budget.spares(now) for now in (281.0, 311.0)] == [False, True]


def test_what_requests_earned_is_not_owed_by_time() -> None:
    budget = RetryBudget(0.5, 1.0)
    while budget.withdraw(1.0):
        pass
    for _ in range(3):
        budget.deposit()
    assert [budget.withdraw(now) for now in (1.0, 2.0)] == [True, True]


def test_time_grants_a_few_where_requests_are_few() -> None:
    budget = RetryBudget(0.0, 3.0)
    assert sum(budget.withdraw(1.0) for _ in range(100)) == 30
    assert not budget.withdraw(1.1)
    assert budget.withdraw(1.5)


def test_what_is_earned_and_what_is_granted_do_not_add_up() -> None:
    budget = RetryBudget(0.2, 1.0)
    for _ in range(1000):
        budget.deposit()
    assert sum(budget.withdraw(1.0) for _ in range(100)) == 10


def test_what_time_grants_gathers_only_for_a_while() -> None:
    budget = RetryBudget(0.0, 3.0)
    assert sum(budget.withdraw(1.0) for _ in range(100)) == 30
    assert sum(budget.withdraw(1000.0) for _ in range(100)) == 30


def test_what_is_kept_back_makes_good_for_what_an_outage_begins_with() -> None:
    budget = RetryBudget(0.2, 3.0)
    taken = 0
    for request in range(10_000):  # a thousand a second, all of which fail
        budget.deposit()
        taken += budget.withdraw(100.0 + request / 1000.0)
    assert 1800 < taken <= 2000


def test_half_of_what_gathered_is_left_to_those_that_need_it() -> None:
    budget = RetryBudget(0.2, 3.0)
    hurried = 0
    while budget.spares(1.0) and budget.withdraw(1.0):
        hurried += 1
    assert hurried == 16
    assert sum(budget.withdraw(1.0) for _ in range(100)) == 14
    assert [budget.spares(now) for now in (1.0, 5.9, 6.1)] == [False, False, True]
    for _ in range(6):
        budget.deposit()
    assert budget.spares(1.0)


def test_none_at_all() -> None:
    budget = RetryBudget(0.0, 0.0)
    budget.deposit()
    assert not budget.withdraw(1000.0)


@given(
    seconds=st.integers(min_value=1, max_value=30),
    rate=st.integers(min_value=0, max_value=200),
    tries=st.integers(min_value=0, max_value=400),
)
def test_over_an_outage_there_are_no_more_than_its_share(seconds: int, rate: int, tries: int) -> None:
    budget = RetryBudget(0.2, 3.0)
    taken = 0
    for second in range(seconds):
        for _ in range(rate):
            budget.deposit()
        taken += sum(budget.withdraw(100.0 + second) for _ in range(tries))
    assert taken <= max(0.2 * rate, 3.0) * seconds + 30 + 2
