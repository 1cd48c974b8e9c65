"""One worker's place: processes that come up, die, hang and go."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from lumina.control import slot as module
from lumina.control.slot import Launch, Slot, cause, next_pause

STAND_IN = Path(__file__).with_name("stand_in.py")


class Watch:
    """Keeps what a slot reports, and lets a test wait for it."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, str, dict[str, Any]]] = []
        self.dead: list[int] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        self.reports.append((level, event, facts))
        self._tell()

    def died(self, number: int) -> None:
        self.dead.append(number)
        self._tell()

    def _tell(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(true)

    def events(self) -> list[str]:
        return [event for _, event, _ in self.reports]


def play(
    script: str,
    act: Callable[[Slot, Watch], Awaitable[None]],
    latest: Callable[[], Awaitable[dict[str, Any]]] | None = None,
) -> tuple[Slot, Watch]:
    """Keep a slot of that stand-in, do `act` once its first worker is up or down, and wait for its end."""

    async def run() -> tuple[Slot, Watch]:
        watch = Watch()
        with tempfile.TemporaryFile() as file:
            hello = {"arena": file.fileno(), "listeners": []}
            command = (sys.executable, str(STAND_IN), script)
            slot = Slot(3, Launch(command, [file.fileno()], hello, latest), watch.report, watch.died)
            keeper = asyncio.get_running_loop().create_task(slot.keep())
            await slot.first.wait()
            await act(slot, watch)
            await keeper
        return slot, watch

    return asyncio.run(asyncio.wait_for(run(), 60))


async def drain(slot: Slot, _: Watch) -> None:
    slot.drain()


async def kill(slot: Slot, _: Watch) -> None:
    slot.drain()
    slot.kill()


async def nothing(_: Slot, __: Watch) -> None:
    pass


def test_a_worker_comes_up_with_what_it_inherits_and_goes_when_asked() -> None:
    seen: list[dict[str, Any]] = []

    async def act(slot: Slot, watch: Watch) -> None:
        await watch.until(lambda: bool(watch.reports))
        seen.append(slot.describe())
        slot.drain()
        seen.append(slot.describe())

    slot, watch = play("reports", act)
    assert watch.reports == [("warning", "hello", {"worker": 3, "slot": 3, "inherited": [True]})]
    assert [(each["slot"], each["state"], each["pid"] is not None) for each in [*seen, slot.describe()]] == [
        (3, "ready", True),
        (3, "draining", True),
        (3, "gone", False),
    ]
    assert (watch.dead, slot.restarts) == ([3], 0)


def test_what_a_worker_is_told_after_its_greeting_is_in_the_greeting_of_the_next() -> None:
    known: list[int] = []

    async def latest() -> dict[str, Any]:
        return {"endpoints": list(known)}

    async def act(slot: Slot, watch: Watch) -> None:
        known.append(5)
        slot.tell({"type": "endpoints", "upstream": 5})
        await watch.until(lambda: watch.events() == ["hello", "told"])
        os.kill(slot.describe()["pid"], signal.SIGKILL)
        await watch.until(lambda: watch.events()[-1] == "hello" and len(watch.events()) == 4)
        slot.drain()

    _, watch = play("tells", act, latest)
    told = [(event, facts["endpoints"]) for _, event, facts in watch.reports if event in {"hello", "told"}]
    assert told == [("hello", []), ("told", 5), ("hello", [5])]


def test_a_slot_that_drains_before_its_worker_was_greeted_drains_it_then() -> None:
    async def run() -> list[str]:
        watch = Watch()
        asked, ready = asyncio.Event(), asyncio.Event()

        async def latest() -> dict[str, Any]:
            asked.set()
            await ready.wait()
            return {}

        hello = {"arena": 0, "listeners": []}
        slot = Slot(3, Launch((sys.executable, str(STAND_IN), "reports"), [], hello, latest), watch.report, watch.died)
        keeper = asyncio.get_running_loop().create_task(slot.keep())
        await asked.wait()
        slot.drain()
        ready.set()
        await keeper
        return watch.events()

    assert asyncio.run(asyncio.wait_for(run(), 60)) == ["hello"]


def test_a_worker_that_is_killed_is_replaced() -> None:
    async def act(slot: Slot, watch: Watch) -> None:
        await watch.until(lambda: watch.events() == ["hello"])
        os.kill(slot.describe()["pid"], signal.SIGKILL)
        await watch.until(lambda: watch.events() == ["hello", "worker died", "hello"])
        slot.drain()

    slot, watch = play("reports", act)
    level, _, facts = watch.reports[1]
    assert (level, facts["worker"], facts["signal"]) == ("error", 3, "SIGKILL")
    assert (slot.restarts, watch.dead) == (1, [3, 3])


def test_workers_that_die_quickly_are_replaced_ever_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUICK", 1000.0)
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)

    async def act(slot: Slot, watch: Watch) -> None:
        await watch.until(lambda: len(watch.reports) == 3)
        slot.drain()

    _, watch = play("dies", act)
    assert [facts["replaced_in"] for _, _, facts in watch.reports[:3]] == [0.001, 0.002, 0.004]
    assert watch.reports[0][2]["signal"] == "SIGABRT"


