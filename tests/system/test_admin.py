"""Health, metrics and logs of a running gateway: one truth over all workers, and never in the way of traffic."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import lumina
from tests.house.tree import ROOT
from tests.system.conftest import Launch
from tests.system.gateway import OURS, Gateway, is_problem, samples
from tests.system.ports import reserve
from tests.system.program import eventually
from tests.system.serving import ServingOrigin
from tests.system.wire import connect

MINIMUM = (  # what an operator looks at first: it is there from the first scrape on
    "lumina_requests_total",
    "lumina_request_duration_seconds_bucket",
    "lumina_gateway_overhead_seconds_bucket",
    "lumina_time_to_first_byte_seconds_bucket",
    "lumina_requests_in_flight",
    "lumina_request_body_bytes_total",
    "lumina_response_body_bytes_total",
    "lumina_upstream_requests_total",
    "lumina_upstream_request_duration_seconds_bucket",
    "lumina_upstream_connect_seconds_bucket",
    "lumina_upstream_connections",
    "lumina_errors_total",
    "lumina_config_info",
    "lumina_build_info",
)


@pytest.fixture(scope="module")
def serving() -> Iterator[ServingOrigin]:
    with ServingOrigin() as made:
        yield made


@pytest.fixture(scope="module")
def busy(serving: ServingOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Two workers, with some traffic behind them."""
    route = {"path": "shop", "upstream": f"http://127.0.0.1:{serving.port}"}
    nobody = {"path": "gone", "upstream": f"http://127.0.0.1:{reserve()}"}
    config = {"server": {"workers": 2}, "routes": [route, nobody]}
    with Gateway(config, tmp_path_factory.mktemp("admin")) as gateway:
        for number in range(20):
            assert gateway.ask(f"/api/shop/{number}", "POST", body=b"12345").status == 200
            assert gateway.ask("/api/gone").status == 502
        yield gateway


def test_health_tells_of_the_gateway(busy: Gateway) -> None:
    eventually(lambda: busy.health()["status"] == "ok")  # one worker answers while the other still starts
    answer = busy.ask("/health")
    assert answer.head.get("content-type") == "application/json"
    document = json.loads(answer.body)
    assert (document["status"], document["version"]) == ("ok", lumina.__version__)
    assert document["uptime"] >= 0
    assert (document["workers"]["configured"], document["workers"]["alive"]) == (2, 2)
    assert {worker["pid"] for worker in document["workers"]["list"]} == set(busy.workers())
    assert len(document["upstreams"]) == 2


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes(busy: Gateway, path: str) -> None:
    assert busy.ask(path).status == 200
    assert busy.ask(path, "HEAD").status == 200
    assert busy.ask(path, "POST").status == 405


@pytest.mark.parametrize("path", ["/healthy", "/health/", "/metricsX", "/metrics/x"])
def test_only_those_paths(busy: Gateway, path: str) -> None:
    assert is_problem(busy.ask(path), 404, "no_route")


def test_metrics_have_what_was_promised(busy: Gateway) -> None:
    names = {key.partition("{")[0] for key in busy.metrics()}
    assert [name for name in MINIMUM if name not in names] == []


def test_every_metric_is_documented(busy: Gateway) -> None:
    told = (ROOT / "docs" / "operating.md").read_text()
    families = [
        line.split()[2] for line in busy.ask("/metrics").body.decode().splitlines() if line.startswith("# TYPE")
    ]
    assert [name for name in families if name.startswith("lumina_") and f"`{name}`" not in told] == []


def test_metrics_speak_two_formats(busy: Gateway) -> None:
    plain = busy.ask("/metrics")
    assert (plain.head.get("content-type") or "").startswith("text/plain; version=")
    opened = busy.ask("/metrics", fields="Accept: application/openmetrics-text; version=1.0.0\r\n")
    assert (opened.head.get("content-type") or "").startswith("application/openmetrics-text")
    assert opened.body.endswith(b"# EOF\n")


def test_requests_are_counted_by_route_method_and_code(busy: Gateway) -> None:
    def count(route: str, code: str) -> float:
        return busy.metric("lumina_requests_total", route=route, code=code)

    eventually(lambda: count("gone", "502") == 20)
    assert busy.metric("lumina_requests_total", route="shop", method="POST", code="200") == 20
    assert busy.metric("lumina_errors_total", reason="connection_refused") == 20
    assert busy.metric("lumina_request_body_bytes_total", route="shop") == 100
    assert busy.metric("lumina_request_duration_seconds_count", route="shop") == 20
    paths = sum(len(f"/{number}") for number in range(20))  # the origin answers with the path
    assert busy.metric("lumina_response_body_bytes_total", route="shop") == paths


