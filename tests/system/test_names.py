"""Upstreams by name: a small real name server says where they are, and changes its mind."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Self

import pytest

from tests.control.name_server import NameServer
from tests.system.conftest import Launch
from tests.system.program import eventually
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer

NAME = "orders.test"


def told(name: bytes) -> Callable[[Peer, Message], bool]:
    """Return what answers every request with a name."""

    def answer(peer: Peer, _: Message) -> bool:
        peer.answer(name)
        return True

    return answer


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


@pytest.fixture
def origins() -> Iterator[dict[str, ServingOrigin]]:
    """Two origins at one port of two addresses, each of which says which it is."""
    with ExitStack() as stack:
        first = stack.enter_context(ServingOrigin(told(b"first"), address=("127.0.0.2", 0)))
        second = stack.enter_context(ServingOrigin(told(b"second"), address=("127.0.0.3", first.port)))
        yield {"127.0.0.2": first, "127.0.0.3": second}


def config(server: NameServer, upstream: str) -> dict[str, Any]:
    resolver = {"nameservers": [server.where], "timeout": "5s", "min_ttl": "50ms", "max_ttl": "100ms"}
    return {"resolver": resolver, "routes": [{"path": "/", "upstream": upstream}]}


class Load:
    """A client that asks again and again for as long as the context lasts."""

    def __init__(self, ask: Callable[[], Message]) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self._ask = ask
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            answer = self._ask()
            self.answers.append((answer.status, answer.body))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_an_address_that_changes_is_followed_and_no_request_fails(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    server.zone[NAME, "A"] = ["127.0.0.2"]
    running = launch(config(server, f"http://{NAME}:{origins['127.0.0.2'].port}"))
    with Load(lambda: running.ask("/")) as load:
        eventually(lambda: len(load.answers) > 20)
        assert {body for _, body in load.answers} == {b"first"}
        server.zone[NAME, "A"] = ["127.0.0.3"]
        eventually(lambda: load.answers[-1][1] == b"second")
        origins["127.0.0.2"].close()
        count = len(load.answers)
        eventually(lambda: len(load.answers) > count + 20)
    assert {body for _, body in load.answers[count:]} == {b"second"}
    assert {status for status, _ in load.answers} == {200}


def test_each_address_of_a_name_gets_its_share(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    server.zone[NAME, "A"] = ["127.0.0.2", "127.0.0.3"]
    running = launch(config(server, f"http://{NAME}:{origins['127.0.0.2'].port}"))
    for _ in range(40):
        assert running.ask("/").status == 200
    assert all(len(origin.requests) >= 5 for origin in origins.values())
    found = running.health()["upstreams"][0]["endpoints"]
    port = origins["127.0.0.2"].port
    assert [endpoint["address"] for endpoint in found] == [f"127.0.0.2:{port}", f"127.0.0.3:{port}"]
    assert {endpoint["name"] for endpoint in found} == {f"{NAME}:{port}"}


def test_a_name_server_that_fails_takes_nothing_down_and_a_new_worker_knows_what_the_old_one_did(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    server.zone[NAME, "A"] = ["127.0.0.2"]
    running = launch(config(server, f"http://{NAME}:{origins['127.0.0.2'].port}"))
    server.failing = True
    eventually(lambda: any("name not resolved" in line for line in list(running.program.err)))
    (worker,) = running.workers()
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: running.workers() not in ([], [worker]) and running.health()["status"] == "ok")
    assert (running.ask("/").status, running.ask("/").body) == (200, b"first")


def test_a_record_of_a_service_tells_hosts_and_ports(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    port = origins["127.0.0.2"].port
    server.zone |= {
        (f"_http._tcp.{NAME}", "SRV"): [f"0 1 {port} a.test."],
        ("a.test", "A"): ["127.0.0.3"],
    }
    running = launch(config(server, f"http+srv://_http._tcp.{NAME}"))
    assert running.ask("/").body == b"second"


def test_a_name_that_comes_to_be_is_found(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    running = launch(config(server, f"http://{NAME}:{origins['127.0.0.2'].port}"))
    assert running.ask("/").status in (502, 503)
    server.zone[NAME, "A"] = ["127.0.0.2"]
    eventually(lambda: running.ask("/").status == 200)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_localhost_works_where_one_family_listens(launch: Launch, address: str) -> None:
    with ServingOrigin(told(b"here"), address=(address, 0)) as origin:
        running = launch({"routes": [{"path": "/", "upstream": f"http://localhost:{origin.port}"}]})
        assert {running.ask("/").status for _ in range(10)} == {200}
        assert len(running.health()["upstreams"][0]["endpoints"]) == 1


def test_a_record_of_a_service_tells_weights_and_tiers(
    launch: Launch, server: NameServer, origins: dict[str, ServingOrigin]
) -> None:
    port = origins["127.0.0.2"].port
    server.zone |= {
        (f"_http._tcp.{NAME}", "SRV"): [f"0 10 {port} a.test.", f"5 10 {port} b.test."],
        ("a.test", "A"): ["127.0.0.2"],
        ("b.test", "A"): ["127.0.0.3"],
    }
    running = launch(config(server, f"http+srv://_http._tcp.{NAME}"))
    assert {running.ask("/").body for _ in range(20)} == {b"first"}
    server.zone[f"_http._tcp.{NAME}", "SRV"] = [f"0 1 {port} a.test.", f"0 1000 {port} b.test."]
    eventually(lambda: running.ask("/").body == b"second")
    answers = [running.ask("/").body for _ in range(40)]
    assert answers.count(b"second") > answers.count(b"first")
