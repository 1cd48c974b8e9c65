"""Requests that wait for room at their upstream."""

import json

import pytest

from tests.engine.stage import Stage, answer, get, head_of

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
