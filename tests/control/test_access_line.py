"""Access lines as people read them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lumina.control.access_line import as_text, duration, size

FACTS: dict[str, Any] = {
    "time": "2026-01-02T03:04:05.678Z",
    "level": "info",
    "event": "access",
    "request_id": "0190",
    "client": "127.0.0.1:51234",
    "method": "GET",
    "host": "localhost",
    "path": "/api/payments/status",
    "protocol": "HTTP/1.1",
    "status": 200,
    "reason": "ok",
    "route": "payments",
    "upstream": "localhost:8082",
    "endpoint": "127.0.0.1:8082",
    "attempts": 1,
    "bytes_in": 0,
    "bytes_out": 2048,
    "duration": 0.00123,
    "connect": 0.0001,
    "first_byte": 0.001,
}


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A reader two hours east of Greenwich."""
    monkeypatch.setenv("TZ", "UTC-2")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def told(colour: bool = False, **changed: object) -> str:
    return as_text(json.dumps({**FACTS, **changed}).encode(), colour=colour).decode()


def test_a_line_says_when_what_where_and_how_long() -> None:
    row = "05:04:05.678  200  GET /api/payments/status  → localhost:8082  1.2 ms · 2.0 KiB · 127.0.0.1:51234"
    assert told() == row


def test_a_failure_says_its_reason() -> None:
    assert "502  GET /api/payments/status  → localhost:8082  connection_refused  1.2" in told(
        status=502, reason="connection_refused"
    )


def test_a_fallback_says_what_went_before() -> None:
    assert "→ localhost:8082  fallback after dns_error  1.2" in told(fallback="dns_error")


def test_without_an_upstream_there_is_no_arrow() -> None:
    assert "→" not in told(status=404, reason="no_route", upstream="")


@pytest.mark.parametrize(("status", "code"), [(200, "32"), (304, "36"), (404, "33"), (502, "31")])
def test_the_status_has_the_colour_of_its_class(status: int, code: str) -> None:
    assert f"\x1b[{code}m{status}\x1b[0m" in told(colour=True, status=status)


def test_what_a_stranger_typed_cannot_steer_the_terminal() -> None:
    row = told(path="/\x1b]0;owned\x07\u202e")
    assert "\x1b" not in row
    assert "/\\x1b]0;owned\\x07\\x202e" in row


@pytest.mark.parametrize("line", [b"", b"not JSON", b"[]", b'{"event":"other"}', b'{"status":"x"}'])
def test_what_is_no_access_line_is_left_as_it_is(line: bytes) -> None:
    assert as_text(line, colour=True) == line


@pytest.mark.parametrize(
    ("octets", "shown"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 << 20, "5.0 MiB"), (3 << 30, "3.0 GiB")]
)
def test_sizes(octets: int, shown: str) -> None:
    assert size(octets) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, "0.0 ms"), (0.0123, "12.3 ms"), (1.5, "1.50 s")])
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
