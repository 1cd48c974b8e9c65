"""Each limit is counted by its name, once."""

import json

import pytest

from lumina.engine.limit import WORDS
from tests.engine.stage import Stage, answer, get, head_of

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    ("changed", "sent", "status", "limit"),
    [
        ({"limits__request_line": 256}, get("/" + "x" * 300), 414, "request_line"),
        ({"limits__header_bytes": 1024}, get(fields=f"A: {'x' * 1024}\r\n"), 431, "header_bytes"),
        ({"limits__header_count": 3}, get(fields="A: 1\r\n" * 3), 431, "header_count"),
        ({"routes__0__body_bytes": 3}, POST + b"Content-Length: 4\r\n\r\n", 413, "body_bytes"),
        ({"timeouts__header": 0.05}, b"GET", 408, "header_time"),
        ({"timeouts__body": 0.05}, POST + b"Content-Length: 4\r\n\r\n", 408, "body_time"),
    ],
)
def test_a_request_over_a_limit(stage: Stage, changed: dict[str, object], sent: bytes, status: int, limit: str) -> None:
    stage.adopt(**changed)
    client = stage.client()
    client.send(sent)
    assert head_of(stage.wait(client))[0].split(" ")[1] == str(status)
    assert stage.arena.read()["limits"] == {limit: 1}


@pytest.mark.parametrize("fields", [f"A: {'x' * 1024}\r\n", "A: 1\r\n" * 300], ids=["octets", "fields"])
def test_an_answer_over_a_limit(stage: Stage, fields: str) -> None:
    stage.adopt(limits__response_header_bytes=1024 if "x" in fields else 65536)
    client = stage.client()
    client.send(get())
    stage.accept().send(answer(fields=fields))
    line, _, body = head_of(client.read())
    assert (line, json.loads(body)["reason"]) == ("HTTP/1.1 502 Bad Gateway", "http_response_header_section_size")
    assert stage.arena.read()["limits"] == {"response_header_bytes": 1}


def test_connections_in_all(stage: Stage) -> None:
    stage.adopt(limits__connections=1)
    first, second = stage.client(), stage.client()
    second.read()
    first.read()
    assert (first.ended, second.ended) == (False, True)
    assert stage.arena.read()["limits"] == {"connections": 1}


def test_connections_of_one_address(stage: Stage) -> None:
    stage.adopt(limits__client_connections=1)
    first, second = stage.client(), stage.client()
    second.read()
    first.read()
    assert (first.ended, second.ended) == (False, True)
    assert stage.arena.read()["limits"] == {"client_connections": 1}


def test_a_connection_that_asks_nothing(stage: Stage) -> None:
    stage.adopt(timeouts__header=0.05)
    client = stage.client()
    assert (stage.wait(client), client.ended) == (b"", True)
    assert stage.arena.read()["limits"] == {"header_time": 1}


def test_a_connection_that_asks_no_more(stage: Stage) -> None:
    stage.adopt(timeouts__keep_alive=0.05)
    client = stage.client()
    client.send(get("/nowhere"))
    client.read()
    assert (stage.wait(client), client.ended) == (b"", True)
    assert stage.arena.read()["limits"] == {"keep_alive": 1}


def test_a_body_of_chunks_over_the_limit_of_its_route(stage: Stage) -> None:
    stage.adopt(routes__0__body_bytes=3)
    client = stage.client()
    client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    upstream = stage.accept()
    assert upstream.read().endswith(b"3\r\nabc\r\n")
    client.send(b"1\r\nd\r\n")
    assert head_of(client.read())[0] == "HTTP/1.1 413 Content Too Large"
    assert upstream.read() == b""
    assert upstream.ended
    assert stage.arena.read()["limits"] == {"body_bytes": 1}


def test_requests_under_way(stage: Stage) -> None:
    stage.adopt(limits__requests=1)
    first, second = stage.client(), stage.client()
    first.send(get())
    upstream = stage.accept()
    upstream.read()
    second.send(get())
    line, fields, body = head_of(second.read())
    assert (line, fields["retry-after"]) == ("HTTP/1.1 503 Service Unavailable", "1")
    assert b"request_limit_reached" in body
    upstream.send(answer())
    assert first.read().endswith(b"ok")
    second.send(get())
    stage.settle()
    upstream.read()
    upstream.send(answer())
    assert second.read().endswith(b"ok")
    assert stage.arena.read()["limits"] == {"requests": 1}


