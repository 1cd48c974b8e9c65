"""What the kernel knows of a request that met a closing connection."""

import json
import socket
import struct

import pytest

from tests.engine.stage import Stage, answer, head_of

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


def test_a_post_that_was_closed_upon_unread_is_sent_again(stage: Stage) -> None:
    client, upstream = stage.conversation()
    client.send(POST % 2 + b"hi")
    stage.settle()
    upstream.close()  # with the request in its kernel's hands
    fresh = stage.accept()
    assert fresh.read().endswith(b"hi")
    fresh.send(answer(b"fresh"))
    assert client.read().endswith(b"fresh")
    assert stage.lines()[-1]["attempts"] == 2


@pytest.mark.parametrize("size", [2, 40000])
def test_a_post_that_was_read_is_not(stage: Stage, size: int) -> None:
    client, upstream = stage.conversation()
    client.send(POST % size + b"x" * size)
    stage.settle()
    assert upstream.sock.recv(20000 if size > 2 else 65536)  # of the long one not all: it may have been acted on
    upstream.close()
    assert json.loads(head_of(client.read())[2])["reason"] == "connection_terminated"
    with pytest.raises(BlockingIOError):
        stage.upstream.accept()


def test_a_reset_on_a_fresh_connection_is_no_evidence(stage: Stage) -> None:
    client = stage.client()
    client.send(POST % 2 + b"hi")
    upstream = stage.accept()
    upstream.read()
    upstream.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    upstream.close()
    assert json.loads(head_of(client.read())[2])["reason"] == "connection_terminated"
