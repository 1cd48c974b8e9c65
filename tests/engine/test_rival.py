"""An endpoint that says nothing, and the second try beside it."""

import contextlib

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of

HEDGE = {"upstreams__0__hedge": {"quantile": 0.95, "factor": 1.0, "floor": 0.05}}


def teach(stage: Stage, two: Endpoints, times: int = 12) -> list[Peer]:
    """Let both endpoints answer a few requests quickly; return a connection of each, in their order."""
    found: dict[int, Peer] = {}
    client = stage.client()
    for _ in range(times):
        client.send(get())
        stage.settle()
        if len(found) < 2:
            at, upstream = two.asked()
            found[at] = upstream
        answered = False
        for upstream in found.values():
            if upstream.read():
                upstream.send(answer())
                answered = True
        assert answered
        assert client.read().endswith(b"ok")
    client.close()
    stage.pass_time(0.3)  # what was seen is looked at
    return [found[0], found[1]]


def race(stage: Stage, request: bytes = get()) -> tuple[Peer, Peer, Peer]:
    """Let an endpoint be late where another may be asked; return the client, the late one and the other."""
    upstreams = teach(stage, Endpoints(stage, **IN_TURN, **HEDGE))
    client = stage.client()
    client.send(request)
    stage.settle()
    late = next(at for at, upstream in enumerate(upstreams) if upstream.read())
    stage.pass_time(0.3)
    return client, upstreams[late], upstreams[1 - late]


def test_a_late_answer_is_overtaken_where_that_is_wanted(stage: Stage) -> None:
    client, late, other = race(stage)
    assert head_of(other.read())[0] == "GET /x HTTP/1.1"
    other.send(answer(b"overtaken", fields="X: 1\r\n"))
    assert client.read().endswith(b"overtaken")
    late.read()
    assert late.ended  # the first is given up
    line = stage.lines()[-1]
    assert (line["attempts"], line["endpoint"]) == (2, "{}:{}".format(*other.sock.getsockname()))
    assert stage.arena.read()["retries"] == {(2, "hedge"): 1}


@pytest.mark.parametrize(
    ("usual", "floor", "early", "late"),
    [
        pytest.param(0.4, 0.05, 0.25, 0.6, id="as long as is usual"),
        pytest.param(0.0, 0.8, 0.6, 0.95, id="but no less than was said"),
    ],
)
def test_when_another_is_asked(stage: Stage, usual: float, floor: float, early: float, late: float) -> None:
    hedge = {"upstreams__0__hedge": {"quantile": 0.95, "factor": 1.0, "floor": floor}}
    two = Endpoints(stage, **IN_TURN, **hedge)
    for _ in range(12):
        client = stage.client()
        client.send(get())
        _, upstream = two.asked()
        upstream.read()
        stage.engine.skip(usual)
        upstream.send(answer(fields="Connection: close\r\n"))
        assert client.read().endswith(b"ok")
    stage.pass_time(0.3)  # what was seen is looked at
    stage.client().send(get())
    place, upstream = two.asked()
    upstream.read()
    stage.engine.skip(early)
    with pytest.raises(AssertionError, match="nobody was asked"):
        two.asked()
    stage.engine.skip(late - early)
    assert two.asked()[0] == 1 - place


def test_what_may_become_a_tunnel_is_not_sent_twice(stage: Stage) -> None:
    _, _, other = race(stage, get(fields="Connection: upgrade\r\nUpgrade: websocket\r\n"))
    assert other.read() == b""
    assert stage.arena.read()["retries"] == {}


def test_the_second_is_asked_once_however_it_answers(stage: Stage) -> None:
    client, _, other = race(stage)
    asked = other.read()
    for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 3\r\n\r\n", b"y", b"es"):
        other.send(piece)
        asked += other.read()
    assert client.read().endswith(b"yes")
    assert asked.count(b"GET /x HTTP/1.1\r\n") == 1


def test_the_first_may_still_be_first(stage: Stage) -> None:
    client, late, other = race(stage)
    other.read()
    late.send(answer(b"first"))
    assert client.read().endswith(b"first")
    other.read()
    assert other.ended


def test_a_second_try_that_fails_changes_nothing(stage: Stage) -> None:
    client, late, other = race(stage)
    other.read()
    other.send(answer(status="503 Busy"))
    other.read()
    assert other.ended
    late.send(answer(b"first"))
    assert client.read().endswith(b"first")


