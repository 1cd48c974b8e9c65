"""The words of `/health`."""

from typing import Any

import pytest

from lumina import __version__
from lumina.control.health import document, is_ready, status_of


@pytest.mark.parametrize(
    ("phase", "alive", "status", "ready"),
    [
        ("starting", 2, "starting", False),
        ("running", 2, "ok", True),
        ("running", 1, "degraded", True),
        ("running", 0, "failing", False),
        ("draining", 2, "draining", False),
    ],
)
def test_status(phase: str, alive: int, status: str, ready: bool) -> None:
    assert (status_of(phase, 2, alive), is_ready(status)) == (status, ready)


def test_the_document_tells_workers_and_upstreams(plan: dict[str, Any]) -> None:
    workers: list[dict[str, Any]] = [
        {"slot": 0, "pid": 7, "state": "ready", "uptime": 1.0, "restarts": 0},
        {"slot": 1, "pid": None, "state": "waiting", "uptime": 0.0, "restarts": 2},
    ]
    upstreams = [{"name": "localhost:8082", "endpoints": []}]
    assert document("degraded", 12.34567, plan, workers, upstreams) == {
        "status": "degraded",
        "version": __version__,
        "uptime": 12.346,
        "config": {"hash": "0123456789abcdef", "routes": 1},
        "workers": {"configured": 2, "alive": 1, "restarts": 2, "list": workers},
        "upstreams": upstreams,
    }
