"""The metrics of upstreams and endpoints."""

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from lumina.control.overview import STATES, Standing

HEDGE = "hedge"  # among the causes of sending a request once more the one that is no retry

# Counts and gauges by upstream: the key of what was read, the name, what it is.
COUNTERS = (
    ("over_budget", "lumina_upstream_retries_denied", "Requests not sent once more, for the budget was spent."),
    ("waited", "lumina_upstream_queue_entered", "Requests that had to wait for room at an upstream."),
)
GAUGES = (
    ("waiting", "lumina_upstream_queue_waiting", "Requests that wait for room at an upstream."),
    ("pending", "lumina_upstream_requests_pending", "Requests that wait for an answer to begin."),
    ("concurrency_limit", "lumina_upstream_concurrency_limit", "Requests that may be pending, over all workers."),
)


def resent(retries: dict[tuple[int, str], int], names: list[str]) -> Iterator[Metric]:
    """Yield what tells of requests that were sent more than once."""
    family = CounterMetricFamily("lumina_upstream_retries", "Requests sent once more.", labels=["upstream", "reason"])
    hedges = CounterMetricFamily(
        "lumina_upstream_hedges", "Requests sent to a second endpoint for the first was late.", labels=["upstream"]
    )
    for (series, reason), count in retries.items():
        if reason == HEDGE:
            hedges.add_metric([names[series]], count)
        else:
            family.add_metric([names[series], reason], count)
    yield from (family, hedges)


def queues(seen: dict[str, Any], names: list[str]) -> Iterator[Metric]:
    """Yield what tells of requests that wait, and how many may be under way."""
    for key, name, help_text in COUNTERS:
        counter = CounterMetricFamily(name, help_text, labels=["upstream"])
        for series, count in seen[key].items():
            counter.add_metric([names[series]], count)
        yield counter
    for key, name, help_text in GAUGES:
        gauge = GaugeMetricFamily(name, help_text, labels=["upstream"])
        for series, count in seen[key].items():
            gauge.add_metric([names[series]], count)
        yield gauge


def fallbacks(seen: dict[tuple[int, str], int], names: list[str]) -> Metric:
    """Return what tells of requests that went on to what their route falls back to."""
    family = CounterMetricFamily(
        "lumina_fallbacks", "Requests that went on to what their route falls back to.", labels=["route", "to"]
    )
    for (series, to), count in seen.items():
        family.add_metric([names[series], to], count)
    return family


def shed(seen: dict[str, Any]) -> Iterator[Metric]:
    """Yield what tells of requests that were refused so that others are served."""
    family = CounterMetricFamily("lumina_shed", "Requests refused so that others are served.", labels=["reason"])
    for reason, count in seen.get("shed", {}).items():
        family.add_metric([reason], count)
    yield family


def standing(standings: Iterable[Standing]) -> Iterator[Metric]:
    """Yield what tells of endpoints and circuit breakers; a breaker of a whole upstream has an empty `endpoint`.

    What has not counted has no series: a thousand endpoints that do well should not make a scrape long.
    """
    labels = ["upstream", "endpoint"]
    healthy = GaugeMetricFamily("lumina_upstream_healthy", "Whether an endpoint gets requests.", labels=labels)
    state = GaugeMetricFamily(
        "lumina_circuit_breaker_state", "Whether a circuit breaker is in this state.", labels=[*labels, "state"]
    )
    transitions = CounterMetricFamily(
        "lumina_circuit_breaker_transitions", "How often a circuit breaker came to a state.", labels=[*labels, "to"]
    )
    ejections = CounterMetricFamily(
        "lumina_upstream_ejections", "How often an endpoint was left out for what it did.", labels=labels
    )
    for one in standings:
        place = [one.upstream, one.endpoint]
        for word in STATES:
            state.add_metric([*place, word], int(word == one.state))
            if one.transitions[word]:
                transitions.add_metric([*place, word], one.transitions[word])
        if one.endpoint:
            healthy.add_metric(place, int(one.up))
        if one.ejections:
            ejections.add_metric(place, one.ejections)
    yield from (healthy, state, transitions, ejections)
