"""Names kept fresh: each is asked for again when its time is over.

What was last known stays in use while nobody answers, or while the answer is that there is no such name: a broken name
server must not take down endpoints that work.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from lumina.control.discovery.answers import Answer, Name, Question, Target, UnresolvedError

SPREAD = 0.1  # of the time, either way, so that many names are not asked for together
FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0  # seconds between questions that fail

Ask = Callable[[Question, list[Target]], Awaitable[Answer]]
Tell = Callable[[Name, list[Target]], None]
Known = dict[Question, list[Target]]  # what names stand for
Report = Callable[[str, str, dict[str, Any]], None]


class Watch:
    """Asks for the names of a plan and tells what they come to stand for."""

    def __init__(self, names: list[Name], settings: dict[str, Any], ask: Ask, tell: Tell, report: Report) -> None:
        """settings: the plan's `resolver`; report: takes a level, an event and its facts."""
        self._names: dict[Question, list[Name]] = {}
        for name in names:
            self._names.setdefault(name.question, []).append(name)
        self._settings = settings
        self._ask = ask
        self._tell = tell
        self._report = report
        self.known: Known = {}
        self._failing: dict[Question, float] = {}  # and how long to wait before the next question
        self._tasks: list[asyncio.Task[None]] = []

    def recall(self, known: Known) -> None:
        """Let what was known under an earlier plan stand until there are other answers. To be called before start()."""
        self.known = {question: known[question] for question in self._names if question in known}

    async def start(self, limit: float) -> None:
        """Ask for every name once, wait for the answers as long as `limit` says, and go on asking."""
        asked = [asyncio.Event() for _ in self._names]
        loop = asyncio.get_running_loop()
        for question, event in zip(self._names, asked, strict=True):
            if question in self.known:
                self._told(question)
                event.set()
        self._tasks = [
            loop.create_task(self._keep(question, event)) for question, event in zip(self._names, asked, strict=True)
        ]
        if asked:
            waiting = [loop.create_task(event.wait()) for event in asked]
            _, late = await asyncio.wait(waiting, timeout=limit)
            for task in late:
                task.cancel()

    async def _keep(self, question: Question, asked: asyncio.Event) -> None:
        while True:
            pause = await self.refresh(question)
            asked.set()
            await asyncio.sleep(pause)

    async def refresh(self, question: Question) -> float:
        """Ask for one name now; return in how many seconds to ask again."""
        known = self.known.get(question, [])
        try:
            answer = await self._ask(question, known)
        except UnresolvedError as error:
            return self._failed(question, str(error))
        except Exception as error:  # noqa: BLE001 (whatever a library makes of a stranger's octets: others go on)
            return self._failed(question, repr(error))
        if self._failing.pop(question, None) is not None:
            self._report("info", "name resolved again", {"name": str(question), "addresses": _shown(answer.targets)})
        targets = sorted(answer.targets)
        if targets != known:
            self.known[question] = targets
            self._told(question)
        least: float = self._settings["min_ttl"]
        ttl: float = min(max(answer.ttl, least), self._settings["max_ttl"])
        return max(least, ttl * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 (no secret)

    def _told(self, question: Question) -> None:
        for name in self._names[question]:
            self._tell(name, self.known[question])

    def _failed(self, question: Question, why: str) -> float:
        """Report a failure once, and return when to ask again: ever more slowly."""
        pause = self._failing.get(question, FIRST_RETRY / 2) * 2
        if question not in self._failing:
            kept = len(self.known.get(question, []))
            self._report("warning", "name not resolved", {"name": str(question), "error": why, "kept": kept})
        self._failing[question] = min(pause, LONGEST_RETRY)
        return self._failing[question]

    async def stop(self) -> None:
        """Ask for nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _shown(targets: list[Target]) -> list[str]:
    return [address for target in targets for address in target.addresses]
