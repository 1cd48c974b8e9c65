"""How long a client may take. What must not happen here would have been due long before the test looks."""

import fcntl
import struct
import termios
from pathlib import Path

import pytest

from tests.engine.stage import Peer, Stage, answer, get, head_of

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n"
BLOCK = b"x" * (1 << 20)
HIGH_MARK = 131072  # octets that wait for one side before the other is read no more


def pass_time(stage: Stage, ticks: int) -> None:
    """Let so many ticks pass."""
    for _ in range(ticks):
        stage.engine.skip(stage.engine.TICK)
        stage.settle()


def lines_of(stage: Stage) -> list[tuple[int, str]]:
    return [(line["status"], line["reason"]) for line in stage.lines()]


def test_a_body_that_dribbles_is_refused(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.1, limits__min_request_rate=1000)
    client = stage.client()
    client.send(POST + b"\r\n" + b"x" * 50)
    first, fields, _ = head_of(stage.wait(client))
    assert (first, fields["connection"]) == ("HTTP/1.1 408 Request Timeout", "close")
    assert lines_of(stage) == [(408, "request_timeout")]


def test_what_came_of_a_body_gives_the_rest_time(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.1, limits__min_request_rate=1000)
    client = stage.client()
    client.send(POST + b"\r\n" + b"x" * 15_000)  # worth fifteen seconds
    upstream = stage.accept()
    pass_time(stage, 8)
    client.send(b"x" * 5000)
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")


def test_credit_is_no_longer_than_the_pause_that_is_allowed(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.1, timeouts__body=0.2, limits__min_request_rate=1000)
    client = stage.client()
    client.send(POST + b"\r\n" + b"x" * 15_000)
    assert head_of(stage.wait(client))[0] == "HTTP/1.1 408 Request Timeout"


@pytest.mark.parametrize(
    ("rate", "fields"), [(1000, b"Expect: 100-continue\r\n"), (0, b"")], ids=["a sign is awaited", "no rate"]
)
def test_a_body_that_need_not_come_yet(stage: Stage, rate: int, fields: bytes) -> None:
    stage.adopt(timeouts__rate_grace=0.1, limits__min_request_rate=rate)
    client = stage.client()
    client.send(POST + fields + b"\r\n")
    upstream = stage.accept()
    pass_time(stage, 8)
    upstream.read()
    client.send(b"x" * 20_000)
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")


def test_a_body_that_nobody_takes_need_not_come(stage: Stage, tmp_path: Path) -> None:
    stage.by_unix(tmp_path / "upstream", timeouts__body=10.0, upstreams__0__timeouts__first_byte=3600.0)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
    upstream = stage.accept()
    upstream.read()
    sent = taken = 0
    while sent - taken <= HIGH_MARK:  # until no more is read, and all that was sent has been
        client.send(b"x" * 8192)
        sent += 8192
        stage.settle()
        (taken,) = struct.unpack("i", fcntl.ioctl(upstream.sock, termios.FIONREAD, bytes(4)))
    stage.engine.skip(30.0)
    assert client.read() == b""
    while found := upstream.read():  # and from now on the rest is waited for
        sent -= len(found)
    assert sent == 0
    stage.engine.skip(5.0)
    assert client.read() == b""
    stage.engine.skip(10.0)
    assert head_of(client.read())[0] == "HTTP/1.1 408 Request Timeout"


def blocked(stage: Stage) -> tuple[Peer, Peer]:
    """Return a client that was answered more than it has taken, and the upstream."""
    client = stage.client()
    client.send(b"GET /api/payments/x HTTP/1.1\r\nHost: a\r\n\r\n")
    upstream = stage.accept()
    upstream.read()
    upstream.sock.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 40))
    fill(stage, upstream)
    return client, upstream


def fill(stage: Stage, upstream: Peer) -> None:
    """Let the upstream send as much as is taken from it."""
    while True:
        try:
            upstream.sock.send(BLOCK)
        except BlockingIOError:
            if not stage.settle():
                return


@pytest.mark.parametrize(
    "changed",
    [
        {"timeouts__rate_grace": 0.1, "limits__min_response_rate": 1 << 30},
        {"timeouts__write": 0.1, "limits__min_response_rate": 0},
    ],
    ids=["rate", "pause"],
)
def test_a_client_that_takes_nothing_is_let_go(stage: Stage, changed: dict[str, object]) -> None:
    stage.adopt(**changed)
    _, upstream = blocked(stage)
    assert stage.wait(upstream) == b""
    assert upstream.ended
    assert lines_of(stage) == [(200, "client_too_slow")]
    assert stage.arena.read()["limits"] == {"write_time": 1}


def test_a_client_that_takes_too_little_is_let_go(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.1, limits__min_response_rate=1 << 40)
    client, upstream = blocked(stage)
    for _ in range(60):
        if lines_of(stage):
            break
        client.sock.recv(1 << 16)
        pass_time(stage, 1)
    upstream.read()
    assert upstream.ended
    assert stage.arena.read()["limits"] == {"write_time": 1}


