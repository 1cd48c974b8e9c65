"""What the gateway says itself when an exchange fails."""

import json

import pytest

from lumina.engine.answers import problem
from lumina.http1.rules import RULES
from lumina.reasons import REASONS
from tests.engine.stage import head_of

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"


def told(reason: int, rule: int = 0, *, next_hop: str = "", close: bool = False, bodiless: bool = False) -> bytes:
    return problem(
        reason, rule, request_id="id", route="r", next_hop=next_hop, date=DATE, close=close, bodiless=bodiless
    )[1]


@pytest.mark.parametrize("reason", range(1, len(REASONS)), ids=lambda reason: REASONS[reason].word)
def test_every_reason_is_told_to_people_and_programs(reason: int) -> None:
    failure = REASONS[reason]
    first, fields, body = head_of(told(reason, next_hop="10.0.0.1:80"))
    members = json.loads(body)
    assert first.startswith(f"HTTP/1.1 {failure.status} ")
    assert (members["status"], members["reason"], members["detail"]) == (failure.status, failure.word, failure.detail)
    assert (members["request_id"], members["route"]) == ("id", "r")
    assert int(fields["content-length"]) == len(body)
    assert ("proxy-status" in fields) == bool(failure.proxy_error)
    assert ("retry-after" in fields) == (failure.status == 503)


@pytest.mark.parametrize("rule", range(1, len(RULES)), ids=lambda rule: RULES[rule].word)
def test_a_broken_rule_is_named(rule: int) -> None:
    _, _, body = head_of(told(4, rule))
    members = json.loads(body)
    assert (members["status"], members["type"]) == (RULES[rule].status, f"urn:lumina:problem:{RULES[rule].word}")


def test_an_answer_to_head_has_no_body() -> None:
    _, fields, body = head_of(told(3, bodiless=True))
    assert body == b""
    assert int(fields["content-length"]) > 0


def test_a_connection_that_ends_says_so() -> None:
    assert head_of(told(3, close=True))[1]["connection"] == "close"
    assert "connection" not in head_of(told(3))[1]


def test_a_next_hop_with_a_port_is_quoted() -> None:
    assert head_of(told(8, next_hop="10.0.0.1:80"))[1]["proxy-status"].endswith('; next-hop="10.0.0.1:80"')
