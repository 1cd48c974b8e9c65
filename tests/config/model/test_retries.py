"""Asking once more."""

from lumina.config.model import Upstream


def attempts(value: object) -> int:
    return Upstream.model_validate({"endpoints": ["http://a"], "retries": value}).retries.attempts


def test_no_retry_is_one_attempt() -> None:
    assert [attempts(value) for value in (False, None, True, {}, {"attempts": 5})] == [1, 1, 3, 3, 5]