def test_the_access_line_tells_the_whole_exchange(busy: Gateway, serving: ServingOrigin) -> None:
    answer = busy.ask("/api/shop/told?secret=1", "PUT", body=b"four")
    line = busy.access_line(path="/api/shop/told")
    expected = {
        "level": "info",
        "event": "access",
        "request_id": answer.head.get("x-request-id"),
        "client": "127.0.0.1",
        "method": "PUT",
        "host": "localhost",
        "protocol": "HTTP/1.1",
        "status": 200,
        "reason": "ok",
        "route": "shop",
        "upstream": f"127.0.0.1:{serving.port}",
        "endpoint": f"127.0.0.1:{serving.port}",
        "attempts": 1,
        "bytes_in": 4,
    }
    assert {key: line[key] for key in expected} == expected
    assert "secret" not in json.dumps(line)
    assert 0 <= line["connect"] <= line["first_byte"] <= line["duration"]
    assert line["bytes_out"] >= len("/told?secret=1")


def test_one_truth_over_workers(launch: Launch, serving: ServingOrigin) -> None:
    """Connections spread over two workers; whoever is asked tells the same, exact number."""
    gateway = launch(
        {"server": {"workers": 2}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}]}
    )
    clients = [gateway.connect() for _ in range(50)]
    for _ in range(10):
        for client in clients:
            client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        for client in clients:
            assert client.read_response().status == 200
    for client in clients:
        client.close()
    eventually(lambda: gateway.metric("lumina_requests_total", route="/") == 500)
    told = [gateway.metric("lumina_requests_total", route="/") for _ in range(20)]
    assert told == [500] * 20
    eventually(lambda: sum(line["path"] == "/x" for line in gateway.access_lines()) == 500)
    assert gateway.metric("lumina_access_log_dropped_total") == 0


def test_an_admin_address_of_its_own(launch: Launch, serving: ServingOrigin) -> None:
    port = reserve()
    gateway = launch(
        {
            "server": {"admin": {"port": port}},
            "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}],
        }
    )
    assert gateway.ask("/health").body == b"/health"  # the main port's paths are all the routes'

    def ask(path: str) -> tuple[int, bytes]:
        with connect(port) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
            response = client.read_response()
        return response.status, response.body

    assert json.loads(ask("/health")[1])["status"] == "ok"
    assert ask("/health/live")[0] == ask("/health/ready")[0] == 200
    assert samples(ask("/metrics")[1].decode())
    assert ask("/x")[0] == 404


def test_a_route_may_take_an_admin_path_when_it_says_so(launch: Launch, serving: ServingOrigin) -> None:
    upstream = f"http://127.0.0.1:{serving.port}"
    gateway = launch({"routes": [{"path": "/health", "upstream": upstream, "shadows_admin": True}]})
    assert gateway.ask("/health").body == b"/health"
    assert gateway.ask("/metrics").body.startswith(b"# HELP")


# ---- logs


def test_an_access_log_in_a_file_that_is_renamed(launch: Launch, serving: ServingOrigin, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    gateway = launch(
        {
            "access_log": {"path": str(log)},
            "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}],
        }
    )
    gateway.ask("/one")
    eventually(lambda: "/one" in log.read_text())
    log.rename(tmp_path / "access.log.1")

    def written_anew() -> bool:
        gateway.ask("/two")
        return log.exists() and "/two" in log.read_text()

    eventually(written_anew)
    assert gateway.access_lines() == []


def test_no_access_log(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(
        {"access_log": {"enabled": False}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}]}
    )
    for _ in range(20):
        gateway.ask("/x")
    eventually(lambda: gateway.metric("lumina_requests_total", route="/") == 20)
    gateway.stop()
    assert gateway.access_lines() == []


def test_a_log_that_nobody_reads_stalls_nothing(serving: ServingOrigin, tmp_path: Path) -> None:
    """Standard output is a full pipe: requests are answered all the same, and lines that are lost are counted."""
    port = reserve()
    config = {
        "server": {"port": port, "workers": 1},
        "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}],
    }
    file = tmp_path / "stalled.yaml"
    file.write_text(yaml.safe_dump(config))
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen(
        [sys.executable, "-m", "lumina", "serve", "--config", str(file)],
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **OURS},
    )
    os.close(writing)
    try:
        asked = flood(port)
        with connect(port) as client:
            client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            counted = samples(client.read_response().body.decode())
    finally:
        os.close(reading)
        process.terminate()
        process.wait(20)
    assert sum(value for key, value in counted.items() if key.startswith("lumina_access_log_dropped_total")) > 0
    assert counted['lumina_requests_total{code="200",method="GET",route="/"}'] == asked


def flood(port: int) -> int:
    """Ask until far more has been logged than any buffer holds; return how often. Long paths make long lines."""
    eventually(lambda: answers(port), 60)
    count = 20_000
    request = b"GET /" + b"long" * 100 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    batch = 20
    with connect(port) as client:
        for _ in range(count // batch):
            client.send(request * batch)
            for _ in range(batch):
                assert client.read_response().status == 200
    return count


def answers(port: int) -> bool:
    try:
        with connect(port) as client:
            client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            return client.read_response().status == 200
    except OSError:
        return False
