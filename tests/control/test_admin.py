"""The admin pages, asked without a socket."""

import asyncio
import json
from typing import Any

import pytest

from lumina.control.admin import Admin
from lumina.control.exposition import Families
from lumina.control.http_service import Request, Response
from lumina.control.scrapes import Scrapes

DOCUMENT: dict[str, Any] = {"status": "ok", "workers": {}}


def ask(path: str, method: str = "GET", status: str = "ok", accept: str = "") -> Response:
    something = Families(()).told("gauge", "lumina_something", "Something.", (), [((), 7)])

    async def answer() -> Response:
        admin = Admin(lambda: {**DOCUMENT, "status": status}, Scrapes(lambda: [something]))
        return await admin.answer(Request(method, path, {}, {"accept": accept}, b""))

    return asyncio.run(answer())


def told(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, bytes)
    facts: dict[str, Any] = json.loads(response.body)
    return facts


@pytest.mark.parametrize(
    ("status", "health", "ready"),
    [("ok", 200, 200), ("degraded", 200, 200), ("starting", 503, 503), ("failing", 503, 503), ("draining", 503, 503)],
)
def test_the_state_is_in_the_status_but_life_is_life(status: str, health: int, ready: int) -> None:
    found = [ask(path, status=status).status for path in ("/health", "/health/ready", "/health/live")]
    assert found == [health, ready, 200]


def test_health_tells_the_whole_document() -> None:
    assert told(ask("/health", status="degraded")) == {"status": "degraded", "workers": {}}


def test_ready_says_why_it_is_not() -> None:
    assert told(ask("/health/ready", status="draining")) == {"status": "draining"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/metrics"])
def test_every_page_may_be_read_and_none_is_to_be_stored(path: str, method: str) -> None:
    response = ask(path, method)
    assert response.status == 200
    assert ("Cache-Control", "no-store") in response.headers


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_metrics_come_as_asked_for(accept: str, kind: str) -> None:
    response = ask("/metrics", accept=accept)
    assert ("Content-Type", kind) in response.headers
    assert ("Vary", "Accept") in response.headers
    assert isinstance(response.body, bytes)
    assert b"lumina_something 7\n" in response.body


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nope", "GET", 404), ("/health/", "GET", 404), ("/health", "POST", 405)]
)
def test_other_questions_get_problem_details(path: str, method: str, status: int) -> None:
    response = ask(path, method)
    assert ("Content-Type", "application/problem+json") in response.headers
    assert (response.status, told(response)["status"]) == (status, status)


def test_a_refused_method_says_which_are_not() -> None:
    assert ("Allow", "GET, HEAD") in ask("/metrics", "DELETE").headers
