"""A client that goes away takes its upstream request with it, in every phase, and is logged as 499."""

import contextlib
import os
import socket

import pytest

from tests.system.gateway import Gateway
from tests.system.lanes import Lane
from tests.system.program import eventually
from tests.system.test_failures import full_backlog
from tests.system.wire import ClosedError, Peer

HOW = pytest.mark.parametrize("how", ["close", "reset"])


def leave(client: Peer, how: str) -> None:
    if how == "reset":
        client.reset()
    else:
        client.close()


def cancelled(upstream: Peer, lane: Lane) -> None:
    """Assert that the origin's connection was ended, whatever had still come on it, and that the log says why."""
    assert upstream.drop() in ("closed", "reset")
    line = lane.line()
    assert (line["status"], line["reason"]) == (499, "client_gone")


@HOW
def test_while_connecting(tmp_path_factory: pytest.TempPathFactory, how: str) -> None:
    with full_backlog() as port:
        config = {"timeouts": {"connect": "60s"}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{port}"}]}
        with Gateway(config, tmp_path_factory.mktemp("connecting")) as gateway:
            client = gateway.connect()
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            eventually(lambda: connecting_to(port, gateway.workers()[0]))
            leave(client, how)
            line = gateway.access_line(path="/a")
            assert (line["status"], line["reason"]) == (499, "client_gone")
            eventually(lambda: not connecting_to(port, gateway.workers()[0]))


def connecting_to(port: int, pid: int) -> bool:
    """Say whether process `pid` has a connection attempt to `port` under way (SYN_SENT in /proc/net/tcp)."""
    with open(f"/proc/{pid}/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    waiting = {row[9] for row in rows if int(row[2].rpartition(":")[2], 16) == port and row[3] == "02"}
    return bool(waiting & sockets_of(pid))


def sockets_of(pid: int) -> set[str]:
    """Return the inodes of the sockets that a process has open."""
    found = set()
    for entry in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/{pid}/fd/{entry}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


@HOW
def test_before_the_first_byte(lane: Lane, how: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_after_an_informational_response(lane: Lane, how: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    assert client.read_response().status == 103
    leave(client, how)
    cancelled(upstream, lane)


@HOW
@pytest.mark.parametrize("framing", ["Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n", ""])
def test_in_the_middle_of_a_response(lane: Lane, framing: str, how: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n5\r\nfirst\r\n")
    client.read_until(b"first")
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_while_the_origin_still_sends(lane: Lane, how: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\nContent-Length: {1 << 30}\r\n\r\n")
    client.read_head()
    leave(client, how)
    block = bytes(1 << 20)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(1024):
            upstream.send(block)
    line = lane.line()
    assert (line["status"], line["reason"]) == (499, "client_gone")


@HOW
@pytest.mark.parametrize("framing", ["Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"])
def test_in_the_middle_of_an_upload(lane: Lane, framing: str, how: str) -> None:
    client, upstream = lane.meet(framing, b"5\r\nfirst\r\n", method="POST")
    upstream.read_until(b"first")
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_while_the_origin_takes_nothing_of_the_upload(lane: Lane, how: str) -> None:
    client, upstream = lane.meet(f"Content-Length: {1 << 30}\r\n", method="POST")
    upstream.read_head()
    client.socket.settimeout(1.0)
    with contextlib.suppress(TimeoutError):
        while True:
            client.socket.send(bytes(1 << 20))
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_while_it_should_wait_to_be_told_to_go_on(lane: Lane, how: str) -> None:
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 10\r\n", method="POST")
    upstream.read_head()
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_with_another_request_in_the_pipeline(lane: Lane, how: str) -> None:
    client = lane.client()
    client.send(lane.head(), lane.head(rest="/second"))
    upstream = lane.origin.accept()
    upstream.read_request()
    leave(client, how)
    cancelled(upstream, lane)


def test_an_answered_request_is_no_departure(lane: Lane) -> None:
    client, upstream = lane.meet("Content-Length: 2\r\n", b"ab", method="POST")
    upstream.read_request()
    upstream.answer()
    client.read_response()
    client.reset()
    assert (lane.line()["status"], lane.line()["reason"]) == (200, "ok")
    other = lane.ask()
    upstream.read_request()  # the same connection: it was not ended with its client
    upstream.answer()
    assert other.read_response().status == 200


def test_a_client_that_only_says_hello(lane: Lane) -> None:
    """It has asked for nothing, so nothing is logged, and nothing is held."""
    before = lane.gateway.metric("lumina_connections")
    opened = [lane.gateway.connect() for _ in range(20)]
    eventually(lambda: lane.gateway.metric("lumina_connections") >= before + 20)
    for number, client in enumerate(opened):
        with contextlib.suppress(ClosedError):
            client.send(b"GET / HT" if number % 2 else b"")
        client.socket.shutdown(socket.SHUT_RDWR)
        client.close()
    eventually(lambda: lane.gateway.metric("lumina_connections") <= before + 1)
