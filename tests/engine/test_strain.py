"""Requests that are refused because the worker has too much to do."""

import json
import time
from typing import Any

import pytest

from lumina.snapshot import Snapshot
from tests.engine.stage import Peer, Stage, answer, get, head_of
from tests.plan import plan

LOW, NORMAL, HIGH = range(3)


def routes() -> list[dict[str, Any]]:
    """Return a route for each priority."""
    (route,) = plan(("127.0.0.1", 1))["routes"]
    names = enumerate(("low", "normal", "high"))
    return [{**route, "name": name, "prefix": f"/{name}", "priority": priority} for priority, name in names]


def strained(stage: Stage, **overload: object) -> None:
    changes = {f"overload__{name}": value for name, value in overload.items()}
    stage.adopt(routes=routes(), **changes)


def late(stage: Stage, seconds: float, ticks: int) -> None:
    """Let the loop come so late to so many ticks, from now on by a clock that is on time."""
    stage.engine.slow(1.0)
    for _ in range(ticks):
        stage.engine.tick()
        time.sleep(seconds)
        stage.settle()


def asked(stage: Stage, path: str) -> str:
    """Return `asked` where the upstream is, else the reason for which it is not."""
    client = stage.client()
    client.send(get(path))
    stage.settle()
    try:
        upstream = stage.accept()
    except BlockingIOError:
        first, fields, body = head_of(client.read())
        assert first == "HTTP/1.1 503 Service Unavailable"
        assert int(fields["retry-after"]) > 0
        assert "connection" not in fields
        return str(json.loads(body)["reason"])
    upstream.read()
    upstream.send(answer(fields="Connection: close\r\n"))
    assert client.read().endswith(b"ok")
    return "asked"


def test_the_less_important_are_refused_by_a_loop_that_is_late(stage: Stage) -> None:
    strained(stage, loop_lag=0.02)
    assert asked(stage, "/low") == "asked"
    late(stage, 0.05, 12)  # half of what would refuse everything: level 1 and above, and not 2
    assert asked(stage, "/low") == "overloaded"
    assert asked(stage, "/high") == "asked"
    assert stage.arena.read()["shed"] == {"loop_lag": 1}
    assert stage.arena.read()["workers"][0]["lag"] >= 0.03
    assert [line["reason"] for line in stage.lines()] == ["ok", "overloaded", "ok"]
    assert stage.arena.read()["errors"] == {"overloaded": 1}


def test_a_loop_that_is_very_late_refuses_everything_and_forgets_it_when_it_is_not(stage: Stage) -> None:
    strained(stage, loop_lag=0.01)
    late(stage, 0.05, 31)
    assert {asked(stage, path) for path in ("/low", "/normal", "/high")} == {"overloaded"}
    stage.pass_time(0.1)
    for _ in range(160):
        time.sleep(0.001)
        stage.engine.tick()
        stage.settle()
    assert {asked(stage, path) for path in ("/low", "/normal", "/high")} == {"asked"}


def test_one_late_look_is_no_overload(stage: Stage) -> None:
    strained(stage, loop_lag=0.02)
    late(stage, 0.3, 1)
    stage.engine.tick()
    assert {asked(stage, path) for path in ("/normal", "/high")} == {"asked"}


def test_a_loop_that_may_be_late_refuses_nothing(stage: Stage) -> None:
    strained(stage, loop_lag=0.0)
    late(stage, 0.05, 12)
    assert asked(stage, "/low") == "asked"
    assert stage.arena.read()["shed"] == {}


@pytest.mark.parametrize("own", [True, False], ids=["of the configuration", "left to the worker"])
def test_memory_above_its_bound_refuses(stage: Stage, own: bool) -> None:
    strained(stage, memory=1 << 20 if own else None)
    if not own:
        stage.engine.memory_bound(1 << 20)
    for _ in range(31):
        stage.engine.tick()
    assert {asked(stage, path) for path in ("/low", "/normal", "/high")} == {"overloaded"}
    assert stage.arena.read()["shed"] == {"memory": 3}


@pytest.mark.parametrize("bound", [0, 1 << 50])
def test_memory_below_its_bound_refuses_nothing(stage: Stage, bound: int) -> None:
    strained(stage, memory=bound)
    for _ in range(31):
        stage.engine.tick()
    assert asked(stage, "/low") == "asked"


