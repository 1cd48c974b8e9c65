"""The metrics of upstreams and endpoints."""

from collections.abc import Iterable, Iterator
from typing import Any

from lumina.control.exposition import Families, Part
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


def resent(families: Families, retries: dict[tuple[int, str], int], names: dict[int, str]) -> Iterator[Part]:
    """Yield what tells of requests that were sent more than once."""
    again = [((names[at], reason), count) for (at, reason), count in retries.items() if reason != HEDGE]
    hedges = [((names[at],), count) for (at, reason), count in retries.items() if reason == HEDGE]
    labels = ("upstream", "reason")
    yield families.told("counter", "lumina_upstream_retries", "Requests sent once more.", labels, again)
    help_text = "Requests sent to a second endpoint for the first was late."
    yield families.told("counter", "lumina_upstream_hedges", help_text, ("upstream",), hedges)


def queues(families: Families, seen: dict[str, Any], names: dict[int, str]) -> Iterator[Part]:
    """Yield what tells of requests that wait, and how many may be under way."""
    for kind, families_of_kind in (("counter", COUNTERS), ("gauge", GAUGES)):
        for key, name, help_text in families_of_kind:
            series = (((names[at],), count) for at, count in seen[key].items())
            yield families.told(kind, name, help_text, ("upstream",), series)


def fallbacks(families: Families, seen: dict[tuple[int, str], int], names: dict[int, str]) -> Part:
    """Return what tells of requests that went on to what their route falls back to."""
    help_text = "Requests that went on to what their route falls back to."
    series = (((names[at], to), count) for (at, to), count in seen.items())
    return families.told("counter", "lumina_fallbacks", help_text, ("route", "to"), series)


def shed(families: Families, seen: dict[str, Any]) -> Iterator[Part]:
    """Yield what tells of requests that were refused so that others are served."""
    series = (((reason,), count) for reason, count in seen.get("shed", {}).items())
    yield families.told("counter", "lumina_shed", "Requests refused so that others are served.", ("reason",), series)


def standing(families: Families, standings: Iterable[Standing]) -> Iterator[Part]:
    """Yield what tells of endpoints and circuit breakers; a breaker of a whole upstream has an empty `endpoint`.

    What has not counted has no series: a thousand endpoints that do well should not make a scrape long.
    """
    labels = ("upstream", "endpoint")
    all_of_them = list(standings)
    healthy = (((one.upstream, one.endpoint), int(one.up)) for one in all_of_them if one.endpoint)
    help_text = "Whether an endpoint gets requests."
    yield families.told("gauge", "lumina_upstream_healthy", help_text, labels, healthy)
    states = (((one.upstream, one.endpoint, word), int(word == one.state)) for one in all_of_them for word in STATES)
    help_text = "Whether a circuit breaker is in this state."
    yield families.told("gauge", "lumina_circuit_breaker_state", help_text, (*labels, "state"), states)
    transitions = (
        ((one.upstream, one.endpoint, word), one.transitions[word])
        for one in all_of_them
        for word in STATES
        if one.transitions[word]
    )
    help_text = "How often a circuit breaker came to a state."
    yield families.told("counter", "lumina_circuit_breaker_transitions", help_text, (*labels, "to"), transitions)
    ejections = (((one.upstream, one.endpoint), one.ejections) for one in all_of_them if one.ejections)
    help_text = "How often an endpoint was left out for what it did."
    yield families.told("counter", "lumina_upstream_ejections", help_text, labels, ejections)
