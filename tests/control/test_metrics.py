"""What a scrape says, read back by the parsers of prometheus-client itself."""

from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from lumina.control.exposition import OPENMETRICS, TEXT, page
from lumina.control.metrics import GatewayCollector, Labels, State, kind_for
from lumina.control.overview import Standing
from lumina.control.reload import Reloads

BOUNDS = (0.005, 0.01, 0.1)
FAMILIES = (
    "requests durations first_byte overhead request_bytes response_bytes upstream_requests"
    " upstream_durations upstream_connect upstream_connections retries over_budget waiting waited pending"
    " concurrency_limit errors limits fallbacks turned_back"
)
NOTHING: dict[str, Any] = {key: {} for key in FAMILIES.split(" ")}
WORKERS = [
    {
        "slot": 0,
        "connections": 3,
        "accepted": 10,
        "in_flight": 2,
        "log_dropped": 4,
        "longest_turn": 0.002,
        "turns": 99,
        "lag": 0.25,
    },
    {
        "slot": 1,
        "connections": 1,
        "accepted": 5,
        "in_flight": 1,
        "log_dropped": 1,
        "longest_turn": 0.5,
        "turns": 7,
        "lag": 0.0,
    },
]
SEEN: dict[str, Any] = {
    **NOTHING,
    "workers": WORKERS,
    "requests": {(2, "GET", 200): 7, (2, "POST", 502): 1, (0, "GET", 404): 2},
    "durations": {2: ([4, 2, 1, 1], 0.75)},
    "request_bytes": {2: 100},
    "response_bytes": {2: 5000},
    "upstream_requests": {(2, 200): 7},
    "upstream_connect": {2: ([1, 0, 0, 0], 0.001)},
    "upstream_connections": {(2, "active"): 1, (2, "idle"): 4},
    "retries": {(2, "stale"): 1},
    "errors": {"connection_refused": 1},
    "limits": {"header_count": 2},
    "turned_back": {"missing": 5},
}
STATE = State(
    version="1.2.3",
    config_hash="feed",
    workers={"ready": 1, "starting": 1},
    restarts=3,
    lines_lost=9,
    certificates={"/etc/tls.crt": 32503680000.0},
    reloads=Reloads(),
)
LABELS = Labels(
    {0: "", 1: "_OTHER", 2: "payments", 3: "_admin"}, {0: "", 1: "_OTHER", 2: 'local"host\\\n', 3: "_admin"}, BOUNDS
)

STANDINGS = [Standing("payments", "127.0.0.1:80", False, "open", {"open": 2, "half_open": 1, "closed": 1}, 2)]

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def told(seen: dict[str, Any], kind: str) -> str:
    return page(GatewayCollector(lambda: seen, lambda: STATE, lambda: STANDINGS, LABELS).collect(), kind).decode()


def samples(families: list[Metric]) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture(params=[TEXT, OPENMETRICS])
def scrape(request: pytest.FixtureRequest) -> Samples:
    """The samples of one scrape, in either format."""
    parse: Any = parse_text if request.param == TEXT else parse_openmetrics
    return samples(list(parse(told(SEEN, request.param))))


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("lumina_requests_total", {"route": "payments", "method": "GET", "code": "200"}, 7),
        ("lumina_requests_total", {"route": "payments", "method": "POST", "code": "502"}, 1),
        ("lumina_requests_total", {"route": "", "method": "GET", "code": "404"}, 2),
        ("lumina_request_duration_seconds_bucket", {"route": "payments", "le": "0.005"}, 4),
        ("lumina_request_duration_seconds_bucket", {"route": "payments", "le": "0.1"}, 7),
        ("lumina_request_duration_seconds_bucket", {"route": "payments", "le": "+Inf"}, 8),
        ("lumina_request_duration_seconds_count", {"route": "payments"}, 8),
        ("lumina_request_duration_seconds_sum", {"route": "payments"}, 0.75),
        ("lumina_request_body_bytes_total", {"route": "payments"}, 100),
        ("lumina_response_body_bytes_total", {"route": "payments"}, 5000),
        ("lumina_upstream_requests_total", {"upstream": 'local"host\\\n', "code": "200"}, 7),
        ("lumina_upstream_connect_seconds_count", {"upstream": 'local"host\\\n'}, 1),
        ("lumina_upstream_connections", {"upstream": 'local"host\\\n', "state": "idle"}, 4),
        ("lumina_upstream_retries_total", {"upstream": 'local"host\\\n', "reason": "stale"}, 1),
        ("lumina_upstream_healthy", {"upstream": "payments", "endpoint": "127.0.0.1:80"}, 0),
        ("lumina_errors_total", {"reason": "connection_refused"}, 1),
        ("lumina_limits_met_total", {"limit": "header_count"}, 2),
        ("lumina_proxy_protocol_refused_total", {"reason": "missing"}, 5),
        ("lumina_requests_in_flight", {}, 3),
        ("lumina_connections", {"worker": "1"}, 1),
        ("lumina_connections_accepted_total", {"worker": "0"}, 10),
        ("lumina_event_loop_longest_turn_seconds", {"worker": "1"}, 0.5),
        ("lumina_event_loop_lag_seconds", {"worker": "0"}, 0.25),
        ("lumina_access_log_dropped_total", {"cause": "full"}, 5),
        ("lumina_access_log_dropped_total", {"cause": "sink"}, 9),
        ("lumina_workers", {"state": "ready"}, 1),
        ("lumina_worker_restarts_total", {}, 3),
        ("lumina_build_info", {"version": "1.2.3"}, 1),
        ("lumina_config_info", {"hash": "feed"}, 1),
        ("lumina_tls_cert_not_after_timestamp_seconds", {"certificate": "/etc/tls.crt"}, 32503680000.0),
    ],
)
def test_a_scrape_tells_it(scrape: Samples, name: str, labels: dict[str, str], value: float) -> None:
    assert scrape[name, tuple(sorted(labels.items()))] == value


def test_the_supervisors_own_process_is_in_it(scrape: Samples) -> None:
    assert scrape["process_resident_memory_bytes", ()] > 0


def test_every_name_is_ours_or_the_processs(scrape: Samples) -> None:
    assert [name for name, _ in scrape if not name.startswith(("lumina_", "process_"))] == []


def test_what_has_not_counted_has_a_family_all_the_same() -> None:
    names = {family.name for family in parse_text(told({**NOTHING, "workers": []}, TEXT))}
    assert {"lumina_requests", "lumina_request_duration_seconds", "lumina_errors"} <= names


def test_buckets_that_do_not_fit_the_bounds_are_a_mistake() -> None:
    with pytest.raises(TypeError, match="arguments"):
        told({**SEEN, "durations": {2: ([1, 2], 0.1)}}, TEXT)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param("", TEXT, id="nothing"),
        pytest.param("*/*", TEXT, id="anything"),
        pytest.param("text/html", TEXT, id="what there is not"),
        pytest.param("application/openmetrics-text", OPENMETRICS, id="openmetrics"),
        pytest.param("text/plain;version=1.0.0;q=0.5", TEXT, id="text that may have new names"),
        pytest.param(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPENMETRICS,
            id="as Prometheus 3 asks",
        ),
    ],
)
def test_the_format_is_what_was_asked_for(accept: str, kind: str) -> None:
    assert kind_for(accept) == kind
