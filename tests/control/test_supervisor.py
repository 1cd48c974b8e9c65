"""The supervisor with stand-ins for workers: processes, sockets and signals are real."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lumina.control import supervisor as module
from lumina.control.listening import ListenError
from lumina.control.supervisor import (
    Listener,
    StartError,
    Supervisor,
    admin_socket,
    open_all,
    private_directory,
)
from tests.control.supervised import Plan, Run, nothing, said


def test_it_listens_answers_and_stops(plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    documents: list[dict[str, Any]] = []

    async def act(run: Run) -> None:
        documents.append(json.loads((await run.ask("/health")).body))
        assert (await run.ask("/health/ready")).status == 200
        assert b'lumina_workers{state="ready"} 2\n' in (await run.ask("/metrics")).body

    run = Run(plan, "obeys", tmp_path)
    url = run.owned.listeners[0].url
    assert run.play(act) == 0
    (document,) = documents
    assert (document["status"], document["workers"]["alive"]) == ("ok", 2)
    events = said(capfd)
    assert [(each["level"], each["event"]) for each in events] == [
        ("info", "listening"),
        ("info", "draining"),
        ("info", "stopped"),
    ]
    assert (events[0]["addresses"], events[0]["workers"], events[0]["config"]) == ([url], 2, plan["hash"])


def test_workers_inherit_every_socket_and_the_arena(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan["server"]["admin"] = {"host": "127.0.0.1", "port": 0}
    run = Run(plan, "reports", tmp_path)
    assert [listener.admin_only for listener in run.owned.listeners] == [False, True]
    run.play(nothing)
    reports = [each for each in said(capfd) if each["event"] == "hello"]
    assert sorted((each["worker"], each["slot"], each["inherited"]) for each in reports) == [
        (number, number, [True, True, True]) for number in range(2)
    ]


def test_a_worker_that_is_killed_is_replaced_while_the_socket_stays_open(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found: list[dict[str, Any]] = []

    async def act(run: Run) -> None:
        before = await run.until(lambda document: document["status"] == "ok")
        os.kill(before["workers"]["list"][1]["pid"], signal.SIGKILL)
        socket.create_connection(run.owned.listeners[0].socket.getsockname()).close()
        found.append(await run.until(lambda document: document["workers"]["restarts"] == 1))
        found.append(await run.until(lambda document: document["status"] == "ok"))
        assert b"lumina_worker_restarts_total 1\n" in (await run.ask("/metrics")).body

    assert Run(plan, "obeys", tmp_path).play(act) == 0
    assert [each["restarts"] for each in found[1]["workers"]["list"]] == [0, 1]
    death = next(each for each in said(capfd) if each["event"] == "worker died")
    assert (death["level"], death["worker"], death["signal"]) == ("error", 1, "SIGKILL")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_drains(plan: Plan, tmp_path: Path, number: signal.Signals) -> None:
    async def run() -> int:
        prepared = Run(plan, "obeys", tmp_path)
        supervisor = Supervisor(plan, prepared.owned, prepared.command)
        return await supervisor.run(on_ready=lambda: os.kill(os.getpid(), number))

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0


def test_workers_that_do_not_finish_are_ended(plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan["timeouts"]["drain"] = 0.1
    assert Run(plan, "lingers", tmp_path).play(nothing) == 0
    (late,) = [each for each in said(capfd) if each["level"] == "warning"]
    assert (late["event"], late["workers"]) == ("drain took too long, ending the rest", 2)


def test_a_second_signal_ends_at_once(plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plan["timeouts"]["drain"] = 1000.0

    async def act(run: Run) -> None:
        run.supervisor.stop()

    assert Run(plan, "lingers", tmp_path).play(act) == 0  # play() itself stops a second time
    assert [each["event"] for each in said(capfd)] == ["listening", "draining", "stopped"]


@pytest.mark.parametrize("script", ["fails", "nonsense"])
def test_workers_that_do_not_come_up_end_it(
    plan: Plan, tmp_path: Path, script: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async def act(_: Run) -> None:
        raise AssertionError

    assert Run(plan, script, tmp_path).play(act) == 1
    assert "worker died" in [each["event"] for each in said(capfd)]


def test_a_slot_that_cannot_be_kept_ends_it_loudly(
    plan: Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert Run(plan, "no argument can hold a \0", tmp_path).play(nothing) == 1
    critical = [each for each in said(capfd) if each["level"] == "critical"]
    assert {each["event"] for each in critical} == {"supervision failed"}
    assert "ValueError" in critical[0]["error"]


def test_asked_to_stop_while_it_starts_it_stops(plan: Plan, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> int:
        prepared = Run(plan, "hangs", tmp_path)
        plan["timeouts"]["drain"] = 0.1
        supervisor = Supervisor(plan, prepared.owned, prepared.command)

        async def beside() -> None:
            supervisor.stop()

        return await supervisor.run(beside)

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0
    assert caplog.messages == []  # asyncio complains of what was left behind


def test_usr1_opens_the_log_again(plan: Plan, tmp_path: Path) -> None:
    async def act(run: Run) -> None:
        run.log.rename(tmp_path / "rotated")
        os.kill(os.getpid(), signal.SIGUSR1)
        await run.ask("/health")  # answered after the signal, which came first
        run.owned.sink.write(b"new\n")

    run = Run(plan, "obeys", tmp_path)
    run.play(act)
    assert run.log.read_text() == "new\n"


def test_health_says_that_it_is_starting_before_it_listens(plan: Plan, tmp_path: Path) -> None:
    async def run() -> str:
        prepared = Run(plan, "obeys", tmp_path)
        status = Supervisor(plan, prepared.owned, prepared.command).document()["status"]
        for listener in prepared.owned.listeners:
            listener.socket.close()
        prepared.owned.admin.close()
        return str(status)

    assert asyncio.run(run()) == "starting"


def test_a_taken_admin_port_leaves_nothing_open(plan: Plan, taken_port: int) -> None:
    plan["server"]["admin"] = {"host": "127.0.0.1", "port": taken_port}
    with pytest.raises(ListenError, match=f"127.0.0.1:{taken_port}"):
        open_all(plan["server"])


def test_urls_tell_what_is_spoken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert Listener(listener, admin_only=False, secure=True).url == f"https://127.0.0.1:{port}"


def test_the_private_directory_is_ours_alone_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DIRECTORIES", (str(tmp_path / "missing"), str(tmp_path)))
    with private_directory() as directory:
        assert (directory.parent, stat.S_IMODE(directory.stat().st_mode)) == (tmp_path, 0o700)
        (directory / "admin.sock").touch()
    assert not directory.exists()


def test_without_any_directory_it_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DIRECTORIES", (str(tmp_path / "missing"),))
    with pytest.raises(StartError, match="TMPDIR"), private_directory():
        pass


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 110)
    deep.mkdir()
    with pytest.raises(StartError, match="shorter path"):
        admin_socket(deep)


def test_a_log_that_cannot_be_opened_is_told(plan: Plan, tmp_path: Path) -> None:
    plan["access_log"]["path"] = str(tmp_path / "missing" / "access.log")
    with pytest.raises(StartError, match="access_log"):
        module.run(plan)


def test_what_was_there_when_it_listens_is_collected_no_more(plan: Plan) -> None:
    """In a process of its own: whose heap is frozen, it stays so."""
    script = (
        "import gc, json, os, signal, sys\n"
        "from lumina.control import supervisor\n"
        "def ready():\n"
        "    print(json.dumps([gc.get_freeze_count(), len(gc.get_objects())]))\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.exit(supervisor.run(json.load(sys.stdin), on_ready=ready))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(plan), capture_output=True, text=True, timeout=60, check=True
    )
    frozen, looked_at = json.loads(ended.stdout.splitlines()[0])
    assert frozen > 10_000
    assert looked_at < frozen / 10
