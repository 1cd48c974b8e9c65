"""The supervisor reloads, with stand-ins for workers: processes, sockets and signals are real."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from lumina.control import supervisor as module
from lumina.control.generation import Generation
from tests.control.supervised import STAND_IN, Plan, Run, said


def is_going(generation: Generation) -> bool:
    """Say whether names are asked for and endpoints looked at."""
    return not any(task.done() for task in generation.upstreams._tasks[1:])


async def reloaded(run: Run, result: str, count: int = 1) -> None:
    """Ask to reload, as often as it takes to be told that it ended so."""
    os.kill(os.getpid(), signal.SIGHUP)
    line = f'lumina_config_reloads_total{{result="{result}"}} {count}\n'.encode()
    while line not in (await run.ask("/metrics")).body:
        pass


def test_hup_puts_new_workers_in_the_place_of_the_old(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    slots: list[set[int]] = []

    async def act(run: Run) -> None:
        for count in range(3):
            before = run.supervisor._now
            if count:
                await reloaded(run, "success", count)
                assert not is_going(before)
            assert is_going(run.supervisor._now)
            document = await run.until(lambda document: document["status"] == "ok")
            slots.append({each["slot"] for each in document["workers"]["list"]})

    run = Run(plan, "obeys", tmp_path)
    run.load = lambda: {**plan, "hash": "another"}
    assert run.play(act) == 0
    assert slots == [{0, 1}, {2, 3}, {0, 1}]
    events = said(capfd)
    assert [each["event"] for each in events] == [
        "listening",
        "configuration reloaded",
        "configuration reloaded",
        "draining",
        "stopped",
    ]
    assert events[1]["config"] == "another"


def test_workers_that_do_not_come_up_leave_the_old_ones_at_work(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    documents: list[dict[str, Any]] = []

    async def act(run: Run) -> None:
        documents.append(json.loads((await run.ask("/health")).body))
        taken = dict(run.supervisor._ledger.slots._taken)
        launch = run.supervisor._launch
        run.supervisor._launch = launch._replace(command=(sys.executable, STAND_IN, "fails"))
        await reloaded(run, "refused")
        assert is_going(run.supervisor._now)
        assert run.supervisor._ledger.slots._taken == taken
        documents.append(json.loads((await run.ask("/health")).body))
        run.supervisor._launch = launch
        await reloaded(run, "success")
        documents.append(json.loads((await run.ask("/health")).body))

    run = Run(plan, "obeys", tmp_path)
    entry = plan["upstreams"][0]
    moved = {**entry, "endpoints": [{**entry["endpoints"][0], "port": 9}]}
    run.load = lambda: {**plan, "upstreams": [moved, *plan["upstreams"][1:]]}
    assert run.play(act) == 0
    pids = [[each["pid"] for each in document["workers"]["list"]] for document in documents]
    assert pids[0] == pids[1] != pids[2]
    assert [document["config"].get("reload") for document in documents] == [None, "refused", None]
    refusals = [each["error"] for each in said(capfd) if each["event"] == "configuration refused"]
    assert refusals == ["the workers did not come up"]


def not_ours() -> Plan:
    raise RecursionError("a mistake of ours")


def test_whatever_goes_wrong_what_is_at_work_goes_on(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "gone.crt")  # that was there when the file was checked
    server = {**plan["server"], "tls": [{"certificate": missing, "key": missing}]}

    async def act(run: Run) -> None:
        await reloaded(run, "refused")
        run.load = run.supervisor._load_plan = lambda: {**plan, "server": server}
        await reloaded(run, "refused", 2)
        assert is_going(run.supervisor._now)
        assert json.loads((await run.ask("/health")).body)["status"] == "ok"

    run = Run(plan, "obeys", tmp_path)
    run.load = not_ours
    assert run.play(act) == 0
    refusals = [each["error"] for each in said(capfd) if each["event"] == "configuration refused"]
    assert refusals[0] == "RecursionError('a mistake of ours')"
    assert missing in refusals[1]


def test_those_who_take_too_long_are_not_waited_for(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMING_UP", 0.2)

    async def act(run: Run) -> None:
        launch = run.supervisor._launch
        run.supervisor._launch = launch._replace(command=(sys.executable, STAND_IN, "hangs"))
        await reloaded(run, "refused")
        assert is_going(run.supervisor._now)

    run = Run(plan, "obeys", tmp_path)
    run.load = lambda: plan
    assert run.play(act) == 0


def test_the_old_ones_that_do_not_finish_are_ended(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan["timeouts"]["drain"] = 1.5

    async def act(run: Run) -> None:
        await reloaded(run, "success")
        await reloaded(run, "success", 2)  # which needs the places of those

    run = Run(plan, "lingers", tmp_path)
    run.load = lambda: plan
    assert run.play(act) == 0
    events = [each["event"] for each in said(capfd)]
    assert events[:4] == [
        "listening",
        "configuration reloaded",
        "drain took too long, ending the rest",  # before the next ones begin, who have their places
        "configuration reloaded",
    ]


def test_asked_to_stop_while_it_reloads_it_stops(plan: Plan, tmp_path: Path) -> None:
    plan["timeouts"]["drain"] = 0.1

    async def act(run: Run) -> None:
        launch = run.supervisor._launch
        run.supervisor._launch = launch._replace(command=(sys.executable, STAND_IN, "hangs"))
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.2)

    run = Run(plan, "obeys", tmp_path)
    run.load = lambda: plan
    assert run.play(act) == 0


def test_a_terminal_that_is_closed_is_the_end(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = [True, False]
    monkeypatch.setattr(module, "has_terminal", lambda: there.pop(0))

    async def act(run: Run) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await run.supervisor._stop.wait()

    run = Run(plan, "obeys", tmp_path)
    run.load = lambda: plan
    assert run.play(act) == 0
