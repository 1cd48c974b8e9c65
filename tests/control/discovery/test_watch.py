"""Names kept fresh, asked of a real name server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from lumina.control.discovery import watch as module
from lumina.control.discovery.answers import Answer, Name, Question, Target
from lumina.control.discovery.watch import Watch
from lumina.control.discovery.ways import Ways
from tests.control.name_server import NameServer
from tests.control.witness import Witness

ORDERS = Question("orders.test", 80)
NAME = Name(0, 0, ORDERS)


class Seen(Witness):
    """Keeps what is told, and lets a test wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[Name, list[str]]] = []

    def tell(self, name: Name, targets: list[Target]) -> None:
        self.told.append((name, [address for target in targets for address in target.addresses]))
        self.changed.set()


@pytest.fixture
def server() -> Iterator[NameServer]:
    """A name server with one name."""
    with NameServer({("orders.test", "A"): ["127.0.0.1"]}) as server:
        yield server


def settings(server: NameServer, **more: object) -> dict[str, Any]:
    return {"nameservers": [list(server.address)], "timeout": 5.0, "min_ttl": 0.05, "max_ttl": 0.1, **more}


def play(
    server: NameServer, act: Callable[[Watch, Seen], Awaitable[None]], names: list[Name] | None = None, **more: object
) -> Seen:
    """Watch `names`, do `act`, and return what was seen."""

    async def run() -> Seen:
        seen = Seen()
        made = settings(server, **more)
        watch = Watch(names or [NAME], made, Ways(made).ask, seen.tell, seen.report)
        await act(watch, seen)
        await watch.stop()
        return seen

    return asyncio.run(run())


async def begin(watch: Watch, _: Seen) -> None:
    await watch.start(30)


def test_two_endpoints_of_one_name_share_the_question(server: NameServer) -> None:
    names = [NAME, Name(3, 2, ORDERS)]
    seen = play(server, begin, names, max_ttl=300.0, min_ttl=300.0)
    assert seen.told == [(names[0], ["127.0.0.1"]), (names[1], ["127.0.0.1"])]
    assert [kind for _, kind in server.asked].count("A") == 1


def test_an_address_that_changes_is_followed(server: NameServer) -> None:
    async def act(watch: Watch, seen: Seen) -> None:
        await watch.start(30)
        server.zone[("orders.test", "A")] = ["127.0.0.2", "127.0.0.3"]
        await seen.until(lambda: len(seen.told) == 2)

    assert play(server, act).told == [(NAME, ["127.0.0.1"]), (NAME, ["127.0.0.2", "127.0.0.3"])]


def test_what_is_known_stays_while_nobody_answers_and_is_told_once(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY", 0.02)

    async def act(watch: Watch, seen: Seen) -> None:
        await watch.start(30)
        server.failing = True
        await seen.until(lambda: len(seen.reports) == 1)
        before = len(server.asked)
        await asyncio.to_thread(server.wait_for, before + 3)
        server.failing = False
        await seen.until(lambda: len(seen.reports) == 2)

    seen = play(server, act)
    assert seen.told == [(NAME, ["127.0.0.1"])]
    assert [(level, event, facts.get("kept")) for level, event, facts in seen.reports] == [
        ("warning", "name not resolved", 1),
        ("info", "name resolved again", None),
    ]


def test_a_name_that_is_gone_keeps_its_endpoints(server: NameServer) -> None:
    async def act(watch: Watch, seen: Seen) -> None:
        await watch.start(30)
        server.zone.clear()
        await seen.until(lambda: bool(seen.reports))

    seen = play(server, act)
    assert (len(seen.told), seen.reports[0][2]["error"]) == (1, "there is no such name")


def test_a_name_that_fails_at_first_is_asked_for_again(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY", 0.02)
    server.failing = True

    async def act(watch: Watch, seen: Seen) -> None:
        await watch.start(30)
        assert seen.told == []
        server.failing = False
        await seen.until(lambda: bool(seen.told))

    assert play(server, act).told == [(NAME, ["127.0.0.1"])]


def test_a_name_that_is_not_answered_keeps_nobody_from_starting(server: NameServer) -> None:
    server.silent = {"A", "AAAA"}

    async def act(watch: Watch, seen: Seen) -> None:
        await watch.start(0.0)
        assert seen.told == []

    play(server, act)


@pytest.mark.parametrize(("ttl", "low", "high"), [(1, 4.5, 5.5), (7, 6.3, 7.7), (1000, 8.1, 9.9)])
def test_the_time_that_an_answer_holds_is_bounded_and_spread(
    server: NameServer, ttl: int, low: float, high: float
) -> None:
    server.ttl = ttl
    pauses = []

    async def act(watch: Watch, _: Seen) -> None:
        pauses.extend([await watch.refresh(ORDERS) for _ in range(40)])  # half of the first are the least

    play(server, act, min_ttl=5.0, max_ttl=9.0)
    assert all(low <= pause <= high for pause in pauses)
    assert len(set(pauses)) > 1


def test_questions_that_fail_are_asked_ever_more_slowly(server: NameServer) -> None:
    server.failing = True
    pauses = []

    async def act(watch: Watch, _: Seen) -> None:
        pauses.extend([await watch.refresh(ORDERS) for _ in range(7)])

    play(server, act)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_whatever_goes_wrong_with_one_name_the_others_go_on() -> None:
    async def ask(_: Question, __: list[Target]) -> Answer:
        raise ValueError("a stranger's octets")

    async def run() -> Seen:
        seen = Seen()
        await Watch([NAME], {}, ask, seen.tell, seen.report).refresh(ORDERS)
        return seen

    assert "octets" in asyncio.run(run()).reports[0][2]["error"]


def test_what_is_recalled_is_told_at_once_and_waited_for_by_nobody() -> None:
    async def ask(_: Question, __: list[Target]) -> Answer:
        await asyncio.sleep(1000)
        raise AssertionError

    async def run() -> Seen:
        seen = Seen()
        watch = Watch([NAME], {}, ask, seen.tell, seen.report)
        watch.recall({ORDERS: [Target(("127.0.0.1",), 80)], Question("gone.test", 80): []})
        assert list(watch.known) == [ORDERS]
        await asyncio.wait_for(watch.start(1000), 60)
        await watch.stop()
        return seen

    assert asyncio.run(run()).told == [(NAME, ["127.0.0.1"])]
