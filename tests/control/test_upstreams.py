"""What the supervisor does for upstreams: a real name server, real endpoints, the real arena."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from lumina.control import upstreams as module
from lumina.control.channel import Message
from lumina.control.ledger import Ledger
from lumina.control.upstreams import Upstreams
from lumina.engine.arena import Arena
from tests.control.health_checks.endpoints import BAD, HEALTH, Endpoint
from tests.control.name_server import NameServer
from tests.control.witness import Witness
from tests.plan import ENDPOINT, plan

NAME = "a.test"


@pytest.fixture
def server() -> Iterator[NameServer]:
    """A name server with one name."""
    with NameServer({(NAME, "A"): ["127.0.0.1"]}) as server:
        yield server


class Scene(Witness):
    """The upstreams of a plan with one name, and what they say."""

    def __init__(self, server: NameServer, port: int, health: dict[str, Any] | None, places: int) -> None:
        super().__init__()
        named = {**ENDPOINT, "host": NAME, "port": port, "authority": NAME}
        resolver = {"nameservers": [list(server.address)], "timeout": 5.0, "min_ttl": 0.05, "max_ttl": 0.1}
        made = plan(upstreams__0__endpoints=[named], upstreams__0__health=health, resolver=resolver)
        self.arena = Arena.create(1, places)
        self.told: list[tuple[Message, list[object]]] = []  # and what the arena said of each endpoint then
        self.ledger = Ledger(self.arena.endpoints, self.arena.upstreams, self.arena.forget, self.arena.welcome)
        self.plan = self.ledger.number(made)
        self.upstreams = Upstreams(self.plan, self.arena, self.ledger.slots, self.report, self._tell)

    def _tell(self, message: Message) -> None:
        self.told.append((message, [self.arena.endpoint(each["slot"])["probe"] for each in message["endpoints"]]))
        self.changed.set()

    def states(self) -> dict[str, str]:
        (upstream,) = self.upstreams.document()
        return {endpoint["address"].partition(":")[0]: endpoint["state"] for endpoint in upstream["endpoints"]}


def play(
    server: NameServer,
    act: Callable[[Scene, Endpoint], Awaitable[None]],
    health: dict[str, Any] | None = None,
    places: int = 64,
) -> Scene:
    async def run() -> Scene:
        async with Endpoint().listening() as endpoint:
            scene = Scene(server, endpoint.port, health, places)
            scene.upstreams.start()
            await act(scene, endpoint)
            await scene.upstreams.stop()
            return scene

    return asyncio.run(run())


def test_a_new_worker_is_told_what_names_stand_for(server: NameServer) -> None:
    async def act(scene: Scene, endpoint: Endpoint) -> None:
        (message,) = (await scene.upstreams.latest())["endpoints"]
        assert [each["addresses"] for each in message["endpoints"]] == [(("127.0.0.1", endpoint.port),)]
        assert scene.states() == {"127.0.0.1": "up"}

    play(server, act)


def test_a_name_server_that_says_nothing_holds_up_no_worker(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)
    server.silent = {"A", "AAAA"}

    async def act(scene: Scene, _: Endpoint) -> None:
        assert await scene.upstreams.latest() == {"endpoints": []}
        assert scene.states() == {NAME: "unresolved"}

    play(server, act)


def test_a_change_is_told_to_all(server: NameServer) -> None:
    async def act(scene: Scene, _: Endpoint) -> None:
        await scene.upstreams.latest()
        server.zone[NAME, "A"] = ["127.0.0.2"]
        await scene.until(lambda: len(scene.told) == 2)

    message, _ = play(server, act).told[1]
    assert [each["key"].partition(":")[0] for each in message["endpoints"]] == ["127.0.0.2"]


def test_who_must_be_asked_first_is_down_before_anyone_hears_of_it(server: NameServer) -> None:
    async def act(scene: Scene, _: Endpoint) -> None:
        await scene.upstreams.latest()
        assert scene.states() == {"127.0.0.1": "up"}
        server.zone[NAME, "A"] = ["127.0.0.1", "127.0.0.9"]
        await scene.until(lambda: len(scene.told) == 2)

    scene = play(server, act, {**HEALTH, "initial": "probe"})
    assert scene.told[1][1] == [True, False]


def test_an_endpoint_that_is_ill_is_down(server: NameServer) -> None:
    async def act(scene: Scene, endpoint: Endpoint) -> None:
        await scene.upstreams.latest()
        endpoint.answer = BAD
        await scene.until(lambda: bool(scene.reports))
        assert scene.states() == {"127.0.0.1": "down"}
        assert [standing.up for standing in scene.upstreams.standings()] == [False]

    assert play(server, act, HEALTH).reports[0][1] == "endpoint is down"


def test_more_endpoints_than_there_is_room_for_are_told(server: NameServer) -> None:
    server.zone[NAME, "A"] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]

    async def act(scene: Scene, _: Endpoint) -> None:
        await scene.upstreams.latest()
        assert scene.states() == {"127.0.0.1": "up"}

    assert play(server, act, places=3).reports == [("error", "too many endpoints", {"name": NAME, "left_out": 2})]
