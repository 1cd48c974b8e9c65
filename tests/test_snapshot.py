"""What the engine reads of a plan."""

from typing import Any

import pytest

from lumina.control.ledger import Ledger
from lumina.snapshot import Route, Snapshot, Upstream
from tests.plan import ENDPOINT, UPSTREAM, plan


def found(snapshot: Snapshot, path: bytes, *, admin_only: bool = False) -> Route:
    route = snapshot.find(path, admin_only)
    assert route is not None
    return route


@pytest.mark.parametrize(
    ("path", "route"),
    [
        pytest.param(b"/api/payments/x", "payments", id="a route"),
        pytest.param(b"/health", "_admin", id="health"),
        pytest.param(b"/metrics", "_admin", id="metrics"),
        pytest.param(b"/health/other", None, id="not all below health"),
    ],
)
def test_routes_and_admin_paths(path: bytes, route: str | None) -> None:
    match = Snapshot(plan(("127.0.0.1", 1)), "/run/admin").find(path)
    assert (match.name if match else None) == route


def test_admin_paths_may_have_a_listener_of_their_own() -> None:
    snapshot = Snapshot(plan(("127.0.0.1", 1), server__admin={"host": "127.0.0.1", "port": 2}), "/run/admin")
    assert snapshot.find(b"/health") is None
    assert found(snapshot, b"/health", admin_only=True).name == "_admin"
    assert snapshot.find(b"/api/payments", True) is None


def test_a_route_may_shadow_an_admin_path_by_saying_so() -> None:
    made = plan(("127.0.0.1", 1), routes__0__name="own", routes__0__prefix="/health", routes__0__shadows_admin=True)
    snapshot = Snapshot(made, "/run/admin")
    assert found(snapshot, b"/health").name == "own"
    assert found(snapshot, b"/health/live").name == "own"
    assert found(snapshot, b"/metrics").name == "_admin"


def test_labels_stand_at_their_series() -> None:
    ledger = Ledger(8, 8, lambda _: None, lambda _: None)
    snapshot = Snapshot(ledger.number(plan(("127.0.0.1", 1))), "/run/admin")
    routes, upstreams = ledger.routes.labels, ledger.upstreams.labels
    assert routes == {0: "", 1: "_OTHER", 2: "payments", 1002: "_admin"}
    assert [routes[route.series] for route in snapshot.routes] == ["payments", "_admin"]
    assert [upstreams[upstream.series] for upstream in snapshot.upstreams] == ["payments", "_admin"]


def test_series_are_capped() -> None:
    route = plan(("127.0.0.1", 1))["routes"][0]
    made = plan(("127.0.0.1", 1), routes=[{**route, "name": f"r{n}", "prefix": f"/{n}"} for n in range(1500)])
    ledger = Ledger(8, 8, lambda _: None, lambda _: None)
    snapshot = Snapshot(ledger.number(made), "/run/admin")
    labels = ledger.routes.labels
    assert len(labels) == 1003
    assert labels[found(snapshot, b"/999").series] == "r999"
    assert labels[found(snapshot, b"/1000").series] == "_OTHER"
    assert labels[found(snapshot, b"/health").series] == "_admin"


def upstream(**changes: object) -> Upstream:
    made = plan(("127.0.0.1", 1), **{f"upstreams__0__{key}": value for key, value in changes.items()})
    found: Upstream = Snapshot(made).upstreams[0]
    return found


def test_what_is_off_is_told_by_a_flag() -> None:
    found = upstream(outliers=None, hedge=None, adaptive=None)
    flags = (found.outliers, found.hedge, found.adaptive, found.breaker, found.sticky)
    assert [bool(flag) for flag in flags] == [False] * 5
    found = upstream(
        breaker={**UPSTREAM["outliers"], "slow_rate": 1.0, "slow": 0.5, "open": 5.0, "trials": 3},
        sticky={"cookie": "c", "secret": "é", "max_age": 60.0},
        hedge={"quantile": 0.95, "factor": 2.0, "floor": 0.05},
    )
    flags = (found.outliers, found.hedge, found.adaptive, found.breaker, found.sticky)
    assert [bool(flag) for flag in flags] == [True] * 5
    assert (found.breaker_slow, found.breaker_trials, found.outlier_max_ejected) == (0.5, 3, 0.7)
    assert (found.sticky_cookie, found.sticky_secret, found.sticky_max_age) == (b"c", "é".encode(), 60.0)


