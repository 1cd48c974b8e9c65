"""Endpoints asked again and again, and what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lumina.control.discovery.answers import Target
from lumina.control.health_checks.checks import Checks
from lumina.control.ledger import Ledger
from lumina.control.roster import Roster
from tests.control.health_checks.endpoints import BAD, GOOD, HEALTH, Endpoint
from tests.control.witness import Witness
from tests.plan import ENDPOINT, plan


class Arena(Witness):
    """Keeps what is told of each place, and lets a test wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, bool | None]] = []

    def probe(self, slot: int, up: bool | None) -> None:
        self.told.append((slot, up))
        self.changed.set()

    def up(self, slot: int) -> bool | None:
        return [up for place, up in self.told if place == slot][-1]


class Scene:
    """Two endpoints behind one upstream, the second by a name, and the checks of them."""

    def __init__(self, first: Endpoint, second: Endpoint, **changes: object) -> None:
        endpoints = [
            {**ENDPOINT, "host": "127.0.0.1", "port": first.port, "authority": "a.test"},
            {**ENDPOINT, "host": "b.test", "port": second.port, "authority": "b.test"},
        ]
        made = plan(upstreams__0__endpoints=endpoints, upstreams__0__health={**HEALTH, **changes})
        self.first, self.second = first, second
        self.arena = Arena()
        ledger = Ledger(64, 64, lambda _: None, lambda _: None)
        made = ledger.number(made)
        self.roster = Roster(made, ledger.slots)
        self.checks = Checks(made, self.roster, self.arena.probe, self.arena.report)

    def find(self, *addresses: str) -> None:
        (name,) = self.roster.names
        self.roster.find(name, [Target((address,), self.second.port) for address in addresses])
        self.checks.follow(0)

    def slot(self, key: str) -> int:
        return next(member.slot for member in self.roster.members(0) if member.key == key)


def play(act: Callable[[Scene], Awaitable[None]], **changes: object) -> Scene:
    async def run() -> Scene:
        first, second = Endpoint(), Endpoint()
        async with first.listening(), second.listening():
            scene = Scene(first, second, **changes)
            await act(scene)
            await scene.checks.stop()
            return scene

    return asyncio.run(run())


def test_an_endpoint_that_fails_is_down_and_is_taken_back() -> None:
    async def act(scene: Scene) -> None:
        await scene.checks.start(0.0)
        assert scene.arena.told == [(0, None)]
        await scene.arena.until(lambda: scene.arena.up(0) is True)
        scene.first.answer = BAD
        await scene.arena.until(lambda: scene.arena.up(0) is False)
        scene.first.answer = GOOD
        await scene.arena.until(lambda: scene.arena.up(0) is True)
        await scene.arena.until(lambda: len(scene.arena.reports) == 2)

    scene = play(act)
    facts = {"upstream": "payments", "endpoint": f"127.0.0.1:{scene.first.port}"}
    assert scene.arena.reports == [
        ("warning", "endpoint is down", {**facts, "error": "answered 503"}),
        ("info", "endpoint is up", facts),
    ]


@pytest.mark.parametrize(
    ("initial", "answer", "told"),
    [
        pytest.param("up", GOOD, [None, True], id="up, and it is"),
        pytest.param("down", GOOD, [False, True], id="down, and it is up"),
        pytest.param("probe", GOOD, [False, True], id="as it says, and it is up"),
        pytest.param("probe", BAD, [False, False], id="as it says, and it is down"),
    ],
)
def test_what_a_new_endpoint_counts_as(initial: str, answer: bytes, told: list[bool | None]) -> None:
    async def act(scene: Scene) -> None:
        scene.first.answer = answer
        await scene.checks.start(30.0)
        await scene.arena.until(lambda: len(scene.arena.told) >= 2)

    scene = play(act, initial=initial)
    assert [up for _, up in scene.arena.told][:2] == told


def test_the_start_waits_for_the_first_answer_where_that_is_asked_for_and_not_for_ever() -> None:
    async def waits(scene: Scene) -> None:
        await scene.checks.start(30.0)
        assert scene.arena.up(0) is True

    async def gives_up(scene: Scene) -> None:
        scene.first.answer = None
        await scene.checks.start(0.01)
        assert scene.arena.told == [(0, False)]

    play(waits, initial="probe")
    play(gives_up, initial="probe")


def test_those_that_a_name_stands_for_are_asked_as_long_as_it_does() -> None:
    async def act(scene: Scene) -> None:
        await scene.checks.start(0.0)
        scene.find("127.0.0.1", "127.0.0.9")
        good = scene.slot(f"127.0.0.1:{scene.second.port}")
        gone = scene.slot(f"127.0.0.9:{scene.second.port}")
        await scene.arena.until(lambda: scene.arena.up(good) is True and scene.arena.up(gone) is False)
        scene.find("127.0.0.1")
        asked = len([slot for slot, _ in scene.arena.told if slot == gone])
        count = len(scene.second.requests)
        await scene.arena.until(lambda: len(scene.second.requests) > count + 5)
        assert len([slot for slot, _ in scene.arena.told if slot == gone]) == asked

    scene = play(act)
    assert [event for _, event, _ in scene.arena.reports] == ["endpoint is down"]


def test_an_endpoint_whose_weight_changes_is_no_new_one() -> None:
    async def act(scene: Scene) -> None:
        await scene.checks.start(30.0)
        scene.find("127.0.0.1")
        key = f"127.0.0.1:{scene.second.port}"
        await scene.arena.until(lambda: scene.arena.up(scene.slot(key)) is True)
        (name,) = scene.roster.names
        scene.roster.find(name, [Target(("127.0.0.1",), scene.second.port, 5)])
        told = len(scene.arena.told)
        scene.checks.follow(0)
        assert [up for _, up in scene.arena.told[told:]] == []

    play(act, initial="down", healthy=1)


def test_an_upstream_without_health_is_not_asked() -> None:
    async def run() -> None:
        endpoint = Endpoint()
        async with endpoint.listening():
            made = plan(("127.0.0.1", endpoint.port))
            arena = Arena()
            ledger = Ledger(64, 64, lambda _: None, lambda _: None)
            checks = Checks(made, Roster(ledger.number(made), ledger.slots), arena.probe, arena.report)
            await checks.start(30.0)
            checks.follow(0)
            await checks.stop()
            assert (arena.told, endpoint.connections) == ([], 0)

    asyncio.run(run())
