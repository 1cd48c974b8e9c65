"""Every endpoint of an upstream with `health` asked again and again, and what comes of it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lumina.control import tls
from lumina.control.health_checks.question import Asker
from lumina.control.health_checks.verdict import Verdict
from lumina.control.roster import Member, Roster

SPREAD = 0.1  # of the interval, either way
TOGETHER = 256  # questions that are asked at once

Tell = Callable[[int, bool | None], None]
Report = Callable[[str, str, dict[str, Any]], None]
Plan = dict[str, Any]
Identity = tuple[int, str]  # an upstream's place in the plan, and the key of an endpoint in it
Verdicts = dict[tuple[str, str], bool]  # of whom it is known, by upstream's name and endpoint's key: is it up?


@dataclass(slots=True)
class Check:
    """One endpoint that is asked."""

    member: Member
    verdict: Verdict
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # once
    task: asyncio.Task[None] = field(init=False)


class Checks:
    """Asks, and tells what an endpoint's place in the arena shall say."""

    def __init__(self, plan: Plan, roster: Roster, tell: Tell, report: Report) -> None:
        """tell: takes a place and whether its endpoint is up; report: takes a level, an event and its facts."""
        self._upstreams: list[Plan] = plan["upstreams"]
        self._roster = roster
        self._tell = tell
        self._report = report
        self._askers = {index: _asker(entry) for index, entry in enumerate(self._upstreams) if entry["health"]}
        self._known: Verdicts = {}
        self._checks: dict[Identity, Check] = {}
        self._going: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(TOGETHER)

    def recall(self, known: Verdicts) -> None:
        """Hold what an earlier plan's checks have found and told. To be called before start()."""
        self._known = known

    async def start(self, limit: float) -> None:
        """Begin with everyone; wait for the first answers of those with `initial: probe`, as long as `limit` says."""
        for index in self._askers:
            self.follow(index)
        loop = asyncio.get_running_loop()
        waiting = [
            loop.create_task(check.asked.wait())
            for (upstream, _), check in self._checks.items()
            if self._upstreams[upstream]["health"]["initial"] == "probe"
        ]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=limit)
            for task in late:
                task.cancel()

    def follow(self, upstream: int) -> None:
        """Ask those that an upstream has now, and no others."""
        if upstream not in self._askers:
            return
        members = {(upstream, member.key): member for member in self._roster.members(upstream)}
        for identity in [one for one in self._checks if one[0] == upstream and one not in members]:
            task = self._checks.pop(identity).task
            self._going.add(task)
            task.add_done_callback(self._going.discard)
            task.cancel()
        for identity, member in members.items():
            if identity in self._checks:
                self._checks[identity].member = member
            else:
                self._begin(identity, member)

    def _begin(self, identity: Identity, member: Member) -> None:
        upstream = self._upstreams[member.upstream]
        health = upstream["health"]
        verdict = Verdict(health["healthy"], health["unhealthy"], health["initial"])
        known = self._known.pop((upstream["name"], member.key), None)
        if known is not None:
            verdict.up = known
        else:  # who is not known to be up gets no requests before the first answer; `up` needs none
            self._tell(member.slot, None if verdict.up else False)
        check = self._checks[identity] = Check(member, verdict)
        check.task = asyncio.get_running_loop().create_task(self._keep(check, health["interval"]))

    async def _keep(self, check: Check, interval: float) -> None:
        """Ask one endpoint until it is gone."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            async with self._room:
                wrong = await self._askers[check.member.upstream].ask(check.member)
            if check.verdict.take(good=wrong is None):
                self._changed(check, wrong)
            elif check.verdict.up and wrong is None:
                self._tell(check.member.slot, True)
            check.asked.set()
            pause = interval * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 (spread, not secrecy)
            await asyncio.sleep(max(0.0, began + pause - loop.time()))

    def _changed(self, check: Check, wrong: str | None) -> None:
        member = check.member
        self._tell(member.slot, wrong is None)
        facts = {"upstream": self._upstreams[member.upstream]["name"], "endpoint": member.key}
        if wrong is not None:
            self._report("warning", "endpoint is down", {**facts, "error": wrong})
        elif check.asked.is_set():  # that a new one is up needs no word
            self._report("info", "endpoint is up", facts)

    def verdicts(self) -> Verdicts:
        """Return what is held of whom, for the checks of the next plan."""
        return {
            (self._upstreams[upstream]["name"], key): check.verdict.up
            for (upstream, key), check in self._checks.items()
            if check.verdict.up is not None
        }

    async def stop(self) -> None:
        """Ask nobody any more."""
        tasks = [*(check.task for check in self._checks.values()), *self._going]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _asker(upstream: Plan) -> Asker:
    settings, announcing = upstream["tls"], upstream["proxy_protocol"]
    if settings is None:
        return Asker(upstream["health"], None, None, announcing)
    return Asker(upstream["health"], tls.client_context(settings), settings["server_name"], announcing)
