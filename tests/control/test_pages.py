"""The admin pages put together, over a unix socket as workers ask them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse_text

from lumina.control.generation import Generation
from lumina.control.health import document
from lumina.control.ledger import Ledger
from lumina.control.pages import pages
from lumina.control.reload import Reloads
from lumina.control.slot import Launch
from lumina.engine.arena import Arena
from tests.control.conftest import Authority, Reply, UnixConnection
from tests.control.witness import Witness

WORKERS: list[dict[str, Any]] = [
    {"slot": 0, "pid": 7, "state": "ready", "uptime": 1.0, "restarts": 0},
    {"slot": 1, "pid": None, "state": "waiting", "uptime": 0.0, "restarts": 2},
]


def ask(plan: dict[str, Any], path: Path, *targets: str) -> list[Reply]:
    """Serve the pages of `plan` with an arena where nothing has been counted, and ask for `targets`."""
    arena = Arena.create(2)
    ledger = Ledger(arena.endpoints, arena.upstreams, arena.forget, arena.welcome)
    witness = Witness()

    async def run() -> list[Reply]:
        launch = Launch((), (), {})
        now = Generation(ledger.number(plan), arena, ledger.slots, launch, witness.report, blocks=range(2))
        labels = ledger.routes.labels, ledger.upstreams.labels
        health = document("degraded", 1.0, plan, WORKERS, [])
        converse = pages(lambda: now, arena.read, lambda: health, lambda: 5, labels=labels, reloads=Reloads())
        async with await asyncio.start_unix_server(converse, str(path)):
            return await asyncio.to_thread(lambda: [UnixConnection(str(path)).ask("GET", target) for target in targets])

    return asyncio.run(run())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is bound."""
    return tmp_path / "s"


def test_health_metrics_and_refusals_come_over_the_socket(plan: dict[str, Any], path: Path) -> None:
    health, metrics, nothing = ask(plan, path, "/health", "/metrics", "/nothing")
    assert [reply.status for reply in (health, metrics, nothing)] == [200, 200, 404]
    assert b'"status": "degraded"' in health.body
    assert nothing.headers["Content-Type"] == "application/problem+json"


def test_a_scrape_of_a_gateway_that_has_done_nothing_yet_is_sound(plan: dict[str, Any], path: Path) -> None:
    (reply,) = ask(plan, path, "/metrics")
    found = {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in parse_text(reply.body.decode())
        for sample in family.samples
    }
    assert found["lumina_workers", (("state", "ready"),)] == 1
    assert found["lumina_workers", (("state", "waiting"),)] == 1
    assert found["lumina_worker_restarts_total", ()] == 2
    assert found["lumina_access_log_dropped_total", (("cause", "sink"),)] == 5
    assert found["lumina_config_info", (("hash", plan["hash"]),)] == 1
    assert found["lumina_connections", (("worker", "1"),)] == 0


def test_the_end_of_each_certificate_is_told(plan: dict[str, Any], path: Path, authority: Authority) -> None:
    pem = authority.issue("gate.test")
    plan["server"]["tls"] = [pem.entry]
    (reply,) = ask(plan, path, "/metrics")
    assert f'lumina_tls_cert_not_after_timestamp_seconds{{certificate="{pem.certificate}"}}'.encode() in reply.body
