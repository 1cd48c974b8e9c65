"""Connections to an endpoint that wait: which is used again, and for what."""

import pytest

from tests.engine.stage import Peer, Stage, answer, get, head_of, nobody

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"


def asked(stage: Stage, client: Peer, request: bytes = get()) -> Peer:
    """Let a client ask on a connection to the upstream that is new, answer, and return that connection."""
    client.send(request)
    upstream = stage.accept()
    assert upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    return upstream


def is_used(stage: Stage, client: Peer, upstream: Peer, request: bytes) -> bool:
    """Say whether a request goes out on this connection, and not on a new one; it is answered."""
    client.send(request)
    used = upstream.read() != b""
    (upstream if used else stage.accept()).send(answer())
    assert client.read().endswith(b"ok")
    return used


@pytest.mark.parametrize("request_", [get(), POST], ids=["GET", "POST"])
def test_one_whose_end_came_with_the_request_is_not_tried(stage: Stage, request_: bytes) -> None:
    client = stage.client()
    upstream = asked(stage, client)
    client.sock.send(request_)
    upstream.close()  # the engine hears of both in the same turn, of the request first
    fresh = stage.accept()
    assert fresh.read()
    fresh.send(answer(b"fresh"))
    assert client.read().endswith(b"fresh")
    assert stage.arena.read()["retries"] == {}


@pytest.mark.parametrize(("request_", "used"), [(get(), True), (POST, False)], ids=["GET", "POST"])
@pytest.mark.parametrize("waits", [[10.0], [10.0, 5.0], [5.0, 10.0]], ids=str)
def test_what_may_not_be_sent_twice_goes_on_none_that_is_about_to_be_closed(
    stage: Stage, request_: bytes, used: bool, waits: list[float]
) -> None:
    client = stage.client()
    for seconds in waits:
        upstream = asked(stage, client)
        stage.engine.skip(seconds)
        upstream.close()
        stage.settle()
    upstream = asked(stage, client)
    stage.engine.skip(0.5 * min(waits))
    assert is_used(stage, client, upstream, request_)
    if waits == [5.0, 10.0]:  # what was learned is the shortest
        return
    stage.engine.skip(0.9 * min(waits))
    assert is_used(stage, client, upstream, request_) is used


def test_those_of_an_endpoint_that_is_none_any_more_are_closed(stage: Stage) -> None:
    client = stage.client()
    upstream = asked(stage, client)
    stage.engine.endpoints(0, [])
    assert upstream.read() == b""
    assert upstream.ended
    assert stage.engine.held()["open"] == 0


def test_those_that_end_while_they_wait_leave_the_others(stage: Stage) -> None:
    clients = [stage.client() for _ in range(3)]
    for client in clients:
        client.send(get())
    waiting = [stage.accept() for _ in clients]
    for upstream, client in zip(waiting, clients, strict=True):  # the last waits on top
        upstream.read()
        upstream.send(answer())
        client.read()
    for at in (1, 0):
        waiting[at].close()
        stage.settle()
    assert stage.engine.held()["idle"] == 1
    clients[0].send(get())
    assert waiting[2].read().startswith(b"GET ")
    clients[1].send(get())
    assert stage.accept().read().startswith(b"GET ")


def test_the_first_address_that_a_name_server_tells_is_tried_first(stage: Stage) -> None:
    other = stage.listen()
    client = stage.client()
    stage.engine.resolve(0, 0, [nobody(), stage.upstream.getsockname()])
    asked(stage, client, get(fields="Connection: close\r\n")).close()
    stage.settle()
    stage.engine.resolve(0, 0, [other.getsockname(), stage.upstream.getsockname()])
    second = stage.client()
    second.send(get())
    taken = stage.meet(other)
    assert head_of(taken.read())[0] == "GET /x HTTP/1.1"


def test_one_that_was_read_dry_and_had_not_its_turn_since_is_used(stage: Stage) -> None:
    """What a pipe carried leaves the word of the kernel standing that something has come."""
    many, other = stage.client(), stage.client()
    many.send(get("/api/payments/many"))
    carrier = stage.accept()
    other.send(get("/api/payments/1") + get("/api/payments/2"))
    second = stage.accept()
    assert (carrier.read(), second.read()) != (b"", b"")
    carrier.send(answer(bytes(300_000))[:-1])
    assert len(many.read()) > 200_000
    carrier.sock.send(b"\0")  # it is complete in the turn that brings the other's next request
    second.sock.send(answer())
    assert carrier.read().startswith(b"GET /2 ")
    carrier.send(answer(b"two"))
    assert other.read().endswith(b"two")
    assert stage.engine.held()["open"] == 2
