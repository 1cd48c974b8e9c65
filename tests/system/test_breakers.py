"""The circuit breaker of a whole upstream, as clients, metrics, the log and two workers see it."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.system.conftest import Launch
from tests.system.gateway import Gateway, is_problem
from tests.system.program import PATIENCE, eventually
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer

AT_ONCE = 5  # failures in a row that open it


class Moody(ServingOrigin):
    """An origin that is well or not, and can be made to take its time."""

    def __init__(self) -> None:
        self.well = True
        self.may_answer = threading.Event()
        self.may_answer.set()
        super().__init__(self._respond)

    def _respond(self, peer: Peer, _: Message) -> bool:
        self.may_answer.wait(60)
        peer.answer(b"well" if self.well else b"ill", status="200 OK" if self.well else "503 Ill")
        return True


@pytest.fixture
def origin() -> Iterator[Moody]:
    with Moody() as made:
        yield made
        made.may_answer.set()


def config(origin: Moody, **breaker: object) -> dict[str, Any]:
    upstream = {
        "endpoints": [f"http://127.0.0.1:{origin.port}"],
        "outliers": False,
        "breaker": {"consecutive": AT_ONCE, "failure_rate": 1.0, "requests": 1000, **breaker},
    }
    return {"server": {"workers": 2}, "upstreams": {"moody": upstream}, "routes": [{"path": "/", "upstream": "moody"}]}


class Both:
    """Client connections of which each of two workers has some."""

    def __init__(self, gateway: Gateway, stack: ExitStack) -> None:
        self.gateway = gateway
        self.peers: list[Peer] = []

        def spread() -> bool:
            more = [stack.enter_context(gateway.connect()) for _ in range(8)]
            self.peers += more
            for peer in more:
                assert ask(peer).status == 200
            return all(gateway.metric("lumina_connections", worker=str(worker)) >= 2 for worker in range(2))

        eventually(spread)

    def ask(self) -> list[Message]:
        """Return an answer for each connection, one asked after the other."""
        return [ask(peer) for peer in self.peers]


def ask(peer: Peer) -> Message:
    peer.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
    return peer.read_response()


def states(gateway: Gateway) -> dict[str, float]:
    return {
        state: gateway.metric("lumina_circuit_breaker_state", upstream="moody", endpoint="", state=state)
        for state in ("closed", "open", "half_open")
    }


def transitions(gateway: Gateway) -> dict[str, float]:
    return {
        state: gateway.metric("lumina_circuit_breaker_transitions_total", upstream="moody", endpoint="", to=state)
        for state in ("closed", "open", "half_open")
    }


def said(gateway: Gateway, words: str) -> int:
    return sum(words in line for line in list(gateway.program.err))


def asks(peer: Peer) -> bool:
    """Ask, and say whether the origin was asked, which does not answer now."""
    peer.socket.settimeout(0.3)
    try:
        assert refused(ask(peer))
    except TimeoutError:
        return True
    return False


def eventually_asks(peer: Peer) -> bool:
    eventually(lambda: asks(peer))
    return True


def refused(answer: Message) -> bool:
    return is_problem(answer, 503, "breaker_open") and int(answer.head.get("retry-after") or 0) > 0


def test_it_opens_for_all_workers_tries_and_closes(launch: Launch, origin: Moody) -> None:
    running = launch(config(origin, open="1s", trials=2))
    with ExitStack() as stack:
        both = Both(running, stack)
        assert states(running) == {"closed": 1, "open": 0, "half_open": 0}
        origin.well = False
        before = len(origin.requests)
        answers = both.ask()
        assert [answer.body for answer in answers[:AT_ONCE]] == [b"ill"] * AT_ONCE
        assert all(refused(answer) for answer in answers[AT_ONCE : AT_ONCE + 3])
        # A trial now and then is all that it is asked from here on, and each opens it again.
        asked = len(origin.requests) - before
        assert asked - AT_ONCE <= transitions(running)["half_open"]
        assert running.access_line(reason="breaker_open")["status"] == 503
        assert running.metric("lumina_errors_total", reason="breaker_open") > 0
        eventually(lambda: said(running, "circuit breaker open"))
        origin.well = True
        eventually(lambda: ask(both.peers[0]).status == 200 and states(running)["closed"] == 1)
        assert states(running) == {"closed": 1, "open": 0, "half_open": 0}
        assert {answer.status for answer in both.ask()} == {200}
    found = transitions(running)
    assert found["closed"] == 1
    assert found["open"] == found["half_open"] >= 1
    eventually(lambda: said(running, "circuit breaker closed") == 1 and said(running, "circuit breaker half open"))


def test_a_new_worker_finds_it_open(launch: Launch, origin: Moody) -> None:
    running = launch(config(origin, open="10m"))
    with ExitStack() as stack:
        both = Both(running, stack)
        origin.well = False
        both.ask()
    origin.well = True
    asked = len(origin.requests)
    before = running.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(running.workers()) == 2 and not set(running.workers()) & set(before))
    eventually(lambda: running.health()["status"] == "ok")
    for _ in range(20):
        assert refused(running.ask("/x"))
    assert len(origin.requests) == asked
    assert running.health()["upstreams"][0]["breaker"] == "open"
    assert states(running) == {"closed": 0, "open": 1, "half_open": 0}
    assert transitions(running) == {"closed": 0, "open": 1, "half_open": 0}


def test_half_open_lets_so_many_through_and_no_more(launch: Launch, origin: Moody) -> None:
    running = launch(config(origin, open="500ms", trials=1))
    with ExitStack() as stack:
        both = Both(running, stack)
        origin.well = False
        both.ask()
        origin.well = True
        origin.may_answer.clear()
        asked = len(origin.requests)
        waiting = [peer for peer in both.peers[:1] if eventually_asks(peer)]
        began = time.monotonic()
        assert len(origin.requests) == asked + 1
        assert running.health()["upstreams"][0]["breaker"] == "half_open"
        assert states(running) == {"closed": 0, "open": 0, "half_open": 1}
        more = [peer for peer in both.peers[1:5] if asks(peer)]
        # A trial that is not answered is made up for by another after a second, and by no more.
        assert len(more) <= time.monotonic() - began
        assert len(origin.requests) == asked + 1 + len(more)
        origin.may_answer.set()
        for peer in waiting + more:
            peer.socket.settimeout(PATIENCE)
            assert peer.read_response().status == 200
        assert states(running) == {"closed": 1, "open": 0, "half_open": 0}