def test_the_time_that_a_client_takes_is_not_its_upstream_s(stage: Stage) -> None:
    stage.adopt(timeouts__write=3600.0, limits__min_response_rate=0, upstreams__0__timeouts__between_bytes=10.0)
    _, upstream = blocked(stage)
    stage.engine.skip(30.0)
    upstream.read()
    assert not upstream.ended
    assert lines_of(stage) == []


@pytest.mark.parametrize("rate", [1, 0])
def test_a_client_that_takes_enough_is_not(stage: Stage, rate: int) -> None:
    stage.adopt(timeouts__rate_grace=0.1, timeouts__write=1.0, limits__min_response_rate=rate)
    client, upstream = blocked(stage)
    for _ in range(30):
        assert client.sock.recv(1 << 20)
        fill(stage, upstream)
        pass_time(stage, 1)
    upstream.read()
    assert not upstream.ended
    assert lines_of(stage) == []


def test_a_pause_begins_when_the_client_took_the_last(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.1, timeouts__write=1.0, limits__min_response_rate=0)
    client, upstream = blocked(stage)
    for _ in range(22):
        assert client.sock.recv(1 << 20)
        fill(stage, upstream)
        pass_time(stage, 1)
    pass_time(stage, 8)
    assert lines_of(stage) == []


def test_who_has_just_begun_may_take_little(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=60.0, timeouts__write=0.3, limits__min_response_rate=1 << 40)
    client, upstream = blocked(stage)
    for _ in range(20):
        assert client.sock.recv(1 << 20)
        fill(stage, upstream)
        pass_time(stage, 1)
    assert lines_of(stage) == []


def test_who_never_asks_met_another_limit_than_who_asks_no_more(stage: Stage) -> None:
    stage.adopt(timeouts__header=0.2, timeouts__keep_alive=0.2)
    silent, asking = stage.client(), stage.client()
    asking.send(b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
    asking.read()
    pass_time(stage, 12)
    assert (silent.read(), asking.read()) == (b"", b"")
    assert stage.arena.read()["limits"] == {"header_time": 1, "keep_alive": 1}


@pytest.mark.parametrize("ticks", range(2043, 2052))
def test_a_time_that_is_more_than_once_round_the_wheel_is_kept(stage: Stage, ticks: int) -> None:
    """The wheel has 1024 places, a tick each: what is left of a time when its place comes up is waited for, too."""
    seconds = ticks * stage.engine.TICK
    stage.adopt(timeouts__keep_alive=seconds)
    client = stage.client()
    client.send(b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
    client.read()
    for _ in range(ticks - 4):
        stage.engine.skip(stage.engine.TICK)
    client.read()
    assert not client.ended
    for _ in range(6):
        stage.engine.skip(stage.engine.TICK)
    client.read()
    assert client.ended


def uploading(stage: Stage) -> tuple[Peer, Peer, int]:
    """Return a client that sends a body and takes nothing of the answer, the upstream, and the parts of the answer."""
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    count = 0
    while True:
        try:
            upstream.sock.sendall(part)
        except BlockingIOError:
            return client, upstream, count
        count += 1
        stage.settle()


def test_who_takes_a_piece_of_the_answer_still_owes_the_body(stage: Stage) -> None:
    stage.adopt(timeouts__rate_grace=0.3, timeouts__body=0.3)
    client, upstream, count = uploading(stage)
    got = 0
    while got < count * 65536:
        got += client.read().count(b"x")
    pass_time(stage, 20)
    client.read()
    assert client.ended
    upstream.read()
    assert upstream.ended
    assert lines_of(stage) == [(200, "request_timeout")]


@pytest.mark.parametrize("rest", [b"0\r\n\r\n", b"1\r\nx\r\n"], ids=["the end", "a part"])
def test_a_body_that_goes_on_is_no_reason_to_take_nothing(stage: Stage, rest: bytes) -> None:
    stage.adopt(timeouts__rate_grace=1.0, timeouts__write=0.2)
    client, *_ = uploading(stage)
    for turn in range(20):
        if turn == 0 or rest.startswith(b"1"):
            try:
                client.sock.send(rest)
            except OSError:
                break
        pass_time(stage, 1)
    assert lines_of(stage) == [(200, "client_too_slow")]


def test_who_was_told_that_nothing_more_comes_has_two_seconds_to_leave(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="Connection: close\r\n"))
    stage.accept().send(answer())
    assert client.read().endswith(b"ok")
    assert client.ended
    stage.engine.skip(1.0)
    assert stage.engine.held()["connections"] == 1
    stage.engine.skip(2.0)
    assert stage.engine.held()["connections"] == 0
    assert stage.arena.read()["limits"] == {}  # it has met none
