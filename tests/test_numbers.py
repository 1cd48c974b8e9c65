"""Which place in the arena is whose."""

from lumina.control.ledger import Ledger
from lumina.numbers import ADMIN_SERIES, SERIES_CAP, key_of, numbers_of, series_of
from tests.plan import ENDPOINT, plan


def test_without_numbers_the_order_counts() -> None:
    made = plan()
    one, two = {**made["upstreams"][0], "name": "one"}, {**made["upstreams"][0], "name": "two"}
    first, second = ({**ENDPOINT, "host": "127.0.0.1", "port": port} for port in (1, 2))
    one["endpoints"], two["endpoints"] = [first, second], [first]
    made["upstreams"] = [one, two]
    assert numbers_of(made) == {
        "routes": [2],
        "upstreams": [2, 3],
        "breakers": [0, 1],
        "endpoints": [[0, 1], [2]],
        "admin": 3,
    }
    ledger = Ledger(8, 8, lambda _: None, lambda _: None)
    assert ledger.number(made)["numbers"] == numbers_of(made)
    assert ledger.upstreams.labels == {0: "", 1: "_OTHER", 2: "one", 3: "two", ADMIN_SERIES: "_admin"}


def test_numbers_that_a_plan_has_count() -> None:
    made = plan()
    made["numbers"] = {"routes": [7], "upstreams": [8], "breakers": [9], "endpoints": [[5]], "admin": 6}
    assert numbers_of(made) == made["numbers"]


def test_those_past_the_cap_are_not_named() -> None:
    assert (series_of(SERIES_CAP - 1), series_of(SERIES_CAP)) == (ADMIN_SERIES - 1, 1)
    ledger = Ledger(8, 8, lambda _: None, lambda _: None)
    numbers = [ledger.routes.of(str(number)) for number in range(SERIES_CAP + 1)]
    assert (numbers[0], numbers[-1], len(ledger.routes.labels)) == (2, 1, 2 + SERIES_CAP + 1)


def test_what_identifies_an_endpoint() -> None:
    plain = {**ENDPOINT, "host": "a.test", "port": 80, "unix": None, "srv": None}
    assert key_of(plain) == "a.test:80"
    assert key_of({**plain, "srv": "_http._tcp.a.test"}) == "srv:_http._tcp.a.test"
    assert key_of({**plain, "host": None, "unix": "/run/a"}) == "unix:/run/a"