def test_a_first_try_that_fails_leaves_the_second(stage: Stage) -> None:
    client, late, other = race(stage)
    other.read()
    late.send(b"no answer at all\r\n\r\n")
    stage.settle()
    other.send(answer(b"second"))
    assert client.read().endswith(b"second")


def test_what_may_not_be_sent_twice_has_no_rival(stage: Stage) -> None:
    client, late, other = race(stage, b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    assert other.read() == b""
    late.send(answer(b"once"))
    assert client.read().endswith(b"once")


def test_a_client_that_leaves_takes_both_tries_along(stage: Stage) -> None:
    client, late, other = race(stage)
    client.close()
    for upstream in (late, other):
        upstream.read()
        assert upstream.ended
    assert stage.lines()[-1]["status"] == 499


def test_an_endpoint_that_hangs_is_put_out_and_its_requests_go_elsewhere(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    upstreams = teach(stage, two)
    clients = [stage.client() for _ in range(8)]
    answered = 0
    for client in clients:
        client.send(get())
        stage.settle()
    _, well = upstreams
    serving = [well]
    for _ in range(20):
        stage.pass_time(0.1)
        with contextlib.suppress(BlockingIOError):
            serving.append(stage.take(two.listeners[1].accept()[0]))
        for upstream in serving:
            if upstream.read():
                upstream.send(answer(b"well"))
        answered = sum(b"well" in client.read() for client in clients) + answered
    assert answered == 8
    assert stage.arena.endpoint(0)["state"] != "closed"
    assert stage.arena.endpoint(1)["state"] == "closed"


def test_who_merely_waits_at_an_endpoint_that_hangs_leaves_retries_to_others(stage: Stage) -> None:
    budget = {"upstreams__0__retries__budget_ratio": 0.0, "upstreams__0__retries__budget_rate": 0.3}
    two = Endpoints(stage, **IN_TURN, **budget)  # three have gathered, and half of them are kept for need
    _, well = teach(stage, two)
    clients = [stage.client() for _ in range(8)]
    for client in clients:
        client.send(get())
        stage.settle()
    serving = [well]
    answered = 0
    for _ in range(6):  # 0.6 seconds: too early for a challenge, and for another retry to be granted
        stage.pass_time(0.1)
        with contextlib.suppress(BlockingIOError):
            while True:
                serving.append(stage.take(two.listeners[1].accept()[0]))
        for upstream in serving:
            if upstream.read():
                upstream.send(answer(b"well"))
        answered += sum(b"well" in client.read() for client in clients)
    assert answered == 4 + 2  # those that came there at once, and what the budget spares
    assert stage.arena.read()["retries"] == {(2, "hung"): 2}


def test_a_second_try_goes_on_where_the_first_was_stale(stage: Stage) -> None:
    client, late, other = race(stage)
    assert other.read()
    late.close()
    stage.settle()
    assert other.read() == b""
    assert not other.ended
    other.send(answer(b"goes on"))
    assert client.read().endswith(b"goes on")
    assert stage.arena.read()["retries"] == {(2, "hedge"): 1}


def test_who_falls_silent_after_an_answer_to_another_is_noticed(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    upstreams = teach(stage, two)
    client = stage.client()
    client.send(get())
    stage.settle()
    late = next(at for at, upstream in enumerate(upstreams) if upstream.read())
    for place in (1 - late, late):
        quick = stage.client()
        quick.send(get())
        upstream = upstreams[place] if place != late else two.asked()[1]
        assert upstream.read()
        upstream.send(answer())
        assert quick.read().endswith(b"ok")
    stage.engine.skip(1.2)
    assert upstreams[1 - late].read()
    upstreams[1 - late].send(answer(b"another"))
    assert client.read().endswith(b"another")


def test_a_worker_that_was_held_up_does_not_blame_an_endpoint_that_has_answered(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    stage.engine.tick()
    upstream.sock.send(answer())
    stage.engine.skip(1.2)  # it is the engine that did nothing
    assert client.read().endswith(b"ok")
    with pytest.raises(BlockingIOError):
        two.listeners[1].accept()
    assert stage.arena.read()["retries"] == {}
