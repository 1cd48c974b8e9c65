"""An exchange is used again for the next request, and brings nothing along."""

import copy

from lumina.snapshot import Snapshot
from tests.engine.stage import IN_TURN, Endpoints, Stage, answer, get, head_of, nobody
from tests.plan import plan


def test_each_request_may_meet_connections_that_close(stage: Stage) -> None:
    client, upstream = stage.conversation()
    for _ in range(5):
        client.send(get())
        assert upstream.read()
        upstream.close()  # it closed as the request came: stale
        upstream = stage.accept()
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")


def test_each_request_has_the_whole_of_its_time(stage: Stage) -> None:
    stage.adopt(upstreams__0__timeouts__request=3.0)
    client, upstream = stage.conversation()
    for _ in range(2):
        stage.engine.skip(2.0)
        client.send(get())
        assert upstream.read()
        stage.engine.skip(2.0)
        upstream.send(answer())
        assert client.read().endswith(b"ok")


def test_who_was_told_to_come_later_is_another(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    client = stage.client()
    client.send(get())
    _, first = two.asked()
    first.read()
    first.send(answer(status="503 Busy", fields="Retry-After: 9\r\nConnection: close\r\n"))
    _, second = two.asked()
    second.read()
    second.send(answer(fields="Connection: close\r\n"))
    assert client.read().endswith(b"ok")
    two.use(0)
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.close()  # without a word
    stage.settle()
    stage.engine.skip(0.3)  # the pause before the next try
    stage.accept().send(answer(b"again"))
    assert client.read().endswith(b"again")


def test_who_waits_no_longer_has_no_turn(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__requests=1, upstreams__0__timeouts__request=60.0)
    clients = [stage.client() for _ in range(4)]
    clients[0].send(get())
    upstream = stage.accept()
    upstream.read()
    clients[1].send(get())  # it waits for room
    stage.settle()
    clients[1].close()
    stage.settle()
    upstream.send(answer())
    assert clients[0].read().endswith(b"ok")
    stage.adopt(upstreams__0__timeouts__request=60.0)
    for client in clients[2:]:
        client.send(get())
        stage.settle()
    asked = [upstream, stage.accept()]
    assert [peer.read().count(b"GET ") for peer in asked] == [1, 1]
    stage.engine.skip(2.0)
    for peer, client in zip(asked, clients[2:], strict=True):
        assert peer.read() == b""
        peer.send(answer())
        assert client.read().endswith(b"ok")


def test_what_is_told_of_a_request_is_its_own(stage: Stage) -> None:
    stage.engine.slow(1.0)  # what connecting takes is looked at
    other = stage.listen()
    made = plan(nobody(), upstreams__0__retries__attempts=1)
    made["upstreams"].append({**copy.deepcopy(plan(other.getsockname())["upstreams"][0]), "name": "spare"})
    made["routes"][0]["fallback"] = {"upstream": 1, "answer": None}
    stage.engine.adopt(Snapshot(made))
    client = stage.client()
    client.send(get())
    upstream = stage.meet(other)
    upstream.read()
    upstream.send(answer())
    assert head_of(client.read())[0] == "HTTP/1.1 200 OK"
    stage.adopt(other.getsockname())
    for _ in range(2):
        client.send(get())
        upstream = upstream if upstream.read() else stage.meet(other)
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
    client.send(get("/nowhere"))
    client.read()
    away, *direct, nowhere = stage.lines()
    assert away["fallback"] == "connection_refused"
    assert all("fallback" not in line for line in (*direct, nowhere))
    assert [line["connect"] > 0.0 for line in direct] == [True, False]
    assert (nowhere["connect"], nowhere["first_byte"], nowhere["attempts"]) == (0.0, None, 0)


def test_who_asked_for_another_protocol_before_does_not_get_it_now(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="Connection: upgrade\r\nUpgrade: websocket\r\n"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    client.send(get())
    upstream = upstream if upstream.read() else stage.accept()
    upstream.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
    upstream.close()
    stage.settle()
    stage.engine.skip(0.3)
    assert b" 101 " not in client.read()