def test_a_bound_that_is_taken_away_refuses_no_more(stage: Stage) -> None:
    strained(stage, memory=1 << 20)
    for _ in range(31):
        stage.engine.tick()
    assert asked(stage, "/high") == "overloaded"
    strained(stage, memory=0)
    for _ in range(151):
        stage.engine.tick()
    assert asked(stage, "/low") == "asked"


def test_a_fallback_answers_for_what_is_refused(stage: Stage) -> None:
    made = routes()
    reply = {"status": 503, "content_type": "text/plain", "body": "come back later"}
    made[LOW]["fallback"] = {"upstream": None, "answer": reply}
    stage.adopt(routes=made, overload__memory=1 << 20)
    for _ in range(31):
        stage.engine.tick()
    client = stage.client()
    client.send(get("/low"))
    assert client.read().endswith(b"come back later")
    (line,) = stage.lines()
    assert (line["status"], line["reason"], line["fallback"]) == (503, "overloaded", "overloaded")


def test_an_upload_that_is_refused_ends_its_connection(stage: Stage) -> None:
    strained(stage, memory=1 << 20)
    for _ in range(31):
        stage.engine.tick()
    client = stage.client()
    client.send(b"POST /low HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    first, fields, _ = head_of(client.read())
    assert (first, fields["connection"]) == ("HTTP/1.1 503 Service Unavailable", "close")


def test_health_is_answered_however_much_there_is_to_do(stage: Stage) -> None:
    changes = {"overload__memory": 1 << 20, "limits__requests": 1}
    stage.engine.adopt(Snapshot(plan(stage.upstream.getsockname(), **changes), "/nonexistent"))
    first, second, health = (stage.client() for _ in range(3))
    first.send(get())
    upstream = stage.accept()
    upstream.read()
    for reason in ("request_limit_reached", "overloaded"):
        second.send(get())
        assert json.loads(head_of(second.read())[2])["reason"] == reason
        health.send(get("/health"))
        assert b"HTTP/1.1 502" in health.read()  # nobody is there to answer it, which is as good here
        upstream.send(answer())
        for _ in range(31):
            stage.engine.tick()


@pytest.mark.parametrize("new", [False, True], ids=["on a connection that is kept", "on a new one"])
def test_health_goes_before_what_is_ready_already(stage: Stage, new: bool) -> None:
    """Two hundred requests are there, and one for health comes last: it is among the first that are done."""
    health = asks_for_health(stage)
    clients = come(stage, 200)
    late(stage, 0.05, 2)
    stage.engine.tick()
    if new:
        health = stage.client()
    assert done_before_health(stage, clients, health) < 70


def test_health_on_a_connection_that_is_kept_goes_before_who_has_just_come(stage: Stage) -> None:
    """They are looked after first, too, for each of them may ask for health; but not before who is known to."""
    health = asks_for_health(stage)
    late(stage, 0.05, 2)
    stage.engine.tick()
    clients = come(stage, 200)
    assert done_before_health(stage, clients, health) < 20


def asks_for_health(stage: Stage) -> Peer:
    """Return a connection that is kept, on which health was asked for."""
    stage.engine.adopt(Snapshot(plan(stage.upstream.getsockname(), overload__loop_lag=1000.0), "/nonexistent"))
    health = stage.client()
    health.send(get("/health"))
    assert b"HTTP/1.1 502" in health.read()  # nobody is there to answer it, which is as good here
    return health


def come(stage: Stage, count: int) -> list[Peer]:
    """Let so many clients come who do not ask for anything yet."""
    clients = []
    for at in range(count):
        clients.append(stage.client())
        if at % 50 == 49:
            stage.settle()
    return clients


def done_before_health(stage: Stage, clients: list[Peer], health: Peer) -> int:
    """Let all of them ask, and health come last; return how many were done before it."""
    stage.lines()
    for client in clients:
        client.sock.send(get("/nowhere"))
    health.sock.send(get("/health"))
    stage.engine.turn()
    paths = [line["path"] for line in stage.lines()]
    assert len(paths) == len(clients) + 1
    return paths.index("/health")