def test_uploads_leave_room_for_others(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__uploads=1)
    slow, other, whole = stage.client(), stage.client(), stage.client()
    slow.send(POST + b"Content-Length: 4\r\n\r\n12")
    upstream = stage.accept()
    upstream.read()
    other.send(POST + b"Content-Length: 4\r\n\r\n12")
    assert b"connection_limit_reached" in other.read()
    whole.send(POST + b"Content-Length: 4\r\n\r\n1234")
    second = stage.accept()
    assert second.read().endswith(b"1234")
    slow.send(b"34")
    assert upstream.read().endswith(b"34")
    third = stage.client()
    third.send(POST + b"Content-Length: 4\r\n\r\n12")
    stage.accept().read()
    third.close()
    stage.settle()
    fourth = stage.client()
    fourth.send(POST + b"Content-Length: 4\r\n\r\n12")
    assert stage.accept().read().endswith(b"12")
    assert stage.arena.read()["limits"] == {"upstream_uploads": 1}


def test_what_was_learned_is_no_less_than_a_later_plan_always_lets_through(stage: Stage) -> None:
    stage.adopt(upstreams__0__adaptive={"tolerance": 2.0, "minimum": 1, "maximum": 1})
    stage.adopt(upstreams__0__adaptive={"tolerance": 2.0, "minimum": 2, "maximum": 65536})
    stage.engine.tick()
    assert stage.arena.read()["concurrency_limit"] == {2: 2}
    clients = [stage.client() for _ in range(2)]
    for client in clients:
        client.send(get())
    for upstream in [stage.accept() for _ in clients]:
        upstream.read()
        upstream.send(answer())
    assert all(client.read().endswith(b"ok") for client in clients)


def test_an_upload_waits_for_no_answer_until_it_is_complete(stage: Stage) -> None:
    stage.adopt(upstreams__0__adaptive={"tolerance": 2.0, "minimum": 1, "maximum": 1})
    slow, other, third = stage.client(), stage.client(), stage.client()
    slow.send(POST + b"Content-Length: 4\r\n\r\n12")
    upstream = stage.accept()
    upstream.read()
    other.send(get())
    second = stage.accept()
    second.read()
    second.send(answer())
    assert other.read().endswith(b"ok")
    slow.send(b"34")
    assert upstream.read().endswith(b"34")
    third.send(get())
    assert second.read() == b""  # now it is the endpoint that is waited for, and by no more than one
    upstream.send(answer())
    assert slow.read().endswith(b"ok")
    assert upstream.read() + second.read()
    assert stage.arena.read()["limits"] == {}


def test_the_time_that_a_client_takes_to_upload_is_not_the_upstreams(stage: Stage) -> None:
    client = stage.client()
    client.send(POST + b"Content-Length: 4\r\n\r\n12")
    upstream = stage.accept()
    upstream.read()
    stage.pass_time(0.3)
    client.send(b"34")
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert 0.0 < stage.arena.endpoint(0)["latency"] < 0.3


def test_an_endpoint_is_not_to_blame_for_uploads_that_do_not_come(stage: Stage) -> None:
    other = stage.listen()
    stage.adopt(stage.upstream.getsockname(), other.getsockname(), upstreams__0__balance__policy="round_robin")
    for number in range(5):
        stage.client().send(POST + b"Content-Length: 4\r\n\r\n12")
        upstream = stage.accept() if number % 2 == 0 else stage.meet(other)
        upstream.read()
    client = stage.client()
    client.send(get())
    upstream = stage.meet(other)
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    stage.pass_time(1.5)
    assert [stage.arena.endpoint(slot)["ejections"] for slot in (0, 1)] == [0, 0]


@pytest.mark.parametrize(
    ("limit", "answers"), [("connection_requests", 3), ("pipelined_requests", 4)], ids=["all", "behind"]
)
def test_the_last_request_of_a_connection_is_told_so(stage: Stage, limit: str, answers: int) -> None:
    stage.adopt(**{f"limits__{limit}": 3})
    client = stage.client()
    client.send(get("/nowhere") * 6)
    got = client.read_until(b"never").split(b"HTTP/1.1 404")[1:]
    assert client.ended
    assert [b"Connection: close" in one for one in got] == [False] * (answers - 1) + [True]
    assert stage.arena.read()["limits"] == {limit: 1}


def test_requests_that_wait_for_answers_are_not_pipelined(stage: Stage) -> None:
    stage.adopt(limits__pipelined_requests=1)
    client = stage.client()
    for _ in range(5):
        client.send(get("/nowhere"))
        assert b"Connection: close" not in client.read()


def test_what_was_pipelined_before_is_forgotten(stage: Stage) -> None:
    stage.adopt(limits__pipelined_requests=2)
    client = stage.client()
    for _ in range(3):
        client.send(2 * get("/nowhere"))
        assert client.read().count(b"HTTP/1.1 404") == 2
        assert not client.ended


def test_every_limit_has_a_word_of_its_own() -> None:
    assert len(set(WORDS)) == len(WORDS)
