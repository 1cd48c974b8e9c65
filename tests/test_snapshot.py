"""What the engine reads of a plan."""

import pytest

from lumina.snapshot import Route, Snapshot, route_labels, upstream_labels
from tests.plan import plan


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
    made = plan(("127.0.0.1", 1))
    snapshot = Snapshot(made, "/run/admin")
    assert route_labels(made) == ["", "_OTHER", "payments", "_admin"]
    assert [route_labels(made)[route.series] for route in snapshot.routes] == ["payments", "_admin"]
    assert [upstream_labels(made)[upstream.series] for upstream in snapshot.upstreams] == ["payments", "_admin"]


def test_series_are_capped() -> None:
    route = plan(("127.0.0.1", 1))["routes"][0]
    made = plan(("127.0.0.1", 1), routes=[{**route, "name": f"r{n}", "prefix": f"/{n}"} for n in range(1500)])
    snapshot = Snapshot(made, "/run/admin")
    labels = route_labels(made)
    assert len(labels) == 1003
    assert labels[found(snapshot, b"/999").series] == "r999"
    assert labels[found(snapshot, b"/1000").series] == "_OTHER"
    assert labels[found(snapshot, b"/health").series] == "_admin"
