"""What the workers decided, put into words."""

import asyncio
from typing import Any

import pytest

from lumina.control import observer as module
from lumina.control.observer import Observer
from lumina.control.overview import Standing


def standing(state: str, opened: int, half_open: int, closed: int, endpoint: str = "a:80") -> Standing:
    transitions = {"open": opened, "half_open": half_open, "closed": closed}
    return Standing("orders", endpoint, state != "open", state, transitions, opened)


class Scene:
    """An observer of what a test says, and what it reports."""

    def __init__(self) -> None:
        self.standings: list[Standing] = []
        self.reports: list[tuple[str, str, dict[str, Any]]] = []
        self.reported = asyncio.Event()
        self.observer = Observer(lambda: self.standings, self._report)

    def _report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        self.reports.append((level, event, facts))
        self.reported.set()

    def look(self, *standings: Standing) -> list[tuple[str, str, dict[str, Any]]]:
        self.standings = list(standings)
        self.reports.clear()
        self.observer.look()
        return list(self.reports)


PLACE = {"upstream": "orders", "endpoint": "a:80"}


def test_each_transition_is_reported_once() -> None:
    scene = Scene()
    assert scene.look(standing("closed", 0, 0, 0)) == []
    assert scene.look(standing("open", 1, 0, 0)) == [("warning", "endpoint ejected", PLACE)]
    assert scene.look(standing("open", 1, 0, 0)) == []
    assert scene.look(standing("half_open", 1, 1, 0)) == [("info", "endpoint on trial", PLACE)]
    assert scene.look(standing("closed", 1, 1, 1)) == [("info", "endpoint taken back", PLACE)]


def test_what_happened_between_two_looks_ends_with_what_is() -> None:
    scene = Scene()
    assert [event for _, event, _ in scene.look(standing("closed", 1, 1, 1))] == [
        "endpoint ejected",
        "endpoint on trial",
        "endpoint taken back",
    ]
    found = scene.look(standing("open", 3, 3, 3))
    assert [(event, facts.get("times")) for _, event, facts in found] == [
        ("endpoint on trial", 2),
        ("endpoint taken back", 2),
        ("endpoint ejected", 2),
    ]


def test_a_whole_upstream_has_words_of_its_own() -> None:
    assert Scene().look(standing("open", 1, 0, 0, endpoint="")) == [
        ("warning", "circuit breaker open", {"upstream": "orders"})
    ]


def test_a_place_that_was_made_new_counts_from_nothing() -> None:
    scene = Scene()
    scene.look(standing("closed", 5, 5, 5))
    assert scene.look(standing("closed", 0, 0, 0)) == []
    scene.look(standing("closed", 5, 5, 5))
    assert [event for _, event, _ in scene.look(standing("open", 1, 0, 0))] == ["endpoint ejected"]


def test_it_looks_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.0)

    async def run() -> None:
        scene = Scene()
        task = asyncio.get_running_loop().create_task(scene.observer.run())
        for opened in (1, 2):
            scene.reported.clear()
            scene.standings = [standing("open", opened, 0, 0)]
            await asyncio.wait_for(scene.reported.wait(), 30)
        task.cancel()

    asyncio.run(run())
