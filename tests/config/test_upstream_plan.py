"""An upstream as the plan has it."""

from typing import Any

import pytest

from lumina.config.compile import compile_plan
from tests.config.written import drafted
from tests.plan import UPSTREAM

DEFAULT_CAPS = {"connections": 1024, "idle": 512, "uploads": 512, "requests": 0, "queue": 1024}


def planned(fields: str = "", more: str = "") -> dict[str, Any]:
    text = (
        f'upstreams: {{u: {{endpoints: ["http://a"]{fields and ", " + fields}}}}}\nroutes: [{{path: a, upstream: u}}]\n'
    )
    draft = drafted(text + more)
    assert draft.source.problems == []
    plan: dict[str, Any] = compile_plan(draft)["upstreams"][0]
    return plan


def test_what_is_so_without_a_word() -> None:
    endpoint = {"host": "a", "port": 80, "unix": None, "authority": "a", "weight": 1, "priority": 0, "srv": None}
    assert planned() == {**UPSTREAM, "name": "u", "endpoints": [endpoint], "caps": DEFAULT_CAPS}


@pytest.mark.parametrize(
    ("fields", "key", "value"),
    [
        ("outliers: false", "outliers", None),
        ("hedge: {quantile: 99%}", "hedge", {"quantile": 0.99, "factor": 2.0, "floor": 0.05}),
        ("slow_start: 1m", "slow_start", 60.0),
        ("proxy_protocol: v1", "proxy_protocol", 1),
        ("proxy_protocol: v2", "proxy_protocol", 2),
        ("proxy_protocol: null", "proxy_protocol", 0),
        (
            "balance: {policy: hash, by: header, name: X-User}",
            "balance",
            {"policy": "hash", "by": "header", "name": "X-User", "load": 1.25},
        ),
        (
            "sticky: {secret: 0123456789abcdefg, max_age: 1h}",
            "sticky",
            {"cookie": "lumina_endpoint", "secret": "0123456789abcdefg", "max_age": 3600.0},
        ),
        (
            "breaker: true",
            "breaker",
            {
                "consecutive": 0,
                "failure_rate": 0.5,
                "slow_rate": 1.0,
                "slow": 0.0,
                "requests": 20,
                "window": 10.0,
                "open": 5.0,
                "trials": 3,
            },
        ),
        (
            "health: /up",
            "health",
            {
                "kind": "http",
                "method": "GET",
                "path": "/up",
                "host": None,
                "port": None,
                "interval": 5.0,
                "timeout": 2.0,
                "statuses": [[200, 399]],
                "body": None,
                "healthy": 2,
                "unhealthy": 3,
                "initial": "up",
            },
        ),
    ],
)
def test_what_is_said_is_planned(fields: str, key: str, value: object) -> None:
    assert planned(fields)[key] == value


@pytest.mark.parametrize(
    ("fields", "limits", "changed"),
    [
        ("", "{upstream_connections: 9, upstream_idle: 8}", {"connections": 9, "idle": 8, "uploads": 4}),
        ("", "{upstream_uploads: 7}", {"uploads": 7}),
        ("caps: {connections: 10}", "{}", {"connections": 10, "uploads": 5}),
        ("caps: {connections: 1}", "{}", {"connections": 1, "uploads": 1}),
        (
            "caps: {uploads: 3, idle: 2, requests: 6, queue: 0}",
            "{}",
            {"uploads": 3, "idle": 2, "requests": 6, "queue": 0},
        ),
    ],
)
def test_caps_begin_at_the_limits(fields: str, limits: str, changed: dict[str, int]) -> None:
    assert planned(fields, f"limits: {limits}\n")["caps"] == {**DEFAULT_CAPS, **changed}


def test_timeouts_are_those_of_all_or_its_own() -> None:
    own = planned("timeouts: {per_try: 2s, tls: 0s}", "timeouts: {request: 9s, per_try: 1s, queue: 0}\n")["timeouts"]
    assert (own["request"], own["per_try"], own["queue"], own["tls"], own["connect"]) == (9.0, 2.0, 0.0, None, 5.0)
