"""Whether a request is sent once more, when, and how often."""

import select
import socket

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of, nobody

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
PAUSE = 0.3  # seconds: longer than any between two tries
ONE_TRY_TIME = {"upstreams__0__timeouts__per_try": 0.3}
NOTHING = {"upstreams__0__retries__budget_ratio": 0.0, "upstreams__0__retries__budget_rate": 0.0}


def fail(upstream: Peer) -> None:
    """Read the request and leave without a word."""
    assert upstream.read().count(b"HTTP/1.1\r\n") == 1
    upstream.close()
    upstream.stage.settle()


def asked(stage: Stage) -> Peer:
    """Let a client ask, and return it."""
    client = stage.client()
    client.send(get())
    stage.settle()
    return client


def nobody_comes(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_another_endpoint_is_asked_at_once_and_a_third_after_a_pause(stage: Stage) -> None:
    three = Endpoints(stage, 3, **IN_TURN)
    client = asked(stage)
    for turn in range(2):
        place, upstream = three.asked()
        assert place == turn
        fail(upstream)
    assert nobody_comes(three.listeners[2])
    stage.engine.skip(PAUSE)
    place, upstream = three.asked()
    assert place == 2
    upstream.send(answer(b"third"))
    assert client.read().endswith(b"third")


@pytest.mark.parametrize("attempts", [2, 3])
def test_the_same_endpoint_is_asked_again_after_a_pause_and_only_so_often(stage: Stage, attempts: int) -> None:
    stage.adopt(upstreams__0__retries__attempts=attempts)
    client = asked(stage)
    fail(stage.accept())
    for _ in range(attempts - 1):
        assert nobody_comes(stage.upstream)
        stage.engine.skip(PAUSE)
        fail(stage.accept())
    stage.engine.skip(PAUSE)
    assert nobody_comes(stage.upstream)
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"


@pytest.mark.parametrize("kind", ["connect", "reset"])
def test_a_failure_of_a_kind_that_is_not_to_be_retried_is_told(stage: Stage, kind: str) -> None:
    other = stage.listen()
    first = nobody() if kind == "connect" else stage.upstream.getsockname()
    stage.adopt(first, other.getsockname(), **IN_TURN, **{f"upstreams__0__retries__{kind}": False})
    client = asked(stage)
    if kind == "reset":
        fail(stage.accept())
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert nobody_comes(other)


def test_who_refuses_connections_may_be_back_after_a_pause(stage: Stage) -> None:
    address = nobody()
    stage.adopt(address)
    client = asked(stage)
    with socket.create_server(address) as back:
        back.setblocking(False)
        stage.engine.skip(PAUSE)
        stage.meet(back).send(answer(b"back"))
        assert client.read().endswith(b"back")


def test_to_ask_who_refused_again_is_not_for_nothing(stage: Stage) -> None:
    stage.adopt(nobody(), **NOTHING)
    client = asked(stage)
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert stage.arena.read()["over_budget"] == {2: 1}


def test_a_request_that_is_not_kept_is_not_sent_again(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__retries__buffer=1000)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000)
    fail(two.asked()[1])
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert nobody_comes(two.listeners[1])


@pytest.mark.parametrize("size", [0, 1000])
def test_what_is_kept_is_measured_by_the_body_alone(stage: Stage, size: int) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__retries__buffer=size)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    fail(two.asked()[1])
    _, upstream = two.asked()
    assert head_of(upstream.read())[2] == b"x" * size
    upstream.send(answer(b"here"))
    assert client.read().endswith(b"here")


def test_an_answer_that_has_begun_is_not_begun_again(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    client = asked(stage)
    _, upstream = two.asked()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n")
    assert client.read().endswith(b"4\r\nhalf\r\n")
    assert client.ended
    stage.engine.skip(PAUSE)
    assert nobody_comes(two.listeners[1])


def test_who_leaves_without_a_word_has_failed(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__outliers__consecutive=1)
    client = asked(stage)
    fail(two.asked()[1])
    two.asked()[1].send(answer(b"other"))
    assert client.read().endswith(b"other")
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [1, 0]


def test_a_try_that_has_a_time_of_its_own_is_followed_by_another(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, **ONE_TRY_TIME)
    client = asked(stage)
    _, late = two.asked()
    late.read()
    stage.engine.skip(0.4)
    place, other = two.asked()
    assert place == 1
    other.send(answer(b"in time"))
    assert client.read().endswith(b"in time")
    assert stage.arena.read()["retries"] == {(2, "timeout"): 1}


def test_the_time_of_a_try_is_that_of_connecting_too(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full, stage.upstream.getsockname(), **IN_TURN, **ONE_TRY_TIME)
    client = stage.client()
    client.send(POST)  # which nobody has, so it may go to another
    stage.settle()
    stage.engine.skip(0.4)
    stage.accept().send(answer(b"in time"))
    assert client.read().endswith(b"in time")
    assert stage.arena.read()["retries"] == {(2, "connect"): 1}


def test_the_time_of_a_try_is_over_when_its_answer_begins(stage: Stage) -> None:
    stage.adopt(**ONE_TRY_TIME)
    client = asked(stage)
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto")
    stage.settle()
    stage.engine.skip(0.5)
    upstream.send(b"ok")
    assert client.read().endswith(b"took")


def test_a_request_that_met_a_stale_connection_has_the_time_of_a_try(stage: Stage) -> None:
    stage.adopt(**ONE_TRY_TIME, upstreams__0__retries__attempts=1)
    client, upstream = stage.conversation()
    client.send(get())
    fail(upstream)
    stage.accept().read()
    stage.engine.skip(0.4)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


def used_by(stage: Stage, two: Endpoints, clients: int) -> list[Peer]:
    """Return as many connections that wait, half of them to each endpoint."""
    asking = [asked(stage) for _ in range(clients)]
    found = [two.asked()[1] for _ in asking]
    for upstream in found:
        upstream.read()
        upstream.send(answer())
    for client in asking:
        assert client.read().endswith(b"ok")
        client.close()
    return found


def reached(peers: list[Peer]) -> Peer:
    """Return the connection on which a request has come, which nobody has read."""
    ready, _, _ = select.select([peer.sock for peer in peers], [], [], 0)
    (found,) = [peer for peer in peers if peer.sock in ready]
    peers.remove(found)
    return found


def test_a_stale_connection_and_what_makes_up_for_it_are_one_try(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__retries__attempts=2)
    client = stage.client()
    found = []
    for fields in ("", "Connection: close\r\n"):
        client.send(get())
        found.append(two.asked()[1])
        found[-1].read()
        found[-1].send(answer(fields=fields))
        assert client.read().endswith(b"ok")
    client.send(get())
    fail(found[0])
    fail(two.asked()[1])
    stage.engine.skip(PAUSE)
    two.asked()[1].send(answer(b"at last"))
    assert client.read().endswith(b"at last")
    assert stage.arena.read()["retries"] == {(2, "stale"): 1, (2, "reset"): 1}


def test_what_nobody_can_have_read_is_sent_again_whatever_it_is(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    waiting = used_by(stage, two, 8)
    client = stage.client()
    client.send(POST)
    for _ in range(3):  # that closed as it came are for free
        stage.settle()
        reached(waiting).close()  # with the request unread: its kernel resets the connection
    _, upstream = two.asked()  # by a new connection
    assert upstream.read().endswith(b"hi")
    upstream.send(answer(b"read"))
    assert client.read().endswith(b"read")
    assert stage.arena.read()["retries"] == {(2, "stale"): 3}
