"""Accepting connections, and as many as may be."""

import resource
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from tests.engine.stage import Stage, entrance, get, head_of


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
    sock = entrance()
    address = sock.getsockname()
    stage.engine.listen(sock.detach(), None, True)
    client = stage.take(socket.create_connection(address))
    client.send(get())
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"


def test_who_came_before_the_drain_is_served(stage: Stage) -> None:
    client = stage.client()
    stage.engine.drain()  # nobody has accepted it yet
    client.send(get("/nowhere"))
    line, fields, _ = head_of(client.read())
    assert (line, fields["connection"]) == ("HTTP/1.1 404 Not Found", "close")
    assert stage.arena.read()["workers"][0]["accepted"] == 1


def test_who_had_begun_before_the_drain_may_finish(stage: Stage) -> None:
    client, idle = stage.client(), stage.client()
    request = get("/nowhere")
    client.send(request[:9])
    stage.settle()
    stage.engine.drain()
    stage.engine.skip(5.0)
    idle.read()
    assert idle.ended
    client.send(request[9:])
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"


def test_without_descriptors_whoever_comes_is_sent_away_and_later_served_again(stage: Stage) -> None:
    socks = [socket.socket() for _ in range(4)]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    fillers = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 1, before[1]))
    try:
        while True:
            try:
                fillers.append(socket.socket())
            except OSError:
                break
        for sock in socks[:3]:
            sock.connect(stage.address)
            assert stage.take(sock).read() == b""
            assert stage.peers[-1].ended
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for filler in fillers:
            filler.close()
    socks[3].connect(stage.address)
    client = stage.take(socks[3])
    client.send(get("/nowhere"))
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"
    assert stage.engine.connections == 1


@pytest.mark.parametrize("before", ["", "it said something", "it ended its side"])
def test_who_left_before_it_was_accepted_leaves_nothing_behind(stage: Stage, before: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    sock = entrance()
    address = sock.getsockname()
    stage.engine.listen(sock.detach(), context, False)
    leaving = stage.take(socket.create_connection(address))
    if before == "it said something":
        leaving.sock.send(b"\x16\x03\x01")
    elif before:
        leaving.finish()
    leaving.reset_now()
    stage.settle()
    held = stage.engine.held()
    assert held == dict.fromkeys(held, 0)
    client = stage.client()
    client.send(get("/nowhere"))
    assert head_of(client.read())[0] == "HTTP/1.1 404 Not Found"
