"""Bodies stream as they come, in both directions and both framings, and never faster than they are taken."""

import hashlib
import os
import socket
import threading
import zlib
from pathlib import Path

import pytest

from tests.system.gateway import Gateway
from tests.system.lanes import Lane
from tests.system.program import forget_peak, memory
from tests.system.services import content
from tests.system.wire import Peer

GIB = 1 << 30
SIZE = int(os.environ.get("LUMINA_BIG", "1")) * GIB
MAY_GROW = 32 << 20  # octets of resident memory, whatever the size of the body
BLOCK = content(1 << 20)
# More than the sockets' buffers of two hops can hold (tcp_wmem and tcp_rmem), and far less than a body collected.
IN_FLIGHT = 128 << 20
MAY_WAIT = 512 << 10  # octets in the kernel for one client: without a bound of ours it took 3.7 MiB


def begin(lane: Lane, framing: str) -> tuple[Peer, Peer]:
    """Return the two ends of a response whose head has been read."""
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n")
    client.read_head()
    return client, upstream


# ---- causality: each part is sent only when the one before it has been seen


def test_an_event_is_seen_before_the_next_is_sent(lane: Lane) -> None:
    client, upstream = begin(lane, "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n")
    for number in range(200):
        event = b"data: %d\n\n" % number
        upstream.send_chunk(event)
        assert client.read_chunk() == event
    upstream.send("0\r\n\r\n")
    assert client.read_chunk() == b""


@pytest.mark.parametrize("size", [1, 100, 16000, 100_000])
def test_a_part_of_known_length_is_seen_before_the_next_is_sent(lane: Lane, size: int) -> None:
    client, upstream = begin(lane, f"Content-Length: {size * 20}\r\n")
    for number in range(20):
        part = bytes([65 + number]) * size
        upstream.send(part)
        assert client.read(size) == part


def test_a_part_of_a_body_until_close_is_seen_before_the_next_is_sent(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(version="1.0"))
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.send("HTTP/1.0 200 OK\r\n\r\n")
    client.read_head()
    for number in range(20):
        upstream.send(b"part %d" % number)
        assert client.read_until(b"part %d" % number)
    upstream.close()
    assert client.end() == "closed"


