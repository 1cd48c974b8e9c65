"""Second tries: how many, for what, and at whose expense."""

import contextlib
import socket

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of, nobody

NOTHING = {"upstreams__0__retries__budget_ratio": 0.0, "upstreams__0__retries__budget_rate": 0.0}


def two(stage: Stage, **changes: object) -> socket.socket:
    """Work with two endpoints, in turns; return the second's listener."""
    return Endpoints(stage, **IN_TURN, **changes).listeners[1]


def test_a_request_that_met_three_connections_that_closed_is_sent_on_a_new_one(stage: Stage) -> None:
    other = two(stage, **NOTHING)
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
    for _ in range(3):
        (met,) = asked(stage)
        assert met in upstreams
        met.close()
    (met,) = asked(stage, stage.upstream, other)
    assert met not in upstreams  # others wait, and are not trusted any more
    met.send(answer(b"at last"))
    assert clients[0].read().endswith(b"at last")
    assert stage.arena.read()["retries"] == {(2, "stale"): 3}


def test_no_new_one_is_opened_above_the_cap_for_a_request_that_met_three_that_closed(stage: Stage) -> None:
    four = Endpoints(stage, 4, **IN_TURN, **NOTHING, upstreams__0__caps__connections=1)
    client = stage.client()
    waiting = []
    for _ in range(4):
        client.send(get())
        waiting.append(four.asked()[1])
        waiting[-1].read()
        waiting[-1].send(answer())
        client.read()
    client.send(get())
    for _ in range(3):
        (met,) = asked(stage)
        waiting.remove(met)
        met.close()
    (met,) = asked(stage, *four.listeners)
    assert [met] == waiting
    met.send(answer(b"at last"))
    assert client.read().endswith(b"at last")


def test_who_closes_one_connection_after_the_other_is_left_for_another(stage: Stage) -> None:
    by_client = {"policy": "hash", "by": "client", "name": None, "load": 100.0}
    other = Endpoints(stage, upstreams__0__balance=by_client, **NOTHING).listeners[1]
    clients = [stage.client() for _ in range(5)]
    for client in clients:
        client.send(get())
    ending = asked(stage, stage.upstream, other)
    assert len(ending) == len(clients)
    where = ending[0].sock.getsockname()
    for upstream in ending:
        upstream.send(answer())
    for client in clients:
        client.read()
    clients[0].send(get())
    for _ in range(2):
        (met,) = asked(stage)
        assert met in ending
        met.close()
    (met,) = asked(stage, stage.upstream, other)
    assert met.sock.getsockname() != where
    met.send(answer(b"here"))
    assert clients[0].read().endswith(b"here")


def test_one_that_was_never_used_before_is_not_stale(stage: Stage) -> None:
    stage.adopt(**NOTHING)
    client = stage.client()
    client.send(get())
    stage.accept().close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert stage.arena.read()["retries"] == {}


def test_what_was_resent_counts_as_one_try(stage: Stage) -> None:
    other = two(stage, upstreams__0__retries__attempts=2, upstreams__0__retries__budget_ratio=1.0)
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


def test_another_endpoint_is_asked_for_nothing_where_no_connection_came_about(stage: Stage) -> None:
    other = stage.listen()
    stage.adopt(nobody(), other.getsockname(), **IN_TURN, **NOTHING)
    client = stage.client()
    client.send(get())
    taken = stage.meet(other)
    taken.read()
    taken.send(answer(b"here"))
    assert client.read().endswith(b"here")
    assert stage.arena.read()["over_budget"] == {}


def test_another_endpoint_is_asked_for_nothing_where_the_connection_was_never_accepted(stage: Stage) -> None:
    other = two(stage, **NOTHING)
    client = stage.client()
    client.send(get())
    stage.settle()
    stage.upstream.close()  # its process ends
    taken = stage.meet(other)
    assert taken.read().startswith(b"GET /x HTTP/1.1\r\n")
    taken.send(answer(b"here"))
    assert client.read().endswith(b"here")
    assert stage.arena.read()["retries"] == {(2, "reset"): 1}


