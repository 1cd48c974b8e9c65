"""Which endpoint, and on what connection."""

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
