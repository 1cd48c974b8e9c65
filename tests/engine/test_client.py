"""What a client may do on its connection, and what it is told when it may not."""

import contextlib
import re
import select

import pytest

from tests.engine.stage import Stage, answer, get, head_of

UPLOAD = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
CHUNKED = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_pipelined_requests_are_answered_in_order(stage: Stage) -> None:
    client = stage.client()
    client.send(get("/api/payments/1") + get("/api/payments/2") + get("/api/payments/3"))
    upstream = stage.accept()
    got = b""
    for number in (b"1", b"2", b"3"):
        assert upstream.read().startswith(b"GET /" + number)
        upstream.send(answer(number))
        got += client.read()
    assert [part[:1] for part in got.split(b"\r\n\r\n")[1:]] == [b"1", b"2", b"3"]


def test_a_refused_request_among_pipelined_ones_ends_the_connection(stage: Stage) -> None:
    client = stage.client()
    client.send(get("/nowhere") + b"GET /api/payments/x HTTP/1.1\r\n\r\n" + get())
    got = client.read()
    assert re.findall(rb"HTTP/1.1 (\d+) ", got) == [b"404", b"400"]
    assert client.ended


def test_a_head_may_come_octet_by_octet(stage: Stage) -> None:
    client = stage.client()
    for octet in get():
        client.send(bytes([octet]))
        stage.settle()
    stage.accept().send(answer())
    assert client.read().endswith(b"\r\n\r\nok")


def test_a_broken_chunk_is_refused_before_the_upstream_answers(stage: Stage) -> None:
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    upstream = stage.accept()
    upstream.read()
    client.send(b"zz\r\n")
    first, fields, _ = head_of(client.read())
    assert (first, fields["connection"], client.ended) == ("HTTP/1.1 400 Bad Request", "close", True)
    upstream.read()
    assert upstream.ended


@pytest.mark.parametrize(
    ("changed", "sent", "status"),
    [
        pytest.param("timeouts__header", b"GET /api/pay", 408, id="half a head"),
        pytest.param(
            "timeouts__body",
            b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
            408,
            id="half a body",
        ),
    ],
)
def test_what_does_not_come_in_time_is_told(stage: Stage, changed: str, sent: bytes, status: int) -> None:
    stage.adopt(**{changed: 0.05})
    client = stage.client()
    client.send(sent)
    first, fields, _ = head_of(stage.wait(client))
    assert first == f"HTTP/1.1 {status} Request Timeout"
    assert fields["connection"] == "close"
    assert stage.lines()[-1]["reason"] == "request_timeout"


def test_a_head_that_was_begun_behind_another_request_has_no_longer(stage: Stage) -> None:
    stage.adopt(timeouts__header=0.05)
    client = stage.client()
    client.send(get() + b"GET /api/pay")
    stage.accept().send(answer())
    assert client.read().endswith(b"ok")
    assert head_of(stage.wait(client))[0] == "HTTP/1.1 408 Request Timeout"


def test_a_head_that_was_begun_behind_a_refused_one_has_no_longer(stage: Stage) -> None:
    stage.adopt(timeouts__header=0.05)
    client = stage.client()
    client.send(get("/nowhere") + b"GET /api/pay")
    assert b"no_route" in client.read()
    assert head_of(stage.wait(client))[0] == "HTTP/1.1 408 Request Timeout"


def test_an_idle_connection_is_closed_in_time(stage: Stage) -> None:
    stage.adopt(timeouts__keep_alive=0.05)
    client = stage.client()
    client.send(get())
    stage.accept().send(answer())
    client.read()
    assert stage.wait(client) == b""
    assert client.ended
    assert stage.engine.connections == 0


def test_nothing_is_left_of_connections_that_are_gone(stage: Stage) -> None:
    first = stage.client()
    first.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    first.read()
    for _ in range(50):
        client = stage.client()
        client.send(get())
        stage.settle()
        upstream.read()
        upstream.send(answer())
        assert client.read().endswith(b"ok")
        client.close()
    first.close()
    stage.settle()
    assert stage.engine.connections == 0
    assert stage.arena.read()["workers"][0]["accepted"] == 51


@pytest.mark.parametrize("asked", [get(), UPLOAD, UPLOAD + b"body", get() + get(), CHUNKED, CHUNKED + b"0\r\n\r\n"])
def test_a_client_that_leaves_with_its_request_is_noticed_at_once(stage: Stage, asked: bytes) -> None:
    """Its FIN is there when the head is read, and nothing will announce it again."""
    client = stage.client()
    client.send(asked)
    client.finish()
    upstream = stage.accept()
    upstream.read()
    assert upstream.ended
    assert [line["status"] for line in stage.lines()] == [499]