def test_what_may_not_be_done_twice_is_not_where_it_is_only_likely_that_it_was_not(stage: Stage) -> None:
    other = two(stage)
    client = stage.client()
    client.send(POST)
    stage.settle()
    stage.upstream.close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert asked(stage, other) == []


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20"])
def test_another_endpoint_is_not_asked_for_nothing_by_who_read_or_answered(stage: Stage, said: bytes) -> None:
    other = two(stage, **NOTHING)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    if said:
        upstream.send(said)
        stage.settle()
    else:
        assert upstream.read()
    upstream.close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert asked(stage, other) == []


def test_for_nothing_each_endpoint_is_asked_once(stage: Stage) -> None:
    other = two(stage, **NOTHING)
    client = stage.client()
    client.send(get())
    for listener in (stage.upstream, other):
        stage.settle()
        listener.close()
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert stage.arena.read()["retries"] == {(2, "reset"): 1}


BROKEN = {"half a head": b"HTTP/1.1 20", "no head": b"SSH-2.0-OpenSSH\r\n\r\n"}
POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"


def broken_off(stage: Stage, request: bytes, said: bytes) -> Peer:
    """Return a client whose endpoint said that, and ended."""
    client = stage.client()
    client.send(request)
    upstream = stage.accept()
    upstream.read()
    upstream.send(said)
    stage.settle()
    upstream.close()
    stage.settle()
    return client


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_of_an_answer_that_breaks_off_before_its_head_is_there_the_client_sees_nothing(
    stage: Stage, said: bytes
) -> None:
    other = two(stage)
    client = broken_off(stage, get(), said)
    second = stage.meet(other)
    assert second.read().startswith(b"GET /x HTTP/1.1\r\n")
    second.send(answer(b"whole"))
    first, _, body = head_of(client.read())
    assert (first, body) == ("HTTP/1.1 200 OK", b"whole")
    assert stage.arena.read()["retries"] == {(2, "reset"): 1}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_what_an_endpoint_has_begun_to_answer_is_not_done_twice(stage: Stage, said: bytes) -> None:
    other = two(stage)
    client = broken_off(stage, POST, said)
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    with pytest.raises(BlockingIOError):
        stage.meet(other)


def test_who_says_a_word_of_an_answer_has_the_request_though_it_read_none_of_it(stage: Stage) -> None:
    other = two(stage)
    client = stage.client()
    upstreams = []
    for listener in (stage.upstream, other):
        client.send(get())
        upstreams += asked(stage, listener)
        upstreams[-1].send(answer())
        client.read()
    client.send(POST)  # to the first again
    stage.settle()
    upstreams[0].sock.send(b"HTTP/1.1 20")
    stage.settle()
    upstreams[0].close()  # with the request unread: its kernel resets the connection
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    assert asked(stage, stage.upstream, other) == []


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_who_has_nobody_beside_it_is_not_asked_again(stage: Stage, said: bytes) -> None:
    client = broken_off(stage, get(), said)
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    with pytest.raises(BlockingIOError):
        stage.accept()


LONG_OUT = {
    "upstreams__0__retries__statuses": [],
    "upstreams__0__outliers__consecutive": 1,
    "upstreams__0__outliers__ejection": 60.0,
    "upstreams__0__outliers__max_ejection": 60.0,
}


def put_out(stage: Stage, client: Peer, listener: socket.socket) -> None:
    """Let the endpoint whose turn it is fail its request, so that it is out of use."""
    client.send(get())
    upstream = stage.meet(listener)
    upstream.read()
    upstream.send(answer(status="503 Busy"))
    assert head_of(client.read())[0] == "HTTP/1.1 503 Busy"


def asked(stage: Stage, *listeners: socket.socket) -> list[Peer]:
    """Return the connections on which a request has just come, those included that wait at these listeners."""
    for listener in listeners:
        with contextlib.suppress(BlockingIOError):
            while True:
                stage.meet(listener)
    return [peer for peer in stage.peers if peer.sock.fileno() >= 0 and peer.read().startswith(b"GET ")]


