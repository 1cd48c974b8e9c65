"""The demo service, as a process of its own and as it runs beside a gateway."""

import asyncio
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from lumina.control import demo_service as module
from lumina.control.demo_service import KEPT, Payments
from lumina.control.http_service import Request, Response


class Service:
    """The service in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "lumina.control.demo_service", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = re.fullmatch(r"payments listens on 127\.0\.0\.1:(\d+)\n", self.process.stdout.readline())
        assert said is not None
        self.port = int(said[1])

    def ask(self, method: str, target: str, body: str | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, target, body)
        response = connection.getresponse()
        said = response.read()
        connection.close()
        return response.status, json.loads(said) if said else None


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """One process for all that only asks."""
    running = Service()
    yield running
    running.process.terminate()
    running.process.wait(30)
    assert running.process.stdout is not None
    running.process.stdout.close()


def ask(payments: Payments, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None) -> Response:
    return asyncio.run(payments.answer(Request(method, path, query or {}, {}, body)))


def told(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, bytes)
    facts: dict[str, Any] = json.loads(response.body)
    return facts


def test_status_tells_the_query_and_what_the_gateway_added(service: Service) -> None:
    status, told = service.ask("GET", "/status?x=1")
    assert (status, told["service"], told["status"], told["query"]) == (200, "payments", "ok", {"x": "1"})
    assert told["seen_by_the_service"] == {"host": f"127.0.0.1:{service.port}"}


def test_the_index_names_every_path(service: Service) -> None:
    _, told = service.ask("GET", "/")
    assert {"GET /status", "POST /charge", "GET /events", "GET /slow", "GET /health"} <= set(told["paths"])


def test_a_charge_is_echoed_counted_and_listed(service: Service) -> None:
    _, before = service.ask("GET", "/status")
    status, charge = service.ask("POST", "/charge", '{"amount": 42}')
    _, after = service.ask("GET", "/status")
    _, listed = service.ask("GET", "/charges")
    assert (status, charge["request"], charge["state"]) == (201, {"amount": 42}, "charged")
    assert after["charges"] == before["charges"] + 1
    assert charge in listed["charges"]


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/health", 200),
        ("HEAD", "/status", 200),
        ("GET", "/slow?seconds=0", 200),
        ("GET", "/slow?seconds=soon", 400),
        ("GET", "/slow?seconds=-1", 400),
        ("GET", "/slow?seconds=1e9", 400),
        ("GET", "/events?count=many", 400),
        ("POST", "/charge", 400),
        ("GET", "/charge", 405),
        ("GET", "/nowhere", 404),
    ],
)
def test_other_questions(service: Service, method: str, target: str, status: int) -> None:
    assert service.ask(method, target)[0] == status


def test_a_method_that_is_not_taken_says_which_is() -> None:
    assert ("Allow", "POST") in ask(Payments(), "DELETE", "/charge").headers


def test_events_come_at_each_charge_without_waiting_for_the_next_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVENT_PERIOD", 1000.0)

    async def run() -> list[bytes]:
        payments = Payments()
        response = await payments.answer(Request("GET", "/events", {"count": "3"}, {}, b""))
        assert not isinstance(response.body, bytes)
        stream = response.body
        events = [await anext(stream)]

        async def next_event() -> bytes:
            return await anext(stream)

        for _ in range(2):
            following = asyncio.get_running_loop().create_task(next_event())
            while not following.done():
                await payments.answer(Request("POST", "/charge", {}, {}, b"{}"))
                await asyncio.sleep(0)
            events.append(following.result())
        return events

    events = asyncio.run(asyncio.wait_for(run(), 30))
    assert [event.splitlines()[0] for event in events] == [b"id: 0", b"id: 1", b"id: 2"]
    assert events[0] == b'id: 0\nevent: tick\ndata: {"charges": 0}\n\n'


def test_events_come_without_charges_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVENT_PERIOD", 0.0)

    async def run() -> list[bytes]:
        response = await Payments().answer(Request("GET", "/events", {"count": "2"}, {}, b""))
        assert not isinstance(response.body, bytes)
        return [event async for event in response.body]

    assert len(asyncio.run(run())) == 2


def test_only_so_many_charges_are_kept() -> None:
    payments = Payments()
    first = told(ask(payments, "POST", "/charge", b"{}"))["id"]
    for _ in range(KEPT):
        ask(payments, "POST", "/charge", b"{}")
    kept = [charge["id"] for charge in told(ask(payments, "GET", "/charges"))["charges"]]
    assert (len(kept), first in kept) == (KEPT, False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked(number: signal.Signals) -> None:
    service = Service()
    service.process.send_signal(number)
    assert service.process.wait(30) == 0
    assert service.process.stdout is not None
    service.process.stdout.close()