def test_the_head_is_seen_before_any_body_is_sent(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    assert client.read_head().status == 200
    upstream.send(b"ok")
    assert client.read(2) == b"ok"


@pytest.mark.parametrize("framing", ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"])
def test_a_part_of_a_request_is_seen_before_the_next_is_sent(lane: Lane, framing: str) -> None:
    client, upstream = lane.meet(framing, method="POST")
    upstream.read_head()
    for number in range(20):
        part = b"%05d" % number
        if "chunked" in framing:
            client.send_chunk(part)
            assert upstream.read_chunk() == part
        else:
            client.send(part)
            assert upstream.read(5) == part
    if "chunked" in framing:
        client.send("0\r\n\r\n")
        assert upstream.read_chunk() == b""
    upstream.answer()
    assert client.read_response().status == 200


def test_both_bodies_stream_at_once(lane: Lane) -> None:
    client, upstream = lane.meet("Transfer-Encoding: chunked\r\n", method="POST")
    upstream.read_head()
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert client.read_head().status == 200
    for number in range(50):
        word = b"word %d" % number
        client.send_chunk(word)
        assert upstream.read_chunk() == word
        upstream.send_chunk(word.upper())
        assert client.read_chunk() == word.upper()
    client.send("0\r\n\r\n")
    assert upstream.read_chunk() == b""
    upstream.send("0\r\n\r\n")
    assert client.read_chunk() == b""


# ---- back-pressure: a bounded number of octets is under way, however slow the reader


def fill(peer: Peer) -> int:
    """Send until nothing more is taken for a second; return how many octets were."""
    peer.socket.settimeout(1.0)
    sent = 0
    try:
        while sent < 4 * IN_FLIGHT:
            sent += peer.socket.send(BLOCK)
    except TimeoutError:
        pass
    peer.socket.settimeout(20.0)
    return sent


def test_a_client_that_does_not_read_stops_the_origin(lane: Lane) -> None:
    worker = lane.gateway.workers()[0]
    client, upstream = begin(lane, f"Content-Length: {GIB}\r\n")
    before = memory(worker)
    forget_peak(worker)
    sent = fill(upstream)
    assert sent < IN_FLIGHT
    assert memory(worker, "VmHWM") - before < MAY_GROW
    assert client.read(sent) == (BLOCK * (sent // len(BLOCK) + 1))[:sent]  # and goes on when it reads
    upstream.send(b"more")
    assert client.read(4) == b"more"


def waiting_in_kernel(peer: Peer) -> int:
    """Return the octets that the kernel holds for this peer: unsent, or not yet acknowledged."""
    ours, theirs = (f":{name[1]:04X}" for name in (peer.socket.getsockname(), peer.socket.getpeername()))
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    (queues,) = [row[4] for row in rows if row[1].endswith(theirs) and row[2].endswith(ours)]
    return int(queues.partition(":")[0], 16)


def test_little_waits_in_the_kernel_for_a_client_that_does_not_read(lane: Lane) -> None:
    client = lane.client()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.send(lane.head())
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\n\r\n")
    client.read_head()
    fill(upstream)
    assert 65536 < waiting_in_kernel(client) < MAY_WAIT


def test_an_origin_that_does_not_read_stops_the_client(lane: Lane) -> None:
    worker = lane.gateway.workers()[0]
    client, upstream = lane.meet(f"Content-Length: {GIB}\r\n", method="POST")
    upstream.read_head()
    before = memory(worker)
    forget_peak(worker)
    sent = fill(client)
    assert sent < IN_FLIGHT
    assert memory(worker, "VmHWM") - before < MAY_GROW
    assert upstream.read(sent) == (BLOCK * (sent // len(BLOCK) + 1))[:sent]
    client.send(b"more")
    assert upstream.read(4) == b"more"


# ---- gigabytes


def send_all(peer: Peer, size: int, *, chunked: bool) -> None:
    """Send `size` octets, in blocks of different sizes."""
    view = memoryview(BLOCK)
    at = number = 0
    while at < size:
        part = view[: min(size - at, len(BLOCK) - number % 7 * 1000)]
        if chunked:
            peer.socket.sendall(b"%x\r\n" % len(part))
        peer.socket.sendall(part)
        if chunked:
            peer.socket.sendall(b"\r\n")
        at += len(part)
        number += 1
    if chunked:
        peer.socket.sendall(b"0\r\n\r\n")


def expected_sum(size: int) -> int:
    """Return the checksum of what `send_all` sends."""
    view = memoryview(BLOCK)
    at = number = total = 0
    while at < size:
        part = view[: min(size - at, len(BLOCK) - number % 7 * 1000)]
        total = zlib.crc32(part, total)
        at += len(part)
        number += 1
    return total


def receive_all(peer: Peer, size: int, *, chunked: bool) -> tuple[int, int]:
    """Read a body; return its size and its checksum."""
    total = got = 0
    if chunked:
        while part := peer.read_chunk():
            total = zlib.crc32(part, total)
            got += len(part)
        peer.read_trailers()
    while not chunked and got < size:
        part = peer.read_some()
        total = zlib.crc32(part, total)
        got += len(part)
    return got, total


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("way", ["down", "up"])
def test_memory_does_not_grow_with_the_body(lane: Lane, way: str, chunked: bool) -> None:
    processes = [lane.gateway.pid, *lane.gateway.workers()]
    framing = "Transfer-Encoding: chunked\r\n" if chunked else f"Content-Length: {SIZE}\r\n"
    if way == "down":
        client, upstream = begin(lane, framing)
        source, sink = upstream, client
    else:
        client, upstream = lane.meet(framing, method="PUT")
        upstream.read_head()
        source, sink = client, upstream
    before = [memory(process) for process in processes]
    for process in processes:
        forget_peak(process)
    sender = threading.Thread(target=send_all, args=(source, SIZE), kwargs={"chunked": chunked}, daemon=True)
    sender.start()
    assert receive_all(sink, SIZE, chunked=chunked) == (SIZE, expected_sum(SIZE))
    sender.join()
    grown = [memory(process, "VmHWM") - had for process, had in zip(processes, before, strict=True)]
    assert max(grown) < MAY_GROW
    if way == "up":
        upstream.answer(b"stored")
        assert client.read_response().body == b"stored"
    line = lane.line()
    assert line["bytes_in" if way == "up" else "bytes_out"] >= SIZE


# ---- the same with real servers


def test_a_stored_file_arrives_whole_many_times(gateway: Gateway) -> None:
    digest = hashlib.sha256(content(1 << 20)).digest()
    with gateway.connect() as client:
        for _ in range(20):
            client.send("GET /nginx/1m HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert hashlib.sha256(client.read_response().body).digest() == digest