def test_an_upstream_that_takes_nothing_is_told_that_the_client_left(stage: Stage) -> None:
    """It need not read all that was sent first to learn that nobody waits for it."""
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
    upstream = stage.accept()
    with contextlib.suppress(BlockingIOError):
        while True:
            client.sock.send(bytes(1 << 18))
            stage.settle()
    client.reset_now()  # its FIN would wait behind what nobody reads, too
    stage.settle()
    poll = select.poll()
    poll.register(upstream.sock, select.POLLRDHUP)
    assert poll.poll(5000)


@pytest.mark.parametrize("moment", ["with the request", "after it", "within the answer"])
@pytest.mark.parametrize("asked", [get(), UPLOAD + b"body"])
def test_who_may_half_close_gets_its_answer(stage: Stage, asked: bytes, moment: str) -> None:
    stage.adopt(server__half_close=True)
    client = stage.client()
    client.send(asked)
    if moment == "with the request":
        client.finish()
    upstream = stage.accept()
    upstream.read()
    if moment == "after it":
        client.finish()
        stage.settle()
    upstream.send(answer(b"half and half")[:-8])
    client.read()
    if moment == "within the answer":
        client.finish()
        stage.settle()
    upstream.send(b"and half")
    assert client.read().endswith(b"and half")
    assert client.ended
    assert [line["status"] for line in stage.lines()] == [200]
    assert stage.engine.connections == 0


def test_who_may_half_close_gets_all_its_answers(stage: Stage) -> None:
    stage.adopt(server__half_close=True)
    client = stage.client()
    client.send(get("/api/payments/1") + get("/api/payments/2"))
    client.finish()
    upstream = stage.accept()
    for number in (b"/1 ", b"/2 "):
        assert number in upstream.read()
        upstream.send(answer(number))
    answers = client.read()
    assert answers.index(b"/1 ") < answers.index(b"/2 ")
    assert client.ended


def test_who_may_half_close_may_not_leave(stage: Stage) -> None:
    stage.adopt(server__half_close=True)
    client = stage.client()
    client.send(get())
    client.finish()
    upstream = stage.accept()
    upstream.read()
    assert not upstream.ended
    client.reset_now()
    upstream.read()
    assert upstream.ended
    assert [line["status"] for line in stage.lines()] == [499]


def test_who_takes_no_answers_asks_no_more(stage: Stage) -> None:
    """Else each small request would leave its answer in memory."""
    stage.adopt(timeouts__write=0.2)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    part = b"30000\r\n" + b"x" * 0x30000 + b"\r\n0\r\n\r\n"
    asked = held = 0
    while held < 20:
        if not upstream.read():
            held += 1
            continue
        asked += 1
        held = 0
        assert asked < 80  # sixteen megabytes
        upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + part)
        client.send(get())
    stage.pass_time(0.8)
    client.read()
    assert client.reset
    assert stage.arena.read()["limits"] == {"write_time": 1}


def test_what_was_held_back_is_asked_once_the_answers_are_taken(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    part = b"30000\r\n" + b"x" * 0x30000 + b"\r\n0\r\n\r\n"
    asked = 0
    while upstream.read():
        asked += 1
        upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + part)
        client.send(get())
    got = b""
    while not (asked_again := upstream.read()):
        got += client.read()
    assert asked_again.startswith(b"GET ")
    upstream.send(answer())
    got += client.read_until(b"ok")
    assert got.count(b"HTTP/1.1 200 OK") == asked + 1


def test_who_was_refused_may_only_say_so_much_more(stage: Stage) -> None:
    stage.adopt(routes__0__body_bytes=5)
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
    stage.settle()
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 100_000_000:
            client.send(b"x" * 65536)
            sent += 65536
            stage.settle()
    assert sent < 10_000_000


def test_the_last_answer_of_a_connection_may_be_taken_slowly(stage: Stage) -> None:
    """It is not cut off by the time for which a connection lingers."""
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    whole = []
    for count in range(24, 136, 2):
        client = stage.client()
        client.send(get(fields="Connection: close\r\n"))
        upstream = stage.accept()
        upstream.read()
        upstream.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(count):
                upstream.sock.sendall(part)
                stage.settle()
            upstream.sock.sendall(b"0\r\n\r\n")
        except BlockingIOError:
            pass
        if not stage.lines():  # the upstream waits for the client to take some
            break
        whole.append((client, count))
    assert count < 134
    stage.pass_time(2.5)
    for client, count in whole[-3:]:
        got = client.read_until(b"\r\n0\r\n\r\n")
        assert got.count(b"x") >= count * 65536
