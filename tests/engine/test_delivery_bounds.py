"""Second tries: how many, for what, and at whose expense."""

import socket
from collections.abc import Iterator

import pytest

from tests.engine.stage import Stage, answer, get, head_of

NOTHING = {"upstreams__0__retries__budget_ratio": 0.0, "upstreams__0__retries__budget_rate": 0.0}


@pytest.fixture
def other() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def two(stage: Stage, other: socket.socket, **changes: object) -> None:
    """Work with two endpoints, in turns."""
    changes = {"upstreams__0__balance__policy": "round_robin", **changes}
    stage.adopt(stage.upstream.getsockname(), other.getsockname(), **changes)


def test_a_request_meets_only_so_many_connections_that_close(stage: Stage, other: socket.socket) -> None:
    two(stage, other, **NOTHING)
    clients = [stage.client() for _ in range(8)]
    upstreams = []
    for at, client in enumerate(clients):
        client.send(get())
        upstreams.append(stage.meet(other if at % 2 else stage.upstream))
        upstreams[-1].read()
    for client, upstream in zip(clients, upstreams, strict=True):
        upstream.send(answer())
        client.read()
    clients[0].send(get())
    asked = 0
    for _ in range(len(upstreams)):
        for upstream in [upstream for upstream in upstreams if upstream.read()]:
            asked += 1
            upstream.close()
            upstreams.remove(upstream)
    assert head_of(clients[0].read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert asked == 4
    assert stage.arena.read()["retries"] == {(2, "stale"): 3}


def test_one_that_was_never_used_before_is_not_stale(stage: Stage) -> None:
    stage.adopt(**NOTHING)
    client = stage.client()
    client.send(get())
    stage.accept().close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert stage.arena.read()["retries"] == {}


def test_what_was_resent_counts_as_one_try(stage: Stage, other: socket.socket) -> None:
    two(stage, other, upstreams__0__retries__attempts=2, upstreams__0__retries__budget_ratio=1.0)
    client = stage.client()
    seen = []
    for listener in (stage.upstream, other):
        client.send(get())
        seen.append(stage.meet(listener))
        seen[-1].read()
        seen[-1].send(answer())
        client.read()
    client.send(get())
    assert seen[0].read()
    seen[0].close()  # it closed as the request came: stale
    if seen[1].read():
        seen[1].close()
    stage.settle()
    stage.pass_time(0.3)
    answered = False
    for listener in (stage.upstream, other, stage.upstream, other):
        try:
            taken = stage.meet(listener)
        except BlockingIOError:
            continue
        if taken.read():
            taken.send(answer(b"at last"))
            answered = True
            break
    assert answered
    assert client.read().endswith(b"at last")


def test_another_endpoint_is_asked_for_nothing_where_no_connection_came_about(
    stage: Stage, other: socket.socket
) -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    nobody = closed.getsockname()
    closed.close()
    stage.adopt(nobody, other.getsockname(), upstreams__0__balance__policy="round_robin", **NOTHING)
    client = stage.client()
    client.send(get())
    taken = stage.meet(other)
    taken.read()
    taken.send(answer(b"here"))
    assert client.read().endswith(b"here")
    assert stage.arena.read()["over_budget"] == {}


def test_an_answer_that_has_begun_is_not_asked_for_again(stage: Stage, other: socket.socket) -> None:
    two(stage, other)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 20")
    stage.settle()
    upstream.close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    with pytest.raises(BlockingIOError):
        stage.meet(other)


def test_half_a_request_is_not_sent_to_another(stage: Stage, other: socket.socket) -> None:
    two(stage, other)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"mine", status="503 Busy"))
    assert head_of(client.read())[::2] == ("HTTP/1.1 503 Busy", b"mine")
    with pytest.raises(BlockingIOError):
        stage.meet(other)


@pytest.mark.parametrize(("status", "out"), [(500, 0), (501, 0), (502, 1), (503, 1), (504, 1), (505, 0), (429, 0)])
def test_which_answers_say_that_an_endpoint_fails(stage: Stage, other: socket.socket, status: int, out: int) -> None:
    two(stage, other, upstreams__0__retries__statuses=[], upstreams__0__outliers__consecutive=1)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(status=f"{status} So"))
    assert head_of(client.read())[0] == f"HTTP/1.1 {status} So"
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [out, 0]


def test_whose_answer_has_begun_makes_room_for_the_next(stage: Stage) -> None:
    stage.adopt(upstreams__0__adaptive={"tolerance": 2.0, "minimum": 1, "maximum": 1})
    first, second = stage.client(), stage.client()
    first.send(get("/api/payments/1"))
    upstream = stage.accept()
    upstream.read()
    second.send(get("/api/payments/2"))
    stage.settle()
    with pytest.raises(BlockingIOError):
        stage.accept()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
    assert head_of(stage.accept().read())[0] == "GET /2 HTTP/1.1"
