"""The shared arena as Prometheus sees it: one scrape tells of all workers."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from lumina.control import upstream_metrics
from lumina.control.overview import Standing

Counts = dict[Any, int]
Histograms = dict[int, tuple[list[int], float]]


class Labels(NamedTuple):
    """What the numbers of series mean."""

    routes: list[str]
    upstreams: list[str]
    bounds: tuple[float, ...]  # upper ends of the histogram buckets, in seconds, without +Inf


class State(NamedTuple):
    """What the supervisor knows and no worker does."""

    version: str
    config_hash: str
    workers: dict[str, int]  # how many in each state
    restarts: int
    lines_lost: int  # access lines that the sink refused
    certificates: dict[str, float]  # file: end of validity, seconds since the epoch


class GatewayCollector(Collector):
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

    def collect(self) -> Iterator[Metric]:
        """Yield every family, the empty ones too: a query for a counter that has not counted is no error."""
        seen = self._read()
        state = self._state()
        yield from self._requests(seen)
        yield from self._upstreams(seen)
        yield from upstream_metrics.shed(seen)
        yield from upstream_metrics.standing(self._standings())
        yield from _workers(seen["workers"], state)
        yield from _supervisor(state)

    def _requests(self, seen: dict[str, Any]) -> Iterator[Metric]:
        requests = CounterMetricFamily("lumina_requests", "Exchanges that ended.", labels=["route", "method", "code"])
        for (series, method, code), count in seen["requests"].items():
            requests.add_metric([self._labels.routes[series], method, str(code)], count)
        yield requests
        yield self._histogram(
            "lumina_request_duration_seconds",
            "From the first octet of a request to the last of its answer.",
            seen["durations"],
        )
        yield self._histogram(
            "lumina_time_to_first_byte_seconds",
            "From the first octet of a request to the first of its answer.",
            seen["first_byte"],
        )
        yield self._histogram(
            "lumina_gateway_overhead_seconds",
            "The part of the time to first byte that was not spent waiting for the upstream.",
            seen["overhead"],
        )
        for name, key, help_text in (
            ("lumina_request_body_bytes", "request_bytes", "Octets of request bodies."),
            ("lumina_response_body_bytes", "response_bytes", "Octets of response bodies."),
        ):
            octets = CounterMetricFamily(name, help_text, labels=["route"])
            for series, count in seen[key].items():
                octets.add_metric([self._labels.routes[series]], count)
            yield octets
        errors = CounterMetricFamily("lumina_errors", "Exchanges that failed, by reason.", labels=["reason"])
        for reason, count in seen["errors"].items():
            errors.add_metric([reason], count)
        yield errors
        limits = CounterMetricFamily(
            "lumina_limits_met", "What was refused or cut short because it was too much, by limit.", labels=["limit"]
        )
        for limit, count in seen["limits"].items():
            limits.add_metric([limit], count)
        yield limits
        turned_back = CounterMetricFamily(
            "lumina_proxy_protocol_refused", "Connections closed for their PROXY header, by reason.", labels=["reason"]
        )
        for reason, count in seen["turned_back"].items():
            turned_back.add_metric([reason], count)
        yield turned_back

    def _upstreams(self, seen: dict[str, Any]) -> Iterator[Metric]:
        names = self._labels.upstreams
        requests = CounterMetricFamily("lumina_upstream_requests", "Answers of upstreams.", labels=["upstream", "code"])
        for (series, code), count in seen["upstream_requests"].items():
            requests.add_metric([names[series], str(code)], count)
        yield requests
        yield self._histogram(
            "lumina_upstream_request_duration_seconds",
            "From sending a request upstream to the end of its answer.",
            seen["upstream_durations"],
            upstream=True,
        )
        yield self._histogram(
            "lumina_upstream_connect_seconds",
            "Time to connect to an endpoint, TLS included.",
            seen["upstream_connect"],
            upstream=True,
        )
        connections = GaugeMetricFamily(
            "lumina_upstream_connections", "Connections to endpoints.", labels=["upstream", "state"]
        )
        for (series, use), count in seen["upstream_connections"].items():
            connections.add_metric([names[series], use], count)
        yield connections
        yield from upstream_metrics.resent(seen["retries"], names)
        yield from upstream_metrics.queues(seen, names)
        yield upstream_metrics.fallbacks(seen["fallbacks"], self._labels.routes)

    def _histogram(self, name: str, help_text: str, values: Histograms, *, upstream: bool = False) -> Metric:
        label, names = ("upstream", self._labels.upstreams) if upstream else ("route", self._labels.routes)
        family = HistogramMetricFamily(name, help_text, labels=[label])
        for series, (counts, total) in values.items():
            family.add_metric([names[series]], _cumulative(counts, self._labels.bounds), total)
        return family


def _cumulative(counts: list[int], bounds: tuple[float, ...]) -> list[tuple[str, float]]:
    """Return the buckets as Prometheus wants them, each holding all below it; the last bound is +Inf."""
    buckets: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip([*map(str, bounds), "+Inf"], counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets


def _workers(workers: list[dict[str, Any]], state: State) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "lumina_requests_in_flight", "Exchanges under way.", value=sum(worker["in_flight"] for worker in workers)
    )
    connections = GaugeMetricFamily("lumina_connections", "Client connections open.", labels=["worker"])
    accepted = CounterMetricFamily("lumina_connections_accepted", "Client connections accepted.", labels=["worker"])
    turns = CounterMetricFamily("lumina_event_loop_turns", "Turns of the engine's loop.", labels=["worker"])
    longest = GaugeMetricFamily(
        "lumina_event_loop_longest_turn_seconds",
        "The longest turn of the engine's loop since the worker started.",
        labels=["worker"],
    )
    lag = GaugeMetricFamily(
        "lumina_event_loop_lag_seconds",
        "How long what has come waits for the engine's loop, the longest of the last look.",
        labels=["worker"],
    )
    for worker in workers:
        slot = [str(worker["slot"])]
        connections.add_metric(slot, worker["connections"])
        accepted.add_metric(slot, worker["accepted"])
        turns.add_metric(slot, worker["turns"])
        longest.add_metric(slot, worker["longest_turn"])
        lag.add_metric(slot, worker["lag"])
    yield from (connections, accepted, turns, longest, lag)
    dropped = CounterMetricFamily("lumina_access_log_dropped", "Access lines that were not written.", labels=["cause"])
    dropped.add_metric(["full"], sum(worker["log_dropped"] for worker in workers))
    dropped.add_metric(["sink"], state.lines_lost)
    yield dropped


def _supervisor(state: State) -> Iterator[Metric]:
    workers = GaugeMetricFamily("lumina_workers", "Worker processes.", labels=["state"])
    for word, count in state.workers.items():
        workers.add_metric([word], count)
    yield workers
    yield CounterMetricFamily("lumina_worker_restarts", "Workers that were replaced.", value=state.restarts)
    yield InfoMetricFamily("lumina_build", "What runs.", value={"version": state.version})
    yield InfoMetricFamily("lumina_config", "The configuration in use.", value={"hash": state.config_hash})
    ends = GaugeMetricFamily(
        "lumina_tls_cert_not_after_timestamp_seconds", "When a certificate ends.", labels=["certificate"]
    )
    for path, end in state.certificates.items():
        ends.add_metric([path], end)
    yield ends


def registry_of(collector: Collector) -> CollectorRegistry:
    """Return a registry of `collector` and of the supervisor's own process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def render(registry: CollectorRegistry, accept: str) -> tuple[str, bytes]:
    """Return the content type and the text of a scrape, in the format that `accept` asks for."""
    encode, kind = choose_encoder(accept)
    return kind, encode(registry)