def test_who_was_put_out_of_use_is_better_than_who_has_just_refused(stage: Stage) -> None:
    other = stage.listen()
    stage.adopt(stage.upstream.getsockname(), other.getsockname(), nobody(), **IN_TURN, **LONG_OUT)
    client = stage.client()
    put_out(stage, client, stage.upstream)
    put_out(stage, client, other)
    assert [stage.arena.endpoint(at)["ejections"] for at in range(3)] == [1, 1, 0]
    for _ in range(3):  # the third is the last in use, and is never put out of it
        client.send(get())
        (found,) = asked(stage, stage.upstream, other)
        found.send(answer(b"well again"))
        assert client.read().endswith(b"well again")


def test_nobody_is_challenged_by_who_is_out_of_use(stage: Stage) -> None:
    other = two(stage, **LONG_OUT)
    client = stage.client()
    put_out(stage, client, stage.upstream)
    client.send(get())
    (first,) = asked(stage, other)
    stage.engine.skip(5.0)
    assert asked(stage, stage.upstream, other) == []
    first.send(answer(b"late"))
    assert client.read().endswith(b"late")


@pytest.mark.parametrize("spent", [1, 2])
def test_what_only_hurries_a_request_leaves_retries_to_those_that_need_them(stage: Stage, spent: int) -> None:
    other = two(
        stage,
        upstreams__0__retries__budget_ratio=0.0,
        upstreams__0__retries__budget_rate=0.3,  # three can gather, and half of them are kept for need
        upstreams__0__outliers=None,
    )
    client = stage.client()
    for _ in range(spent):
        client.send(get())
        (first,) = asked(stage, stage.upstream, other)
        first.send(answer(status="503 Busy"))
        (second,) = asked(stage, stage.upstream, other)
        second.send(answer())
        assert client.read().endswith(b"ok")
    client.send(get())
    (first,) = asked(stage, stage.upstream, other)
    stage.engine.skip(1.2)
    found = asked(stage, stage.upstream, other)
    assert len(found) == (1 if spent == 1 else 0)
    if not found:
        first.send(b"HTTP/1.1 20")
        stage.settle()
        first.close()
        found = asked(stage, stage.upstream, other)
    found[0].send(answer(b"at last"))
    assert client.read().endswith(b"at last")


def test_what_only_hurries_a_request_is_paid_for(stage: Stage) -> None:
    other = two(
        stage,
        upstreams__0__retries__budget_ratio=0.0,
        upstreams__0__retries__budget_rate=0.3,  # three can gather, and half of them are kept for need
        upstreams__0__outliers=None,
    )
    for _ in range(4):
        stage.client().send(get())
        stage.settle()
    assert len(asked(stage, stage.upstream, other)) == 4
    stage.engine.skip(1.2)
    assert len(asked(stage, stage.upstream, other)) == 2
    assert stage.arena.read()["retries"] == {(2, "hedge"): 2}


def test_half_a_request_is_not_sent_to_another(stage: Stage) -> None:
    other = two(stage)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"mine", status="503 Busy"))
    assert head_of(client.read())[::2] == ("HTTP/1.1 503 Busy", b"mine")
    with pytest.raises(BlockingIOError):
        stage.meet(other)


@pytest.mark.parametrize(("status", "out"), [(500, 0), (501, 0), (502, 1), (503, 1), (504, 1), (505, 0), (429, 0)])
def test_which_answers_say_that_an_endpoint_fails(stage: Stage, status: int, out: int) -> None:
    two(stage, upstreams__0__retries__statuses=[], upstreams__0__outliers__consecutive=1)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(status=f"{status} So"))
    assert head_of(client.read())[0] == f"HTTP/1.1 {status} So"
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [out, 0]


def test_whose_answer_has_begun_makes_room_for_the_next(stage: Stage) -> None:
    stage.adopt(upstreams__0__adaptive={"tolerance": 2.0, "minimum": 1, "maximum": 1})
    first, second, third = (stage.client() for _ in range(3))
    first.send(get("/api/payments/1"))
    upstream = stage.accept()
    upstream.read()
    for at, client in ((2, second), (3, third)):
        client.send(get(f"/api/payments/{at}"))
        with pytest.raises(BlockingIOError):
            stage.accept()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
    assert head_of(stage.accept().read())[0] == "GET /2 HTTP/1.1"
    with pytest.raises(BlockingIOError):
        stage.accept()
