"""One run of a supervisor with stand-ins for workers: processes, sockets and signals are real."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from lumina.control.sink import Sink
from lumina.control.supervisor import Resources, Supervisor, admin_socket, open_all
from lumina.engine.arena import Arena
from tests.control.conftest import Reply, UnixConnection

STAND_IN = str(Path(__file__).with_name("stand_in.py"))

Plan = dict[str, Any]


class Run:
    """One run of a supervisor: its code, its resources, and what it said."""

    def __init__(self, plan: Plan, script: str, directory: Path) -> None:
        self.plan = plan
        self.command = (sys.executable, STAND_IN, script)
        self.path = str(directory / "admin.sock")
        self.log = directory / "access.log"
        arena = Arena.create(2 * plan["server"]["workers"])
        self.owned = Resources(open_all(plan["server"]), admin_socket(directory), arena, Sink(str(self.log)))
        self.load: Callable[[], Plan] | None = None
        self.supervisor: Supervisor

    def play(self, act: Callable[["Run"], Awaitable[None]]) -> int:
        """Run to the end, doing `act` once we listen; return the exit code."""

        async def run() -> int:
            self.supervisor = Supervisor(self.plan, self.owned, self.command, self.load)
            acting: list[asyncio.Task[None]] = []

            async def guarded() -> None:
                try:
                    await act(self)
                finally:
                    self.supervisor.stop()

            def ready() -> None:
                acting.append(asyncio.get_running_loop().create_task(guarded()))

            code = await self.supervisor.run(on_ready=ready)
            await asyncio.gather(*acting)
            return code

        return asyncio.run(asyncio.wait_for(run(), 60))

    async def ask(self, target: str) -> Reply:
        """Ask the admin socket, without standing in the loop's way."""
        return await asyncio.to_thread(lambda: UnixConnection(self.path).ask("GET", target))

    async def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for health until `true` says that it is as awaited."""
        while True:
            document: dict[str, Any] = json.loads((await self.ask("/health")).body)
            if true(document):
                return document


def said(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


async def nothing(_: Run) -> None:
    pass
