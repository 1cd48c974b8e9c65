"""Requests that wait for room at their upstream."""

import json
import socket

import pytest

from tests.engine.stage import IN_TURN, Peer, Stage, answer, get, head_of
from tests.plan import plan

FIRST = {"upstreams__0__caps__requests": 1}


def test_who_came_first_goes_first(stage: Stage) -> None:
    stage.adopt(**FIRST)
    clients = [stage.client() for _ in range(4)]
    for at, client in enumerate(clients):
        client.send(get(f"/api/payments/{at}"))
        stage.settle()
    upstream = stage.accept()
    for at, client in enumerate(clients):
        assert head_of(upstream.read())[0] == f"GET /{at} HTTP/1.1"
        upstream.send(answer(b"%d" % at))
        assert client.read().endswith(b"%d" % at)
    with pytest.raises(BlockingIOError):
        stage.upstream.accept()


@pytest.mark.parametrize("leaves", [False, True], ids=["by its turn", "by leaving"])
def test_a_line_that_ran_empty_can_be_joined_again(stage: Stage, leaves: bool) -> None:
    stage.adopt(**FIRST)
    upstream = None
    for turn in range(3):
        first, last = stage.client(), stage.client()
        first.send(get(f"/api/payments/{turn}"))
        upstream = upstream or stage.accept()
        assert head_of(upstream.read())[0] == f"GET /{turn} HTTP/1.1"
        last.send(get("/api/payments/last"))
        stage.settle()
        if leaves:
            last.close()
            stage.settle()
        upstream.send(answer(b"first"))
        assert first.read().endswith(b"first")
        if not leaves:
            assert head_of(upstream.read())[0] == "GET /last HTTP/1.1"
            upstream.send(answer(b"last"))
            assert last.read().endswith(b"last")


def test_who_comes_as_room_is_made_goes_behind_those_who_wait(stage: Stage) -> None:
    stage.adopt(**FIRST)
    clients = [stage.client() for _ in range(3)]
    for at in range(2):
        clients[at].send(get(f"/api/payments/{at}"))
        stage.settle()
    upstream = stage.accept()
    upstream.read()
    upstream.sock.send(answer())
    clients[2].sock.send(get("/api/payments/2"))  # the engine hears of both in the same turn, of the answer first
    for at in (1, 2):
        assert head_of(upstream.read())[0] == f"GET /{at} HTTP/1.1"
        upstream.send(answer())


def test_in_a_line_that_stands_nobody_waits_long(stage: Stage) -> None:
    stage.adopt(**FIRST, upstreams__0__timeouts__queue=10.0)
    clients = [stage.client() for _ in range(4)]
    clients[0].send(get())
    stage.accept()
    for at in (1, 2):
        clients[at].send(get())
        stage.settle()
        stage.engine.skip(6.0)
    assert json.loads(head_of(clients[1].read())[2])["reason"] == "queue_timeout"
    clients[3].send(get())  # somebody has been there for longer than anybody may
    stage.settle()
    stage.engine.skip(1.5)
    assert clients[3].read() == b""
    stage.engine.skip(1.0)
    assert json.loads(head_of(clients[3].read())[2])["reason"] == "queue_timeout"


UPLOAD = b"POST /api/payments/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\nbegun"


def waiting_upload(stage: Stage, other: socket.socket) -> tuple[Peer, Peer]:
    """Return an upload that waits for room at the second of two endpoints, and a connection to the first that idles."""
    stage.adopt(
        stage.upstream.getsockname(),
        other.getsockname(),
        upstreams__0__balance__policy="round_robin",
        upstreams__0__caps={"connections": 2, "idle": 2, "uploads": 1, "requests": 0, "queue": 10},
        upstreams__0__timeouts__queue=0.6,
    )
    clients = [stage.client() for _ in range(5)]
    taken = []
    for at, request in enumerate([UPLOAD, get(), get(), get()]):
        clients[at].send(request)
        taken.append(stage.meet(other if at % 2 else stage.upstream))
        assert taken[at].read()
    clients[4].send(UPLOAD)
    stage.settle()
    taken[2].send(answer())
    assert clients[2].read().endswith(b"ok")
    return clients[4], taken[2]


def test_an_upload_that_waits_holds_up_nobody_who_needs_less(stage: Stage) -> None:
    other = stage.listen()
    _, idle = waiting_upload(stage, other)
    client = stage.client()
    client.send(get("/api/payments/quick"))
    assert head_of(idle.read())[0] == "GET /quick HTTP/1.1"
    idle.send(answer(b"quick"))
    assert client.read().endswith(b"quick")


