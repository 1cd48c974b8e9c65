"""Upgraded connections are tunnels: octets both ways, each direction closed on its own (RFC 9110, section 7.8)."""

import contextlib
import hashlib
import threading

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.system.gateway import Gateway, is_problem
from tests.system.lanes import Lane
from tests.system.program import forget_peak, memory
from tests.system.services import content
from tests.system.wire import Peer

UPGRADE = "Connection: Upgrade\r\nUpgrade: chat/2\r\n"
SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat/2\r\n\r\n"


def talk_to(gateway: Gateway) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{gateway.port}/fastapi/ws", max_size=None, compression=None, proxy=None)


def tunnel(lane: Lane) -> tuple[Peer, Peer]:
    """Return the two ends of a tunnel."""
    client, upstream = lane.meet(UPGRADE)
    request = upstream.read_request().head
    assert (request.get("upgrade"), [value.lower() for value in request.all("connection")]) == ("chat/2", ["upgrade"])
    upstream.send(SWITCH)
    response = client.read_response()
    assert (response.status, response.head.get("upgrade")) == (101, "chat/2")
    assert "upgrade" in (response.head.get("connection") or "").lower()
    return client, upstream


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 20])
def test_websocket_messages_come_back(gateway: Gateway, size: int) -> None:
    text, data = "a" * size, content(size)
    with talk_to(gateway) as socket:
        socket.send(text)
        assert socket.recv() == text
        socket.send(data)
        assert socket.recv() == data


def test_a_big_websocket_message(gateway: Gateway) -> None:
    data = content(12 << 20)  # uvicorn takes up to 16 MiB
    with talk_to(gateway) as socket:
        socket.send(data)
        back = socket.recv()
    assert isinstance(back, bytes)
    assert hashlib.sha256(back).digest() == hashlib.sha256(data).digest()


def test_websocket_ping_close_and_subprotocol(gateway: Gateway) -> None:
    url = f"ws://127.0.0.1:{gateway.port}/fastapi/ws"
    with connect(url, subprotocols=["echo"], proxy=None) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "echo"
        assert socket.ping().wait(20)
        socket.close(4000, "enough")
    assert socket.close_code == 4000


def test_many_websockets_at_once(gateway: Gateway) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(talk_to(gateway)) for _ in range(40)]
        for number, socket in enumerate(sockets):
            socket.send(f"message {number}")
        assert [socket.recv() for socket in sockets] == [f"message {number}" for number in range(40)]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param("", id="to nothing"),
        pytest.param("Connection: Upgrade\r\nUpgrade: h2c\r\n", id="to another protocol"),
        pytest.param("Connection: Upgrade\r\nUpgrade: chat/1\r\n", id="to another version"),
        pytest.param("Upgrade: chat/2\r\n", id="without the option"),
        pytest.param("Connection: close\r\nUpgrade: chat/2\r\n", id="with another option"),
    ],
)
def test_a_switch_that_was_not_asked_for_is_none(lane: Lane, fields: str) -> None:
    """RFC 9110, section 7.8: a server must not switch to a protocol that the client did not indicate."""
    client, upstream = lane.meet(UPGRADE)
    upstream.read_request()
    upstream.send(f"HTTP/1.1 101 Switching Protocols\r\n{fields}\r\n")
    assert is_problem(client.read_response(), 502, "http_protocol_error")
    assert upstream.end() in ("closed", "reset")


def test_a_refused_upgrade_is_an_answer(lane: Lane) -> None:
    client, upstream = lane.meet(UPGRADE)
    upstream.read_request()
    upstream.answer(b"no", "403 Forbidden")
    assert client.read_response().body == b"no"
    client.send(lane.head())
    upstream.read_request()
    upstream.answer(b"yes")
    assert client.read_response().body == b"yes"


def test_octets_go_both_ways_as_they_are(lane: Lane) -> None:
    client, upstream = tunnel(lane)
    every = bytes(range(256)) * 100
    for _ in range(20):
        client.send(every)
        assert upstream.read(len(every)) == every
        upstream.send(every[::-1])
        assert client.read(len(every)) == every[::-1]


def test_octets_sent_with_the_heads_are_not_lost(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(UPGRADE) + b"early from the client")
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.send(SWITCH.encode() + b"early from the origin")
    assert client.read_response().status == 101
    assert client.read(21) == b"early from the origin"
    assert upstream.read(21) == b"early from the client"


def test_the_client_closes_its_direction_first(lane: Lane) -> None:
    client, upstream = tunnel(lane)
    client.send(b"last words")
    client.finish()
    assert upstream.read_to_end() == b"last words"
    for _ in range(5):
        upstream.send(b"still here")
        assert client.read(10) == b"still here"
    upstream.close()
    assert client.end() == "closed"
    assert lane.line()["status"] == 101


def test_the_origin_closes_its_direction_first(lane: Lane) -> None:
    client, upstream = tunnel(lane)
    upstream.send(b"last words")
    upstream.finish()
    assert client.read_to_end() == b"last words"
    for _ in range(5):
        client.send(b"still here")
        assert upstream.read(10) == b"still here"
    client.close()
    assert upstream.end() == "closed"
    assert lane.line()["status"] == 101


@pytest.mark.parametrize("first", ["client", "upstream"])
def test_a_reset_of_one_end_ends_the_other(lane: Lane, first: str) -> None:
    ends = dict(zip(("client", "upstream"), tunnel(lane), strict=True))
    ends.pop(first).reset()
    (other,) = ends.values()
    assert other.end() in ("closed", "reset")


def test_a_tunnel_is_held_back_by_its_reader(lane: Lane) -> None:
    client, upstream = tunnel(lane)
    worker = lane.gateway.workers()[0]
    before = memory(worker)
    forget_peak(worker)
    data = content(8 << 20) * 8
    sender = threading.Thread(target=client.send, args=(data,), daemon=True)
    sender.start()
    sender.join(0.5)  # nobody reads: only what buffers hold has left
    assert hashlib.sha256(upstream.read(len(data))).digest() == hashlib.sha256(data).digest()
    sender.join()
    assert memory(worker, "VmHWM") - before < 32 << 20


def test_an_unasked_switch_is_a_broken_answer(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(SWITCH)
    assert is_problem(client.read_response(), 502, "http_protocol_error")
    assert upstream.end() in ("closed", "reset")
