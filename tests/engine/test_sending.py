"""Which endpoint, and on what connection."""

import json
from collections import Counter

import pytest

from tests.engine.stage import Endpoints, Stage, answer, get, head_of


@pytest.mark.parametrize("policy", ["round_robin", "least_requests", "random_two", "ewma"])
def test_what_is_under_way_is_spread(stage: Stage, policy: str) -> None:
    two = Endpoints(stage, upstreams__0__balance__policy=policy)
    for _ in range(8):
        stage.client().send(get())
        stage.settle()
    taken = Counter(two.asked()[0] for _ in range(8))
    assert set(taken.values()) == {4} if policy != "ewma" else set(taken) == {0, 1}


def test_the_line_says_who_was_asked_on_a_connection_that_waited_too(stage: Stage) -> None:
    client, upstream = stage.conversation()
    client.send(get())
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert [line["endpoint"] for line in stage.lines()] == ["{}:{}".format(*stage.upstream.getsockname())] * 2


@pytest.mark.parametrize("count", [1, 2])
def test_where_all_are_down_nobody_is_asked(stage: Stage, count: int) -> None:
    several = Endpoints(stage, count)
    for at in range(count):
        stage.arena.probe(at, up=False)
    client = stage.client()
    client.send(get())
    line, _, body = head_of(client.read())
    assert (line, json.loads(body)["reason"]) == ("HTTP/1.1 503 Service Unavailable", "destination_unavailable")
    with pytest.raises(AssertionError, match="nobody was asked"):
        several.asked()


@pytest.mark.parametrize(
    ("request_", "rest"),
    [
        pytest.param(get(), b"", id="whole"),
        pytest.param(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha", b"lf", id="begun"),
    ],
)
def test_nothing_is_left_of_a_request_that_was_sent_twice(stage: Stage, request_: bytes, rest: bytes) -> None:
    client = stage.client()
    client.send(request_)
    first = stage.accept()
    assert first.read()
    first.close()  # without a word
    stage.settle()
    stage.engine.skip(0.3)
    second = stage.accept()
    client.send(rest)
    assert second.read().endswith(rest)
    second.send(answer(fields="Connection: close\r\n"))
    assert client.read().endswith(b"ok")
    held = stage.engine.held()
    assert (held["pending"], held["uploads"], held["open"]) == (0, 0, 0)


def test_an_endpoint_has_no_more_requests_than_it_may(stage: Stage) -> None:
    two = Endpoints(stage, upstreams__0__caps__requests=1)
    clients = [stage.client() for _ in range(3)]
    for client in clients:
        client.send(get())
        stage.settle()
    (first, one), (second, other) = two.asked(), two.asked()
    assert {first, second} == {0, 1}
    one.read()
    other.read()
    one.send(answer())
    stage.settle()
    assert head_of(one.read())[0] == "GET /x HTTP/1.1"  # the third had waited for it


def test_an_endpoint_of_a_later_tier_waits_for_its_turn(stage: Stage) -> None:
    two = Endpoints(stage, upstreams__0__endpoints__1__priority=1)
    client = stage.client()
    for _ in range(5):
        client.send(get(fields="Connection: keep-alive\r\n"))
        at, upstream = two.asked()
        assert at == 0
        upstream.read()
        upstream.send(answer(fields="Connection: close\r\n"))
        client.read()
    stage.upstream.close()
    client.send(get())
    at, upstream = two.asked()
    assert at == 1
    upstream.read()
    upstream.send(answer(b"second tier"))
    assert client.read().endswith(b"second tier")


def test_another_set_of_endpoints_is_taken_up_without_a_loss(stage: Stage) -> None:
    first, second = stage.client(), stage.client()
    first.send(get())
    old = stage.accept()
    old.read()
    other = stage.listen()
    host, port = other.getsockname()
    stage.engine.endpoints(
        0, [{"key": "new", "host": host, "slot": 5, "weight": 1, "priority": 0, "addresses": [(host, port)]}]
    )
    second.send(get())
    new = stage.meet(other)
    new.read()
    new.send(answer(b"new"))
    assert second.read().endswith(b"new")
    old.send(answer(b"old"))
    assert first.read().endswith(b"old")
    assert old.read() == b""
    assert old.ended  # it is no endpoint any more: its connection is not kept
