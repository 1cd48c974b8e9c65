"""Connections that were turned back, put into words."""

import asyncio
from typing import Any

import pytest

from lumina.control import gatekeeper as module
from lumina.control.gatekeeper import Gatekeeper

Counts = dict[str, list[tuple[int, str]]]


class Scene:
    """A gatekeeper of what a test says, and what it reports."""

    def __init__(self) -> None:
        self.counts: Counts = {}
        self.reports: list[tuple[str, str, dict[str, Any]]] = []
        self.reported = asyncio.Event()
        self.gatekeeper = Gatekeeper(lambda: self.counts, self._report)

    def _report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        self.reports.append((level, event, facts))
        self.reported.set()

    def look(self, counts: Counts) -> list[dict[str, Any]]:
        self.counts = counts
        self.reports.clear()
        self.gatekeeper.look()
        assert {report[:2] for report in self.reports} <= {("warning", "proxy protocol refused")}
        return [facts for _, _, facts in self.reports]


def test_what_is_new_is_reported_once() -> None:
    scene = Scene()
    assert scene.look({"missing": [(0, "")], "malformed": [(0, "")]}) == []
    one = {"missing": [(1, "10.0.0.1")], "malformed": [(0, "")]}
    assert scene.look(one) == [{"reason": "missing", "from": "10.0.0.1", "times": 1}]
    assert scene.look(one) == []
    assert scene.look({"missing": [(1, "10.0.0.1")], "malformed": [(4, "10.0.0.2")]}) == [
        {"reason": "malformed", "from": "10.0.0.2", "times": 4}
    ]


def test_many_are_one_report() -> None:
    scene = Scene()
    scene.look({"missing": [(5, "10.0.0.1"), (0, "")]})
    found = scene.look({"missing": [(5, "10.0.0.1"), (70, "10.0.0.2")]})
    assert found == [{"reason": "missing", "from": "10.0.0.2", "times": 70}]


def test_an_address_that_is_just_being_written_is_left_out() -> None:
    scene = Scene()
    assert scene.look({"missing": [(1, ""), (1, "10.0.0.2")]}) == [
        {"reason": "missing", "from": "10.0.0.2", "times": 2}
    ]
    assert scene.look({"missing": [(2, ""), (1, "10.0.0.2")]}) == [{"reason": "missing", "from": "", "times": 1}]


def test_it_looks_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.0)

    async def run() -> None:
        scene = Scene()
        task = asyncio.get_running_loop().create_task(scene.gatekeeper.run())
        for count in (1, 2):
            scene.reported.clear()
            scene.counts = {"missing": [(count, "10.0.0.1")]}
            await asyncio.wait_for(scene.reported.wait(), 30)
        task.cancel()

    asyncio.run(run())