def test_whoever_has_a_turn_too_soon_waits_no_longer_for_it(stage: Stage) -> None:
    other = stage.listen()
    upload, idle = waiting_upload(stage, other)
    for _ in range(8):
        stage.pass_time(0.1)
        client = stage.client()
        client.send(get("/api/payments/quick"))
        if idle.read():
            idle.send(answer(b"quick"))
            client.read()
    assert json.loads(head_of(upload.read())[2])["reason"] == "queue_timeout"


def test_who_leaves_holds_up_nobody(stage: Stage) -> None:
    stage.adopt(**FIRST)
    clients = [stage.client() for _ in range(4)]
    for at, client in enumerate(clients):
        client.send(get(f"/api/payments/{at}"))
        stage.settle()
    upstream = stage.accept()
    upstream.read()
    for gone in (1, 2):
        clients[gone].close()
        stage.settle()
    upstream.send(answer())
    clients[0].read()
    assert head_of(upstream.read())[0] == "GET /3 HTTP/1.1"
    upstream.send(answer(b"three"))
    assert clients[3].read().endswith(b"three")
    assert [line["status"] for line in stage.lines()] == [499, 499, 200, 200]


def test_who_waits_goes_on_when_the_answer_before_it_is_complete(stage: Stage) -> None:
    stage.adopt(**FIRST)
    first, second = stage.client(), stage.client()
    first.send(get())
    upstream = stage.accept()
    upstream.read()
    second.send(get("/api/payments/2"))
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto")
    assert upstream.read() == b""
    upstream.send(b"ok")
    assert head_of(upstream.read())[0] == "GET /2 HTTP/1.1"


def test_nobody_waits_for_ever(stage: Stage) -> None:
    stage.adopt(**FIRST, upstreams__0__timeouts__queue=0.1)
    first, second = stage.client(), stage.client()
    first.send(get())
    stage.accept()
    second.send(get())
    status, fields, body = head_of(stage.wait(second))
    assert (status, json.loads(body)["reason"]) == ("HTTP/1.1 503 Service Unavailable", "queue_timeout")
    assert int(fields["retry-after"]) > 0


def test_there_is_only_so_much_room_to_wait(stage: Stage) -> None:
    stage.adopt(**FIRST, upstreams__0__caps__queue=1)
    clients = [stage.client() for _ in range(3)]
    for client in clients:
        client.send(get())
        stage.settle()
    assert json.loads(head_of(clients[2].read())[2])["reason"] == "connection_limit_reached"
    assert stage.arena.read()["limits"] == {"upstream_queue": 1}
    upstream = stage.accept()
    for client in clients[:2]:
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
    stage.engine.tick()
    found = stage.arena.read()
    assert (found["waited"], found["waiting"]) == ({2: 1}, {2: 0})


def prioritised(stage: Stage, *endpoints: tuple[str, int], **changes: object) -> None:
    """Adopt a route for each priority, and one place at each endpoint of the upstream."""
    (route,) = plan(("127.0.0.1", 1))["routes"]
    names = enumerate(("low", "normal", "high"))
    made = [
        {**route, "name": name, "prefix": f"/{name}", "strip": False, "priority": priority} for priority, name in names
    ]
    stage.adopt(*endpoints, routes=made, **FIRST, **changes)


def sent(stage: Stage, *paths: str) -> list[Peer]:
    """Return clients that have asked for these, one after the other."""
    clients = []
    for path in paths:
        clients.append(stage.client())
        clients[-1].send(get(path))
        stage.settle()
    return clients


def test_the_more_important_go_first(stage: Stage) -> None:
    prioritised(stage)
    sent(stage, "/low/0", "/low/1", "/normal/2", "/high/3", "/low/4", "/normal/5", "/high/6")
    upstream = stage.accept()
    asked = []
    for _ in range(7):
        asked.append(head_of(upstream.read())[0].split()[1])
        upstream.send(answer())
    assert asked == ["/low/0", "/high/3", "/high/6", "/normal/2", "/normal/5", "/low/1", "/low/4"]


def test_a_full_line_gives_up_the_least_important_that_came_last(stage: Stage) -> None:
    prioritised(stage, upstreams__0__caps__queue=3)
    clients = sent(stage, "/low/0", "/low/1", "/normal/2", "/low/3", "/high/4")
    status, fields, body = head_of(clients[3].read())
    assert (status, json.loads(body)["reason"]) == ("HTTP/1.1 503 Service Unavailable", "overloaded")
    assert int(fields["retry-after"]) > 0
    (equal,) = sent(stage, "/low/5")  # has nobody below it
    assert json.loads(head_of(equal.read())[2])["reason"] == "connection_limit_reached"
    found = stage.arena.read()
    assert (found["shed"], found["limits"]) == ({"queue_full": 1}, {"upstream_queue": 1})
    upstream = stage.accept()
    for at in (0, 4, 2, 1):
        upstream.read()
        upstream.send(answer(b"%d" % at))
        assert clients[at].read().endswith(b"%d" % at)
    assert [line["reason"] for line in stage.lines()] == ["overloaded", "connection_limit_reached", *["ok"] * 4]


