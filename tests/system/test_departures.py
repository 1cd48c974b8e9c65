"""A client that goes away takes its upstream request with it, in every phase, and is logged as 499."""

import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.backlog import full_backlog
from tests.system.conftest import Launch
from tests.system.gateway import Gateway
from tests.system.lanes import Lane, Lanes
from tests.system.program import eventually
from tests.system.test_upgrade import tunnel
from tests.system.wire import ClosedError, Origin, Peer, clients, connect

HOW = pytest.mark.parametrize("how", ["close", "reset"])


class SecureLane(Lane):
    """A lane whose clients speak TLS."""

    authority: trustme.CA

    def client(self) -> Peer:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        plain = connect(self.gateway.port)
        secured = context.wrap_socket(plain.socket, server_hostname="localhost", suppress_ragged_eofs=False)
        clients.append(Peer(secured))
        return clients[-1]


@pytest.fixture(scope="module")
def secure_lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    folder: Path = tmp_path_factory.mktemp("secure")
    SecureLane.authority = trustme.CA()
    SecureLane.authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    pair = {"certificate": str(folder / "both.pem"), "key": str(folder / "both.pem")}
    made = Lanes(folder, {"server": {"tls": pair}})
    yield made
    made.stop()


@pytest.fixture(params=["plain", "tls"])
def either(request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A lane of either kind."""
    if request.param == "plain":
        yield request.getfixturevalue("lane")
        return
    for lane in request.getfixturevalue("secure_lanes").take():
        yield SecureLane(lane.gateway, lane.prefix, lane.origin)


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
    with full_backlog() as (_, port):
        config = {"timeouts": {"connect": "60s"}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{port}"}]}
        with Gateway(config, tmp_path_factory.mktemp("connecting")) as gateway:
            client = gateway.connect()
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            eventually(lambda: connecting_to(port, gateway.workers()[0]))
            leave(client, how)
            line = gateway.access_line(path="/a")
            assert (line["status"], line["reason"]) == (499, "client_gone")
            eventually(lambda: not connecting_to(port, gateway.workers()[0]))


@HOW
def test_while_it_waits_in_line(launch: Launch, origin: Origin, how: str) -> None:
    endpoint = f"http://127.0.0.1:{origin.port}"
    upstreams = {"one": {"endpoints": [endpoint], "caps": {"connections": 1}}}
    gateway = launch({"routes": [{"path": "/", "upstream": "one"}], "upstreams": upstreams})
    first, second, third = (gateway.connect() for _ in range(3))
    first.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
    upstream = origin.accept()
    upstream.read_request()
    for number, client in enumerate((second, third), 1):
        client.send(f"POST /{number} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        eventually(lambda number=number: gateway.metric("lumina_upstream_queue_waiting", upstream="one") == number)  # type: ignore[misc]
    leave(second, how)
    line = gateway.access_line(path="/1")
    assert (line["status"], line["reason"], line["attempts"]) == (499, "client_gone", 0)
    upstream.answer(b"first")
    assert first.read_response().body == b"first"
    assert upstream.read_request().head.line == "POST /2 HTTP/1.1"  # the one that left is never heard of
    upstream.answer(b"third")
    assert third.read_response().body == b"third"


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
def test_before_the_first_byte(either: Lane, how: str) -> None:
    client, upstream = either.meet()
    upstream.read_request()
    leave(client, how)
    cancelled(upstream, either)


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
def test_in_the_middle_of_a_response(either: Lane, framing: str, how: str) -> None:
    client, upstream = either.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n5\r\nfirst\r\n")
    client.read_until(b"first")
    leave(client, how)
    cancelled(upstream, either)


@HOW
def test_while_a_large_body_is_moved_by_the_kernel(either: Lane, how: str) -> None:
    client, upstream = either.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\nContent-Length: {1 << 30}\r\n\r\n", bytes(3 << 20))
    client.read_head()
    client.read(3 << 20)  # all that there is: only the client's leaving can be noticed now
    leave(client, how)
    cancelled(upstream, either)


@HOW
def test_while_the_origin_still_sends(either: Lane, how: str) -> None:
    client, upstream = either.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\nContent-Length: {1 << 30}\r\n\r\n")
    client.read_head()
    leave(client, how)
    block = bytes(1 << 20)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(1024):
            upstream.send(block)
    line = either.line()
    assert (line["status"], line["reason"]) == (499, "client_gone")


@HOW
@pytest.mark.parametrize("framing", ["Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"])
def test_in_the_middle_of_an_upload(either: Lane, framing: str, how: str) -> None:
    client, upstream = either.meet(framing, b"5\r\nfirst\r\n", method="POST")
    upstream.read_until(b"first")
    leave(client, how)
    cancelled(upstream, either)


@HOW
def test_while_the_origin_takes_nothing_of_the_upload(either: Lane, how: str) -> None:
    client, upstream = either.meet(f"Content-Length: {1 << 30}\r\n", method="POST")
    upstream.read_head()
    client.socket.settimeout(1.0)
    with contextlib.suppress(TimeoutError):
        while True:
            client.socket.send(bytes(1 << 20))
    leave(client, how)
    cancelled(upstream, either)


@HOW
def test_while_it_should_wait_to_be_told_to_go_on(lane: Lane, how: str) -> None:
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 10\r\n", method="POST")
    upstream.read_head()
    leave(client, how)
    cancelled(upstream, lane)


@HOW
def test_with_another_request_in_the_pipeline(either: Lane, how: str) -> None:
    client = either.client()
    client.send(either.head(), either.head(rest="/second"))
    upstream = either.origin.accept()
    upstream.read_request()
    leave(client, how)
    cancelled(upstream, either)


@HOW
def test_from_a_tunnel(lane: Lane, how: str) -> None:
    client, upstream = tunnel(lane)
    leave(client, how)
    assert upstream.end() in ("closed", "reset")
    upstream.close()
    line = lane.line()
    assert (line["status"], line["reason"]) == (101, "ok" if how == "close" else "client_gone")


@HOW
def test_from_a_tunnel_whose_other_end_takes_nothing(lane: Lane, how: str) -> None:
    client, upstream = tunnel(lane)
    client.socket.settimeout(1.0)
    with contextlib.suppress(TimeoutError):
        while True:
            client.socket.send(bytes(1 << 20))
    leave(client, how)
    if how == "reset":  # else the other end may still want what was sent before
        assert lane.line()["reason"] == "client_gone"
    assert upstream.drop() in ("closed", "reset")


@HOW
def test_in_the_moment_of_asking(lane: Lane, how: str) -> None:
    """The worker is held up, so that request and end are there at the same time."""
    pid = lane.gateway.workers()[0]
    client = lane.client()
    os.kill(pid, signal.SIGSTOP)
    try:
        client.send(lane.head())
        leave(client, how)
    finally:
        os.kill(pid, signal.SIGCONT)
    cancelled(lane.origin.accept(), lane)


def test_health_is_told_to_who_ends_its_side(lane: Lane) -> None:
    for path in ("/health", "/metrics"):
        client = lane.client()
        client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finish()
        assert client.read_response().status == 200
        assert client.end() == "closed"


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
