"""What the supervisor does for upstreams: it finds their endpoints, asks how they are, watches, and tells."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lumina.control.channel import Message
from lumina.control.discovery.answers import Name, Target
from lumina.control.discovery.watch import Known as Targets
from lumina.control.discovery.watch import Watch
from lumina.control.discovery.ways import Ways
from lumina.control.ledger import Slots
from lumina.control.observer import Observer, Seen
from lumina.control.overview import Overview, Standing
from lumina.control.roster import Roster

FIRST_WAIT = 2.0  # seconds that workers wait for names, and then for health checks, before they begin without them

Plan = dict[str, Any]
Report = Callable[[str, str, dict[str, Any]], None]
Tell = Callable[[Message], None]


class Known(NamedTuple):
    """What is found out by asking and looking, under one plan."""

    targets: Targets
    seen: Seen
    verdicts: dict[tuple[str, str], bool]  # of endpoints, by health checks


class Upstreams:
    """The upstreams of one plan, from start() to stop()."""

    def __init__(self, plan: Plan, arena: Any, slots: Slots, report: Report, tell: Tell) -> None:  # noqa: ANN401 (a compiled class)
        """report: takes a level, an event and its facts; tell: gives a message to every worker."""
        self._plan = plan
        self._arena = arena
        self._report = report
        self._tell = tell
        self._roster = Roster(plan, slots)
        self._overview = Overview(plan, self._roster, arena.endpoint, arena.upstream)
        settings = plan["resolver"]
        self._names = Watch(self._roster.names, settings, Ways(settings).ask, self._found, report)
        self._observer = Observer(self._overview.standings, report)
        self._verdicts: dict[tuple[str, str], bool] = {}
        self._checks: Any = None  # where any upstream has `health`
        self._settled = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def known(self) -> Known:
        """Return what was found, for the upstreams of the next plan."""
        verdicts = {} if self._checks is None else self._checks.verdicts()
        return Known(self._names.known, self._observer.seen, verdicts)

    def recall(self, known: Known) -> None:
        """Begin with what those of an earlier plan had found. To be called before start()."""
        self._names.recall(known.targets)
        self._observer.seen = known.seen
        self._verdicts = known.verdicts

    def start(self) -> None:
        """Begin. What is not soon known holds up nobody for long."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._settle()), loop.create_task(self._observer.run())]

    async def _settle(self) -> None:
        """Find out what names stand for and then how endpoints are, as far as that is soon known."""
        await self._names.start(FIRST_WAIT)
        for index, upstream in enumerate(self._plan["upstreams"]):
            if not upstream["health"]:  # which an earlier plan may have had
                for member in self._roster.members(index):
                    self._arena.probe(member.slot, None)
        if any(upstream["health"] for upstream in self._plan["upstreams"]):
            self._checks = await asyncio.to_thread(self._load)
            await self._checks.start(FIRST_WAIT)
        self._settled.set()

    def _load(self) -> Any:  # noqa: ANN401 (its type is imported below)
        """Import what asks over HTTP, which not every plan needs."""
        from lumina.control.health_checks.checks import Checks  # noqa: PLC0415 (see above)

        checks = Checks(self._plan, self._roster, self._arena.probe, self._report)
        checks.recall(self._verdicts)
        return checks

    async def latest(self) -> Message:
        """Return what the `hello` of a new worker says of endpoints, once that has settled."""
        await self._settled.wait()
        return {"endpoints": self._roster.messages()}

    def _found(self, name: Name, targets: list[Target]) -> None:
        """Take what a name has come to stand for."""
        lost = self._roster.find(name, targets)
        if lost:
            self._report("error", "too many endpoints", {"name": str(name.question), "left_out": lost})
        if self._checks is not None:  # first, for it decides whether a new one gets requests yet
            self._checks.follow(name.upstream)
        self._tell(self._roster.message(name.upstream))

    def document(self) -> list[dict[str, Any]]:
        """Return the part of `/health` that tells of upstreams."""
        return self._overview.document()

    def standings(self) -> Iterator[Standing]:
        """Yield how endpoints and circuit breakers stand."""
        return self._overview.standings()

    async def stop(self) -> None:
        """Ask for nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._names.stop()
        if self._checks is not None:
            await self._checks.stop()
