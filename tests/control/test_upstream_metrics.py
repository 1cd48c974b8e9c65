"""The metrics of upstreams and endpoints."""

from collections.abc import Iterable

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from lumina.control.exposition import TEXT, Families, Part, page
from lumina.control.overview import Standing
from lumina.control.upstream_metrics import fallbacks, queues, resent, shed, standing

NAMES = {0: "", 1: "_OTHER", 2: "orders", 3: "_admin"}

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(parts: Iterable[Part]) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(page(parts, TEXT).decode())
        for sample in family.samples
    }


@pytest.fixture
def families() -> Families:
    return Families(())


def test_hedges_are_counted_apart_from_retries(families: Families) -> None:
    found = samples(resent(families, {(2, "connect"): 3, (2, "hedge"): 4}, NAMES))
    assert found == {
        ("lumina_upstream_retries_total", (("reason", "connect"), ("upstream", "orders"))): 3,
        ("lumina_upstream_hedges_total", (("upstream", "orders"),)): 4,
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("over_budget", "lumina_upstream_retries_denied_total"),
        ("waited", "lumina_upstream_queue_entered_total"),
        ("waiting", "lumina_upstream_queue_waiting"),
        ("pending", "lumina_upstream_requests_pending"),
        ("concurrency_limit", "lumina_upstream_concurrency_limit"),
    ],
)
def test_what_waits(families: Families, key: str, name: str) -> None:
    seen: dict[str, dict[int, int]] = {
        one: {} for one in ("over_budget", "waited", "waiting", "pending", "concurrency_limit")
    }
    assert samples(queues(families, {**seen, key: {2: 5}}, NAMES)) == {(name, (("upstream", "orders"),)): 5}


def test_what_fell_back_to_what(families: Families) -> None:
    found = samples([fallbacks(families, {(2, "upstream"): 3, (2, "answer"): 1}, NAMES)])
    assert found == {
        ("lumina_fallbacks_total", (("route", "orders"), ("to", "upstream"))): 3,
        ("lumina_fallbacks_total", (("route", "orders"), ("to", "answer"))): 1,
    }


def test_what_was_refused_for_others(families: Families) -> None:
    assert samples(shed(families, {})) == {}
    assert samples(shed(families, {"shed": {"loop_lag": 3}})) == {("lumina_shed_total", (("reason", "loop_lag"),)): 3}


def test_a_breaker_is_in_one_state(families: Families) -> None:
    transitions = {"open": 2, "half_open": 1, "closed": 1}
    standings = [
        Standing("orders", "a:80", False, "open", transitions, 2),
        Standing("orders", "", True, "half_open", {**transitions, "open": 7}, 0),
    ]
    found = samples(standing(families, standings))
    place = ("endpoint", "a:80")
    upstream = ("upstream", "orders")
    assert [
        found["lumina_circuit_breaker_state", (place, ("state", word), upstream)]
        for word in ("closed", "open", "half_open")
    ] == [0, 1, 0]
    assert found["lumina_circuit_breaker_transitions_total", (place, ("to", "open"), upstream)] == 2
    assert found["lumina_upstream_healthy", (place, upstream)] == 0
    assert found["lumina_upstream_ejections_total", (place, upstream)] == 2
    whole = ("endpoint", "")
    assert found["lumina_circuit_breaker_state", (whole, ("state", "half_open"), upstream)] == 1
    assert found["lumina_circuit_breaker_transitions_total", (whole, ("to", "open"), upstream)] == 7
    assert ("lumina_upstream_healthy", (whole, upstream)) not in found


def test_an_endpoint_that_does_well_has_few_series(families: Families) -> None:
    well = Standing("orders", "a:80", True, "closed", {"open": 0, "half_open": 0, "closed": 0}, 0)
    found = samples(standing(families, [well]))
    assert sorted({name for name, _ in found}) == ["lumina_circuit_breaker_state", "lumina_upstream_healthy"]
