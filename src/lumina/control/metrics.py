"""The shared arena as Prometheus sees it: one scrape tells of all workers."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from prometheus_client import ProcessCollector
from prometheus_client.exposition import choose_encoder

from lumina.control import upstream_metrics
from lumina.control.exposition import OPENMETRICS, TEXT, Families, Part
from lumina.control.overview import Standing
from lumina.control.reload import Reloads

Series = Iterable[tuple[tuple[str, ...], Any]]


class Labels(NamedTuple):
    """What the numbers of series mean."""

    routes: dict[int, str]
    upstreams: dict[int, str]
    bounds: tuple[float, ...]  # upper ends of the histogram buckets, in seconds, without +Inf


class State(NamedTuple):
    """What the supervisor knows and no worker does."""

    version: str
    config_hash: str
    workers: dict[str, int]  # how many in each state
    restarts: int
    lines_lost: int  # access lines that the sink refused
    certificates: dict[str, float]  # file: end of validity, seconds since the epoch
    reloads: Reloads


class GatewayCollector:
    """Reads the arena once for each scrape."""

    def __init__(
        self,
        read: Callable[[], dict[str, Any]],
        state: Callable[[], State],
        standings: Callable[[], Iterable[Standing]],
        labels: Labels,
    ) -> None:
        self._read = read
        self._state = state
        self._standings = standings
        self._labels = labels
        self._families = Families(labels.bounds)
        self._own = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Part]:
        """Yield every family, the empty ones too: a query for a counter that has not counted is no error."""
        seen = self._read()
        state = self._state()
        yield from self._requests(seen)
        yield from self._upstreams(seen)
        yield from upstream_metrics.shed(self._families, seen)
        yield from upstream_metrics.standing(self._families, self._standings())
        yield from self._workers(seen["workers"], state)
        yield from self._supervisor(state)
        yield from self._process()

    def _requests(self, seen: dict[str, Any]) -> Iterator[Part]:
        told, routes = self._families.told, self._labels.routes
        counts = (((routes[at], method, str(code)), count) for (at, method, code), count in seen["requests"].items())
        yield told("counter", "lumina_requests", "Exchanges that ended.", ("route", "method", "code"), counts)
        for name, key, help_text in (
            (
                "lumina_request_duration_seconds",
                "durations",
                "From the first octet of a request to the last of its answer.",
            ),
            (
                "lumina_time_to_first_byte_seconds",
                "first_byte",
                "From the first octet of a request to the first of its answer.",
            ),
            (
                "lumina_gateway_overhead_seconds",
                "overhead",
                "The part of the time to first byte that was not spent waiting for the upstream.",
            ),
        ):
            yield told("histogram", name, help_text, ("route",), named(seen[key], routes))
        for name, key, help_text in (
            ("lumina_request_body_bytes", "request_bytes", "Octets of request bodies."),
            ("lumina_response_body_bytes", "response_bytes", "Octets of response bodies."),
        ):
            yield told("counter", name, help_text, ("route",), named(seen[key], routes))
        for name, key, help_text, label in (
            ("lumina_errors", "errors", "Exchanges that failed, by reason.", "reason"),
            (
                "lumina_limits_met",
                "limits",
                "What was refused or cut short because it was too much, by limit.",
                "limit",
            ),
            (
                "lumina_proxy_protocol_refused",
                "turned_back",
                "Connections closed for their PROXY header, by reason.",
                "reason",
            ),
        ):
            yield told("counter", name, help_text, (label,), words(seen[key]))

    def _upstreams(self, seen: dict[str, Any]) -> Iterator[Part]:
        told, names = self._families.told, self._labels.upstreams
        answers = (((names[at], str(code)), count) for (at, code), count in seen["upstream_requests"].items())
        yield told("counter", "lumina_upstream_requests", "Answers of upstreams.", ("upstream", "code"), answers)
        for name, key, help_text in (
            (
                "lumina_upstream_request_duration_seconds",
                "upstream_durations",
                "From sending a request upstream to the end of its answer.",
            ),
            ("lumina_upstream_connect_seconds", "upstream_connect", "Time to connect to an endpoint, TLS included."),
        ):
            yield told("histogram", name, help_text, ("upstream",), named(seen[key], names))
        open_now = (((names[at], use), count) for (at, use), count in seen["upstream_connections"].items())
        yield told("gauge", "lumina_upstream_connections", "Connections to endpoints.", ("upstream", "state"), open_now)
        yield from upstream_metrics.resent(self._families, seen["retries"], names)
        yield from upstream_metrics.queues(self._families, seen, names)
        yield upstream_metrics.fallbacks(self._families, seen["fallbacks"], self._labels.routes)

    def _workers(self, workers: list[dict[str, Any]], state: State) -> Iterator[Part]:
        told = self._families.told
        in_flight = sum(worker["in_flight"] for worker in workers)
        yield told("gauge", "lumina_requests_in_flight", "Exchanges under way.", (), [((), in_flight)])
        for kind, name, key, help_text in (
            ("gauge", "lumina_connections", "connections", "Client connections open."),
            ("counter", "lumina_connections_accepted", "accepted", "Client connections accepted."),
            ("counter", "lumina_event_loop_turns", "turns", "Turns of the engine's loop."),
            (
                "gauge",
                "lumina_event_loop_longest_turn_seconds",
                "longest_turn",
                "The longest turn of the engine's loop since the worker started.",
            ),
            (
                "gauge",
                "lumina_event_loop_lag_seconds",
                "lag",
                "How long what has come waits for the engine's loop, the longest of the last look.",
            ),
        ):
            yield told(kind, name, help_text, ("worker",), [((str(each["slot"]),), each[key]) for each in workers])
        dropped = {"full": sum(worker["log_dropped"] for worker in workers), "sink": state.lines_lost}
        help_text = "Access lines that were not written."
        yield told("counter", "lumina_access_log_dropped", help_text, ("cause",), words(dropped))

    def _supervisor(self, state: State) -> Iterator[Part]:
        told = self._families.told
        yield told("gauge", "lumina_workers", "Worker processes.", ("state",), words(state.workers))
        restarts = [((), state.restarts)]
        yield told("counter", "lumina_worker_restarts", "Workers that were replaced.", (), restarts)
        yield told("info", "lumina_build", "What runs.", ("version",), words({state.version: 1}))
        yield told("info", "lumina_config", "The configuration in use.", ("hash",), words({state.config_hash: 1}))
        help_text = "Attempts to reload the configuration."
        yield told("counter", "lumina_config_reloads", help_text, ("result",), words(state.reloads.counts))
        for name, value, help_text in (
            (
                "lumina_config_last_reload_successful",
                int(state.reloads.current),
                "Whether the configuration in use is what the file said last.",
            ),
            (
                "lumina_config_last_reload_success_timestamp_seconds",
                state.reloads.succeeded,
                "When the configuration in use was taken up.",
            ),
        ):
            yield told("gauge", name, help_text, (), [((), value)])
        name, help_text = "lumina_tls_cert_not_after_timestamp_seconds", "When a certificate ends."
        yield told("gauge", name, help_text, ("certificate",), words(state.certificates))

    def _process(self) -> Iterator[Part]:
        """Yield what tells of our own process, the supervisor's."""
        for metric in self._own.collect():
            series = [((), sample.value) for sample in metric.samples]
            yield self._families.told(metric.type, metric.name, metric.documentation, (), series)


def named(found: dict[int, Any], names: dict[int, str]) -> Series:
    """Return what was found by the number of a series as it is told: by the series' name."""
    return (((names[at],), value) for at, value in found.items())


def words(found: dict[str, Any]) -> Series:
    """Return what was found by a word that is its own label."""
    return (((word,), value) for word, value in found.items())


def kind_for(accept: str) -> str:
    """Return the type of page that suits a field `Accept` best."""
    _, kind = choose_encoder(accept)
    return OPENMETRICS if kind.startswith("application/openmetrics-text") else TEXT
