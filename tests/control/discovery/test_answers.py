"""Which endpoints of a plan are named."""

from typing import Any

import pytest

from lumina.control.discovery.answers import Name, Question, is_numeric, names_in
from tests.plan import ENDPOINT


def test_only_names_are_asked_for(plan: dict[str, Any]) -> None:
    plan["upstreams"][0]["endpoints"] += [
        {**ENDPOINT, "host": "127.0.0.1", "port": 1},
        {**ENDPOINT, "host": "::1", "port": 2},
        {**ENDPOINT, "host": None, "port": 0, "unix": "/run/x.sock"},
        {**ENDPOINT, "host": "example.org", "port": 443},
        {**ENDPOINT, "host": "example.org", "port": 0, "srv": "_http._tcp.example.org"},
    ]
    assert names_in(plan) == [
        Name(0, 0, Question("localhost", 8082)),
        Name(0, 4, Question("example.org", 443)),
        Name(0, 5, Question("example.org", 0, "_http._tcp.example.org")),
    ]


@pytest.mark.parametrize(
    ("host", "numeric"), [("127.0.0.1", True), ("::1", True), ("localhost", False), ("1.2.3", False)]
)
def test_numbers(host: str, numeric: bool) -> None:
    assert is_numeric(host) is numeric


def test_a_question_is_called_by_what_is_asked_for() -> None:
    assert [str(Question("a", 1)), str(Question("a", 0, "_http._tcp.a"))] == ["a", "_http._tcp.a"]
