"""Bodies of many gigabytes, here of few megabytes: what is told of them is true."""

import io
import socket
import threading
from pathlib import Path

import pytest

from bench import bulk

SIZE = 3 << 20


def sent(size: int, *, chunked: bool) -> bytes:
    """Return what goes over the wire."""
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def send() -> None:
            bulk.send(theirs, size, chunked=chunked)
            theirs.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        with ours.makefile("rb") as stream:
            whole = stream.read()
        sender.join()
    return whole


def read(data: bytes, size: int, *, chunked: bool) -> int:
    return bulk.receive(io.BufferedReader(io.BytesIO(data)), size, chunked=chunked)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_whole_body_is_taken_for_one(chunked: bool) -> None:
    assert read(sent(SIZE, chunked=chunked), SIZE, chunked=chunked) == SIZE


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("wrong", ["an octet is another", "an octet is missing", "the end is missing"])
def test_another_body_is_seen(wrong: str, chunked: bool) -> None:
    body = bytearray(sent(SIZE, chunked=chunked))
    if wrong == "an octet is another":
        body[SIZE // 2] ^= 1
    elif wrong == "an octet is missing":
        del body[SIZE // 2]
    else:
        del body[-1:]
    with pytest.raises((bulk.WrongBodyError, ValueError)):
        read(bytes(body), SIZE, chunked=chunked)


@pytest.mark.parametrize("tls", [False, True])
def test_bodies_of_every_kind_go_through(tmp_path: Path, tls: bool) -> None:
    seen = bulk.measure(tmp_path, SIZE, list(bulk.KINDS), tls=tls)
    assert [(one.kind, one.size, one.wrong) for one in seen] == [(kind, SIZE, "") for kind in bulk.KINDS]
    assert all(len(one.grown) == 2 for one in seen)  # of the supervisor and of the worker


def test_a_body_that_is_not_whole_or_takes_memory_is_told() -> None:
    good = bulk.Seen("down-length", SIZE, 1.0, "", [0, bulk.MAY_GROW - 1])
    assert good.good
    assert not good._replace(wrong="after 3 octets").good
    assert not good._replace(grown=[0, bulk.MAY_GROW]).good
