"""The engine as the control plane holds it: snapshots, drains, names."""

from tests.engine.stage import Stage, answer, get, head_of


def test_what_is_under_way_finishes_while_it_drains(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    stage.engine.drain()
    upstream.send(answer(b"done"))
    _, fields, body = head_of(client.read())
    assert (fields["connection"], body, client.ended) == ("close", b"done", True)


def test_an_idle_connection_may_ask_once_more_while_it_drains(stage: Stage) -> None:
    client, upstream = stage.conversation()
    stage.engine.drain()
    client.send(get())
    upstream.read()
    upstream.send(answer(b"last"))
    _, fields, body = head_of(client.read())
    assert (fields["connection"], body) == ("close", b"last")


def test_a_connection_that_stays_idle_is_closed_soon(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    stage.accept().send(answer())
    client.read()
    stage.engine.drain()
    assert stage.wait(client) == b""
    assert (client.ended, stage.engine.connections) == (True, 0)


def test_an_exchange_keeps_the_snapshot_it_began_with(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    stage.adopt(routes=[])
    upstream.send(answer(b"old"))
    assert client.read().endswith(b"old")
    client.send(get())
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"


def test_pools_outlive_snapshots(stage: Stage) -> None:
    client, upstream = stage.conversation()
    stage.adopt()
    client.send(get("/api/payments/again"))
    assert head_of(upstream.read())[0] == "GET /again HTTP/1.1"


def test_a_name_is_told_what_it_stands_for(stage: Stage) -> None:
    host, port = stage.upstream.getsockname()
    stage.adopt(("payments.example", port))
    stage.engine.resolve(0, 0, [("127.0.0.99", 1), (host, port)])
    client = stage.client()
    client.send(get())
    stage.accept().send(answer())
    assert client.read().endswith(b"ok")


def test_access_lines_can_be_left_out(stage: Stage) -> None:
    stage.engine.access_log(wanted=False)
    client = stage.client()
    client.send(get("/nowhere"))
    client.read()
    assert stage.lines() == []
    assert stage.arena.read()["requests"] == {(0, "GET", 404): 1}
