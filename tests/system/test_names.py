"""Upstreams by name: a small real name server says where they are, and changes its mind."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

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
