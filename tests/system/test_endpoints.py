"""Endpoints that are asked how they are, and what the gateway tells of them."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.system.conftest import Launch
from tests.system.gateway import Gateway
from tests.system.program import eventually
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer

CHECK = {"path": "/up", "interval": "50ms", "timeout": "5s", "healthy": 2, "unhealthy": 2}


class Patient(ServingOrigin):
    """An origin that says by `well` how it is, and answers every other request with its name."""

    def __init__(self, name: bytes) -> None:
        self.well = True
        self.asked = 0
        self._name = name
        super().__init__(self._respond)

    def _respond(self, peer: Peer, request: Message) -> bool:
        if request.head.line.split(" ")[1] == "/up":
            self.asked += 1
            peer.answer(b"well" if self.well else b"ill", status="200 OK" if self.well else "503 Ill")
        else:
            peer.answer(self._name)
        return True


@pytest.fixture
def patients() -> Iterator[tuple[Patient, Patient]]:
    with ExitStack() as stack:
        yield stack.enter_context(Patient(b"first")), stack.enter_context(Patient(b"second"))


def config(patients: tuple[Patient, Patient], **health: object) -> dict[str, Any]:
    endpoints = [f"http://127.0.0.1:{patient.port}" for patient in patients]
    upstream = {"endpoints": endpoints, "health": {**CHECK, **health}, "outliers": False, "hedge": False}
    return {"upstreams": {"both": upstream}, "routes": [{"path": "/", "upstream": "both"}]}


def states(gateway: Gateway) -> list[str]:
    return [endpoint["state"] for endpoint in gateway.health()["upstreams"][0]["endpoints"]]


def answers(gateway: Gateway, count: int = 20) -> set[bytes]:
    """Return who answers, none of which may be an error."""
    found = [gateway.ask("/") for _ in range(count)]
    assert {answer.status for answer in found} == {200}
    return {answer.body for answer in found}


def test_an_endpoint_that_says_it_is_ill_gets_no_requests_until_it_is_well(
    launch: Launch, patients: tuple[Patient, Patient]
) -> None:
    running = launch(config(patients))
    assert answers(running) == {b"first", b"second"}
    patients[0].well = False
    eventually(lambda: states(running) == ["down", "up"])
    key = f"127.0.0.1:{patients[0].port}"
    assert answers(running) == {b"second"}
    assert running.metric("lumina_upstream_healthy", endpoint=key) == 0
    assert running.metric("lumina_upstream_healthy", upstream="both") == 1
    patients[0].well = True
    eventually(lambda: states(running) == ["up", "up"])
    assert answers(running) == {b"first", b"second"}
    words = [word for word in ("endpoint is down", "endpoint is up") for line in running.program.err if word in line]
    assert words == ["endpoint is down", "endpoint is up"]


def test_a_new_worker_knows_who_is_down(launch: Launch, patients: tuple[Patient, Patient]) -> None:
    patients[1].well = False
    running = launch(config(patients))
    eventually(lambda: states(running) == ["up", "down"])
    (worker,) = running.workers()
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: running.workers() not in ([], [worker]) and running.health()["status"] == "ok")
    assert answers(running) == {b"first"}


def test_with_probe_nothing_goes_to_who_was_down_from_the_start(
    launch: Launch, patients: tuple[Patient, Patient]
) -> None:
    patients[0].well = False
    running = launch(config(patients, initial="probe"))
    assert answers(running) == {b"second"}
    assert states(running) == ["down", "up"]


def test_it_is_the_supervisor_that_asks_however_many_workers_there_are(
    launch: Launch, patients: tuple[Patient, Patient]
) -> None:
    running = launch({**config(patients, interval="1h"), "server": {"workers": 3}})
    eventually(lambda: all(patient.asked for patient in patients))
    assert answers(running) == {b"first", b"second"}
    assert [patient.asked for patient in patients] == [1, 1]


def test_an_endpoint_that_nobody_answers_for_is_down(launch: Launch, patients: tuple[Patient, Patient]) -> None:
    patients[0].close()
    made = config(patients)
    made["upstreams"]["both"]["health"] = {"kind": "tcp", "interval": "50ms"}
    running = launch(made)
    eventually(lambda: states(running) == ["down", "up"])


def test_an_unknown_name_is_shown_as_such(launch: Launch) -> None:
    upstream = "http://nowhere.invalid:1"
    running = launch({"resolver": {"nameservers": ["127.0.0.1:1"]}, "routes": [{"path": "/", "upstream": upstream}]})
    found = running.health()["upstreams"][0]["endpoints"]
    assert found == [{"address": "nowhere.invalid", "state": "unresolved"}]
