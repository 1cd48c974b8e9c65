"""One plan at work, with stand-ins for workers: processes and channels are real."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lumina.control.generation import Generation
from lumina.control.ledger import Ledger
from lumina.control.slot import Launch
from lumina.engine.arena import Arena
from tests.control.witness import Witness

STAND_IN = str(Path(__file__).with_name("stand_in.py"))

Plan = dict[str, Any]


class Scene(Witness):
    """An arena, and generations of a plan in it."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.arena = Arena.create(4)
        self.ledger = Ledger(self.arena.endpoints, self.arena.upstreams, self.arena.forget, self.arena.welcome)
        self.plan = self.ledger.number(plan)
        self.ended = 0

    def generation(self, script: str, blocks: range, before: Generation | None = None) -> Generation:
        launch = Launch((sys.executable, STAND_IN, script), (), {"arena": self.arena.fd, "listeners": []})
        return Generation(self.plan, self.arena, self.ledger.slots, launch, self.report, blocks=blocks, before=before)

    def watch(self, _: asyncio.Task[None]) -> None:
        self.ended += 1


def play(plan: Plan, act: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        await act(Scene(plan))

    asyncio.run(asyncio.wait_for(run(), 60))


def test_it_comes_up_works_in_its_blocks_and_goes(plan: Plan) -> None:
    async def act(scene: Scene) -> None:
        made = scene.generation("obeys", range(2, 4))
        assert made.left == 0
        made.start(scene.watch)
        assert await made.came_up()
        assert [(slot.number, slot.state) for slot in made.slots] == [(2, "ready"), (3, "ready")]
        assert (made.left, scene.ended) == (2, 0)
        made.drain()
        await made.over()
        await made.upstreams.stop()
        assert (made.left, scene.ended) == (0, 2)
        assert {slot.state for slot in made.slots} == {"gone"}

    play(plan, act)


def test_one_worker_that_does_not_come_up_is_enough(plan: Plan) -> None:
    async def act(scene: Scene) -> None:
        made = scene.generation("fails", range(2))
        made.start(scene.watch)
        assert not await made.came_up()
        await made.over()
        await made.upstreams.stop()
        assert [event for _, event, _ in scene.reports] == ["worker died"] * 2

    play(plan, act)


def test_who_does_not_go_is_ended_and_not_replaced(plan: Plan) -> None:
    async def act(scene: Scene) -> None:
        made = scene.generation("lingers", range(2))
        made.start(scene.watch)
        assert await made.came_up()
        made.drain()
        await made.over(0.05)
        assert made.left == 2
        made.kill()
        await made.over()
        await made.upstreams.stop()
        assert (made.left, scene.reports) == (0, [])

    play(plan, act)


def test_the_next_one_begins_with_what_is_known(plan: Plan) -> None:
    async def act(scene: Scene) -> None:
        before = scene.generation("obeys", range(2))
        before.slots[1].restarts = 3
        known = before.upstreams.known()
        known.seen["a", ""] = {"open": 1}
        after = scene.generation("obeys", range(2, 4), before)
        assert [slot.restarts for slot in after.slots] == [0, 3]
        assert after.upstreams.known().seen == {("a", ""): {"open": 1}}

    play(plan, act)


def test_it_goes_on_where_its_successor_did_not_come_up(plan: Plan) -> None:
    async def act(scene: Scene) -> None:
        made = scene.generation("tells", range(2))
        made.start(scene.watch)
        assert await made.came_up()
        first = made.upstreams
        await first.stop()
        made.resume()
        assert made.upstreams is not first
        assert (await made.upstreams.latest())["endpoints"] == (await first.latest())["endpoints"]
        made.kill()
        await made.over()
        await made.upstreams.stop()

    play(plan, act)