@pytest.mark.parametrize(
    ("pause", "uptime", "then"),
    [
        pytest.param(0.0, 0.5, module.FIRST_PAUSE, id="the first quick death"),
        pytest.param(0.4, 0.5, 0.8, id="another"),
        pytest.param(4.0, 0.5, module.LONGEST_PAUSE, id="one of many"),
        pytest.param(4.0, 1.0, 0.0, id="not quick"),
    ],
)
def test_the_pause_before_a_replacement(pause: float, uptime: float, then: float) -> None:
    assert next_pause(pause, uptime) == then


def test_a_worker_that_cannot_be_started_at_all_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    popen = subprocess.Popen
    tries = 0

    def refuse_the_second(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 (Popen's own)
        nonlocal tries
        tries += 1
        if tries == 2:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return popen(*arguments, **options)

    monkeypatch.setattr("lumina.control.slot.subprocess.Popen", refuse_the_second)

    async def act(slot: Slot, watch: Watch) -> None:
        await watch.until(lambda: watch.events() == ["hello"])
        os.kill(slot.describe()["pid"], signal.SIGKILL)
        await watch.until(lambda: watch.events().count("hello") == 2)
        slot.drain()

    slot, watch = play("reports", act)
    assert watch.events() == ["hello", "worker died", "worker died", "hello"]
    assert "temporarily unavailable" in watch.reports[2][2]["error"]
    assert slot.restarts == 2


@pytest.mark.parametrize("script", ["fails", "nonsense"])
def test_a_first_worker_that_does_not_come_up_is_not_replaced(script: str) -> None:
    slot, watch = play(script, nothing)
    assert (slot.state, slot.restarts, watch.dead) == ("gone", 0, [3])


def test_a_worker_that_speaks_nonsense_is_ended() -> None:
    _, watch = play("nonsense", nothing)
    assert watch.events() == ["worker speaks nonsense", "worker died"]


def test_a_worker_that_is_never_ready_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_LIMIT", 0.2)
    slot, watch = play("hangs", nothing)
    assert (slot.state, watch.events()) == ("gone", ["worker is not ready in time", "worker died"])


def test_a_worker_that_will_not_go_can_be_killed() -> None:
    slot, watch = play("lingers", kill)
    assert (slot.state, watch.events()) == ("gone", [])


def test_a_slot_that_drains_while_it_waits_starts_no_other_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 1000.0)

    async def act(slot: Slot, watch: Watch) -> None:
        await watch.until(lambda: bool(watch.dead))
        slot.drain()

    slot, watch = play("dies", act)
    assert (slot.state, watch.dead) == ("gone", [3])


@pytest.mark.parametrize(
    ("code", "said"), [(0, {"code": 0}), (3, {"code": 3}), (-9, {"signal": "SIGKILL"}), (-40, {"signal": 40})]
)
def test_the_end_of_a_process_in_words(code: int, said: dict[str, Any]) -> None:
    assert cause(code) == said
