"""Which place in the arena is whose."""

from lumina.numbers import (
    ADMIN_SERIES,
    SERIES_CAP,
    key_of,
    labels,
    numbers_of,
    route_labels,
    series_of,
    upstream_labels,
)
from tests.plan import ENDPOINT, plan


def test_without_numbers_the_order_counts() -> None:
    made = plan()
    one, two = {**made["upstreams"][0], "name": "one"}, {**made["upstreams"][0], "name": "two"}
    one["endpoints"], two["endpoints"] = [ENDPOINT, ENDPOINT], [ENDPOINT]
    made["upstreams"] = [one, two]
    assert numbers_of(made) == {
        "routes": [2],
        "upstreams": [2, 3],
        "breakers": [0, 1],
        "endpoints": [[0, 1], [2]],
        "admin": 3,
    }
    assert upstream_labels(made) == {0: "", 1: "_OTHER", 2: "one", 3: "two", ADMIN_SERIES: "_admin"}


def test_numbers_that_a_plan_has_count() -> None:
    made = plan()
    made["numbers"] = {"routes": [7], "upstreams": [8], "breakers": [9], "endpoints": [[5]], "admin": 6}
    assert numbers_of(made) == made["numbers"]
    assert route_labels(made)[7] == made["routes"][0]["name"]


def test_those_past_the_cap_are_not_named() -> None:
    assert (series_of(SERIES_CAP - 1), series_of(SERIES_CAP)) == (ADMIN_SERIES - 1, 1)
    assert labels([2, 1], ["a", "b"]) == {0: "", 1: "_OTHER", 2: "a", ADMIN_SERIES: "_admin"}


def test_what_identifies_an_endpoint() -> None:
    plain = {**ENDPOINT, "host": "a.test", "port": 80, "unix": None, "srv": None}
    assert key_of(plain) == "a.test:80"
    assert key_of({**plain, "srv": "_http._tcp.a.test"}) == "srv:_http._tcp.a.test"
    assert key_of({**plain, "host": None, "unix": "/run/a"}) == "unix:/run/a"
