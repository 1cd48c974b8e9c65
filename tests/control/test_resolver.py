"""Names turned into addresses, and what happens while they cannot be."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from lumina.control import resolver as module
from lumina.control.resolver import Addresses, Name, Resolver, look_up, names_in


class Engine:
    """Keeps what the resolver hands over."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int, Addresses]] = []
        self.reports: list[tuple[str, dict[str, Any]]] = []
        self.changed = asyncio.Event()

    def resolve(self, upstream: int, endpoint: int, addresses: Addresses) -> None:
        self.told.append((upstream, endpoint, addresses))
        self.changed.set()

    def report(self, event: str, facts: dict[str, Any]) -> None:
        self.reports.append((event, facts))


def answers(*turns: Addresses | OSError) -> Callable[[str, int], Any]:
    """Return a look-up that gives these answers one after the other, and then the last one again."""
    left = list(turns)

    async def answer(_: str, __: int) -> Addresses:
        turn = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(turn, OSError):
            raise turn
        return turn

    return answer


def test_only_names_need_the_resolver(plan: dict[str, Any]) -> None:
    plan["upstreams"][0]["endpoints"] += [
        {"host": "127.0.0.1", "port": 1, "unix": None},
        {"host": "::1", "port": 2, "unix": None},
        {"host": None, "port": 0, "unix": "/run/x.sock"},
        {"host": "example.org", "port": 443, "unix": None},
    ]
    assert names_in(plan) == [Name(0, 0, "localhost", 8082), Name(0, 4, "example.org", 443)]


def test_all_addresses_of_a_name_are_found_once_each() -> None:
    found = asyncio.run(look_up("localhost", 80))
    assert ("127.0.0.1", 80) in found
    assert len(found) == len(set(found))


def test_two_endpoints_of_one_name_share_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def look(host: str, port: int) -> Addresses:
        asked.append(host)
        return [("192.0.2.1", port)]

    monkeypatch.setattr(module, "look_up", look)

    async def run() -> Engine:
        engine = Engine()
        resolver = Resolver([Name(0, 0, "a", 1), Name(3, 2, "a", 1)], engine.resolve, engine.report)
        await resolver.start()
        resolver.stop()
        return engine

    assert asyncio.run(run()).told == [(0, 0, [("192.0.2.1", 1)]), (3, 2, [("192.0.2.1", 1)])]
    assert asked == ["a"]


def test_what_is_known_stays_while_the_resolver_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    first, later = [("192.0.2.1", 1)], [("192.0.2.2", 1)]
    failure = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    monkeypatch.setattr(module, "look_up", answers(first, failure, failure, first, later))

    async def run() -> Engine:
        engine = Engine()
        resolver = Resolver([Name(0, 0, "a", 1)], engine.resolve, engine.report)
        for _ in range(5):
            await resolver.refresh("a", 1)
        return engine

    engine = asyncio.run(run())
    assert engine.told == [(0, 0, first), (0, 0, later)]
    assert [(event, facts.get("kept")) for event, facts in engine.reports] == [
        ("name not resolved", 1),
        ("name resolved again", None),
    ]


def test_a_name_that_fails_at_the_start_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY", 0.0)
    found = [("192.0.2.1", 1)]
    monkeypatch.setattr(module, "look_up", answers(socket.gaierror(socket.EAI_NONAME, "unknown"), found))

    async def run() -> list[tuple[int, int, Addresses]]:
        engine = Engine()
        resolver = Resolver([Name(0, 0, "a", 1)], engine.resolve, engine.report)
        await resolver.start()
        await asyncio.wait_for(engine.changed.wait(), 10)
        resolver.stop()
        return engine.told

    assert asyncio.run(run()) == [(0, 0, found)]


def test_a_name_that_never_answers_does_not_keep_the_worker_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.0)

    async def run() -> list[tuple[int, int, Addresses]]:
        engine = Engine()
        answer = asyncio.Event()

        async def look(_: str, port: int) -> Addresses:
            await answer.wait()
            return [("192.0.2.1", port)]

        monkeypatch.setattr(module, "look_up", look)
        resolver = Resolver([Name(0, 0, "a", 1)], engine.resolve, engine.report)
        await resolver.start()
        before = list(engine.told)
        answer.set()
        await asyncio.wait_for(engine.changed.wait(), 10)
        resolver.stop()
        return before

    assert asyncio.run(run()) == []


def test_a_name_that_no_resolver_takes_is_a_failure_like_others() -> None:
    async def run() -> Engine:
        engine = Engine()
        await Resolver([Name(0, 0, "a" * 70, 1)], engine.resolve, engine.report).refresh("a" * 70, 1)
        return engine

    assert [event for event, _ in asyncio.run(run()).reports] == ["name not resolved"]
