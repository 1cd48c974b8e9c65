"""Large bodies that go from socket to socket through a pipe."""

import os

import pytest

from tests.engine.stage import Stage, get, head_of

SIZE = 3_000_000


def test_a_large_body_arrives_whole(stage: Stage) -> None:
    body = os.urandom(SIZE)
    client = stage.client()
    for _ in range(2):
        client.send(get())
    upstream = stage.accept()
    for _ in range(2):
        upstream.read()
        wire = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE + body
        got = bytearray()
        while wire:
            try:
                wire = wire[upstream.sock.send(wire) :]
            except BlockingIOError:
                got += client.read()
        while len(got) < SIZE:
            got += client.read()
        assert head_of(bytes(got))[2] == body
    assert [line["bytes_out"] for line in stage.lines()] == [SIZE, SIZE]


@pytest.mark.parametrize("who", ["upstream", "client"])
def test_one_that_leaves_in_the_middle(stage: Stage, who: str) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
    upstream.sock.send(bytes(1_000_000))
    stage.settle()
    if who == "upstream":
        upstream.close()
        got = client.read_until(b"no such octets")
        assert client.ended
        assert len(got) < SIZE
        assert stage.lines()[0]["reason"] == "http_response_incomplete"
    else:
        client.close()
        stage.settle()
        upstream.read()
        assert upstream.ended
        assert stage.lines()[0]["status"] == 499


def test_a_client_that_does_not_read_stops_the_upstream(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    sent = 0
    while True:
        try:
            sent += upstream.sock.send(bytes(65536))
        except BlockingIOError:
            if not stage.settle():
                break
    assert sent < 50_000_000
    assert len(client.read()) > 100_000
    assert stage.settle() or upstream.sock.send(b"x") == 1
