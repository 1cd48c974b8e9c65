"""Accepting connections, and as many as may be."""

import socket

from tests.engine.stage import Stage, get, head_of


def test_connections_over_the_limit_are_closed(stage: Stage) -> None:
    stage.adopt(limits__connections=2)
    clients = [stage.client() for _ in range(3)]
    stage.settle()
    assert stage.engine.connections == 2
    clients[2].read()
    assert clients[2].ended
    clients[0].close()
    stage.settle()
    again = stage.client()
    again.send(get("/nowhere"))
    assert head_of(again.read())[0] == "HTTP/1.1 404 Not Found"


def test_a_listener_for_health_alone_serves_no_routes(stage: Stage) -> None:
    sock = socket.create_server(("127.0.0.1", 0))
    sock.setblocking(False)
    address = sock.getsockname()
    stage.engine.listen(sock.detach(), None, True)
    client = stage._peer(socket.create_connection(address))
    client.send(get())
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"