def test_what_the_displaced_is_told_is_for_its_own_client(stage: Stage) -> None:
    other = stage.listen()
    prioritised(stage, stage.upstream.getsockname(), other.getsockname(), **IN_TURN, upstreams__0__caps__queue=1)
    high, _, low = sent(stage, "/high/0", "/normal/1", "/low/2")
    first, second = stage.accept(), stage.meet(other)
    second.read()
    first.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(status="503 Busy"))  # it asks for room again
    line, fields, rest = head_of(high.read())
    assert (line, fields["link"], rest) == ("HTTP/1.1 103 Early Hints", "</x>", b"")
    assert json.loads(head_of(low.read())[2])["reason"] == "overloaded"
    second.send(answer())
    assert head_of(second.read())[0] == "GET /high/0 HTTP/1.1"
    second.send(answer(b"high"))
    assert high.read().endswith(b"high")


def test_who_is_less_important_waits_behind_those_who_wait_too_long(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=0.05, upstreams__0__timeouts__queue=60.0)
    sent(stage, "/low/0", "/high/1")
    stage.pass_time(1.0)
    (low,) = sent(stage, "/low/2")
    assert json.loads(head_of(low.read())[2])["reason"] == "overloaded"


def test_those_who_would_wait_too_long_are_refused_by_priority(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=0.05, upstreams__0__timeouts__queue=60.0)
    clients = sent(stage, "/low/0", "/low/1")
    stage.pass_time(0.2)
    for _ in range(100):
        stage.engine.tick()
    (low, normal) = sent(stage, "/low/2", "/normal/3")
    assert json.loads(head_of(low.read())[2])["reason"] == "overloaded"
    assert stage.arena.read()["shed"] == {"queue_age": 1}
    upstream = stage.accept()
    for client in (clients[0], normal, clients[1]):  # a line of the unimportant is none for the others
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
    (low,) = sent(stage, "/low/4")  # there is room, so there is no need
    assert head_of(upstream.read())[0] == "GET /low/4 HTTP/1.1"
    upstream.send(answer())
    assert low.read().endswith(b"ok")


def test_who_has_just_come_to_a_line_has_not_waited_too_long(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=5.0, upstreams__0__timeouts__queue=60.0)
    sent(stage, "/low/0", "/low/1")
    stage.pass_time(1.0)
    (low,) = sent(stage, "/low/2")
    assert low.read() == b""
    assert stage.arena.read()["shed"] == {}


def test_who_was_asked_already_waits_however_long_others_do(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=0.05, upstreams__0__timeouts__queue=60.0)
    clients = dict(zip("01", sent(stage, "/low/0", "/low/1"), strict=True))
    stage.pass_time(1.0)
    upstream = stage.accept()
    upstream.read()
    upstream.close()  # without a word: there is to be a second try, after a pause
    stage.settle()
    (clients["2"],) = sent(stage, "/normal/2")  # takes the room meanwhile
    upstream = stage.accept()
    stage.pass_time(0.3)
    for _ in range(3):
        path = upstream.read().split()[1]
        upstream.send(answer(path))
        assert clients[path.decode()[-1]].read().endswith(path)
    assert stage.arena.read()["shed"] == {}


def test_a_line_of_the_important_is_none_for_the_more_important(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=0.05, upstreams__0__timeouts__queue=60.0)
    sent(stage, "/normal/0", "/normal/1")
    stage.pass_time(0.2)
    for _ in range(100):
        stage.engine.tick()
    normal, high = sent(stage, "/normal/2", "/high/3")
    assert json.loads(head_of(normal.read())[2])["reason"] == "overloaded"
    assert head_of(stage.accept().read())[0] == "GET /normal/0 HTTP/1.1"
    assert high.read() == b""


def test_a_line_that_has_gone_is_not_held_against_the_next(stage: Stage) -> None:
    prioritised(stage, overload__queue_age=2.0, upstreams__0__timeouts__queue=60.0)
    clients = sent(stage, "/low/0", "/low/1")
    upstream = stage.accept()
    stage.pass_time(10.0)
    (refused,) = sent(stage, "/low/2")
    assert json.loads(head_of(refused.read())[2])["reason"] == "overloaded"
    for client in clients:
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
    clients = sent(stage, "/low/3", "/low/4")
    stage.engine.skip(0.5)
    clients += sent(stage, "/low/5")
    for client in clients:
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
