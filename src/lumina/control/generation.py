"""One plan at work: its workers, and what is done for its upstreams. A reload puts the next one beside it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from lumina.control.channel import Message
from lumina.control.ledger import Slots
from lumina.control.slot import Launch, Report, Slot
from lumina.control.tls import read_certificate
from lumina.control.upstreams import Upstreams

Plan = dict[str, Any]
Keeper = asyncio.Task[None]


class Generation:
    """From start() until every worker has gone, after drain() or kill()."""

    def __init__(
        self,
        plan: Plan,
        arena: Any,  # noqa: ANN401 (a compiled class)
        places: Slots,
        launch: Launch,
        report: Report,
        *,
        blocks: Sequence[int],
        before: "Generation | None" = None,
    ) -> None:
        """Prepare; nothing is started yet.

        plan: a numbered one; launch: how to start a worker, what it is told of the plan left out; blocks: of the arena,
        one for each worker; before: the generation that this one is to follow.
        """
        self.plan = plan
        self._arena = arena
        self._places = places
        self._report = report
        self._keepers: list[Keeper] = []
        self.certificates = {  # when each ends, seconds since the epoch
            pair["certificate"]: read_certificate(pair["certificate"]).not_after for pair in plan["server"]["tls"]
        }
        self.upstreams = self._upstreams(before)
        hello = {**launch.hello, "plan": plan}
        launch = Launch(launch.command, launch.inherit, hello, self._latest)
        self.slots = [Slot(number, launch, report, arena.clear_gauges) for number in blocks]
        for slot, old in zip(self.slots, before.slots if before is not None else (), strict=False):
            slot.restarts = old.restarts

    def _upstreams(self, before: "Generation | None") -> Upstreams:
        made = Upstreams(self.plan, self._arena, self._places, self._report, self.tell)
        if before is not None:
            made.recall(before.upstreams.known())
        return made

    async def _latest(self) -> Message:
        return await self.upstreams.latest()

    def tell(self, message: Message) -> None:
        """Tell every worker."""
        for slot in self.slots:
            slot.tell(message)

    def start(self, watch: Callable[[Keeper], None]) -> None:
        """Begin. watch: called when a worker's place is kept no longer."""
        self.upstreams.start()
        loop = asyncio.get_running_loop()
        self._keepers = [loop.create_task(slot.keep()) for slot in self.slots]
        for keeper in self._keepers:
            keeper.add_done_callback(watch)

    async def came_up(self, limit: float | None = None) -> bool:
        """Wait until every worker was ready once, or one did not come up, or for so many seconds; say which."""
        try:
            async with asyncio.timeout(limit):
                await asyncio.gather(*(slot.first.wait() for slot in self.slots))
        except TimeoutError:
            return False
        return all(slot.state != "gone" for slot in self.slots)

    def resume(self) -> None:
        """Go on with the upstreams, for the generation that was to follow did not come up."""
        self.upstreams = self._upstreams(self)
        self.upstreams.start()

    def drain(self) -> None:
        """Let every worker finish what it has."""
        for slot in self.slots:
            slot.drain()

    def kill(self) -> None:
        """End what is left at once."""
        for slot in self.slots:
            slot.drain()  # or it would be replaced
            slot.kill()

    @property
    def left(self) -> int:
        """Workers that have not gone."""
        return sum(not keeper.done() for keeper in self._keepers)

    async def over(self, limit: float | None = None) -> None:
        """Wait until all have gone, or for so many seconds."""
        await asyncio.wait(self._keepers, timeout=limit)