def test_methods_and_statuses_are_tables() -> None:
    found = upstream()
    assert found.retry_methods == sum(1 << number for number in (1, 2, 4, 5, 7, 8))
    assert [status for status, flag in enumerate(found.retry_statuses) if flag] == [502, 503, 504]
    assert len(found.retry_statuses) == 600


@pytest.mark.parametrize(
    ("balance", "policy", "by", "name"),
    [
        ({"policy": "random_two", "by": None, "name": None}, 0, 0, b""),
        ({"policy": "round_robin", "by": None, "name": None}, 1, 0, b""),
        ({"policy": "least_requests", "by": None, "name": None}, 2, 0, b""),
        ({"policy": "ewma", "by": None, "name": None}, 3, 0, b""),
        ({"policy": "hash", "by": "client", "name": None}, 4, 1, b""),
        ({"policy": "hash", "by": "header", "name": "X-User"}, 4, 2, b"x-user"),
        ({"policy": "hash", "by": "cookie", "name": "Id"}, 4, 3, b"Id"),
        ({"policy": "hash", "by": "query", "name": "Id"}, 4, 4, b"Id"),
    ],
)
def test_how_endpoints_are_chosen(balance: dict[str, Any], policy: int, by: int, name: bytes) -> None:
    found = upstream(balance={**balance, "load": 1.5})
    assert (found.policy, found.hash_by, found.hash_name, found.hash_load) == (policy, by, name, 1.5)


def test_times_that_are_none_are_zero() -> None:
    found = upstream(timeouts__tls=None)
    assert (found.tls_timeout, found.per_try_timeout, found.request_timeout) == (0, 0, 0)
    assert found.tunnel_idle_timeout == 3600


def test_endpoints_have_weights_tiers_and_names() -> None:
    heavy = {**ENDPOINT, "host": "a", "port": 80, "authority": "a", "weight": 3, "priority": 1}
    record = {**ENDPOINT, "host": "b", "port": 0, "authority": "b", "srv": "_http._tcp.b"}
    first, second = upstream(endpoints=[heavy, record]).endpoints
    assert (first.weight, first.priority, first.key, first.srv) == (3, 1, "a:80", None)
    assert (second.weight, second.priority, second.key, second.srv) == (1, 0, "srv:_http._tcp.b", "_http._tcp.b")


def test_a_route_falls_back_to_another_upstream_and_an_answer() -> None:
    answer = {"status": 200, "content_type": "text/plain", "body": "é"}
    made = plan(("127.0.0.1", 1), routes__0__fallback={"upstream": 0, "answer": answer}, routes__0__priority=2)
    snapshot = Snapshot(made)
    fallback = snapshot.routes[0].fallback
    assert fallback is not None
    assert (snapshot.routes[0].priority, fallback.upstream) == (2, snapshot.upstreams[0])
    assert (fallback.status, fallback.content_type, fallback.body) == (200, b"text/plain", "é".encode())
    made["routes"][0]["fallback"] = {"upstream": None, "answer": None}
    fallback = Snapshot(made).routes[0].fallback
    assert fallback is not None
    assert (fallback.upstream, fallback.status) == (None, 0)


def test_health_and_metrics_are_asked_for_as_they_are() -> None:
    snapshot = Snapshot(plan(("127.0.0.1", 1)), "/run/admin")
    admin, route = snapshot.upstreams[-1], snapshot.routes[-1]
    flags = (admin.hedge, admin.adaptive, admin.outliers, admin.breaker, admin.sticky)
    assert [bool(flag) for flag in flags] == [False] * 5
    assert (admin.retry_attempts, admin.health, route.priority, route.fallback) == (1, None, 2, None)
