"""The life of a request, as a trace of octets."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.stage import Stage, answer, get, head_of


def test_a_request_goes_through_and_its_answer_comes_back(stage: Stage) -> None:
    client = stage.client()
    client.send(get("/api/payments/status?x=1", "Accept: */*\r\n"))
    upstream = stage.accept()
    first, fields, body = head_of(upstream.read())
    assert first == "GET /status?x=1 HTTP/1.1"
    assert list(fields) == [
        "host",
        "accept",
        "x-forwarded-for",
        "x-real-ip",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-request-id",
        "via",
    ]
    assert (fields["host"], fields["x-forwarded-for"], body) == ("a.example", "127.0.0.1", b"")
    upstream.send(answer(b"hello", "X-Own: 1\r\n"))
    first, got, body = head_of(client.read())
    assert (first, got["x-own"], got["via"], body) == ("HTTP/1.1 200 OK", "1", "1.1 lumina", b"hello")
    assert got["x-request-id"] == fields["x-request-id"]


def test_what_is_over_is_accounted_for(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    stage.accept().send(answer(b"hello"))
    client.read()
    (line,) = stage.lines()
    assert {key: line[key] for key in ("status", "reason", "route", "upstream", "attempts", "bytes_out", "path")} == {
        "status": 200,
        "reason": "ok",
        "route": "payments",
        "upstream": "payments",
        "attempts": 1,
        "bytes_out": 5,
        "path": "/api/payments/x",
    }
    read = stage.arena.read()
    assert read["requests"] == {(2, "GET", 200): 1}
    assert read["response_bytes"] == {2: 5}
    assert sum(read["durations"][2][0]) == 1
    assert read["workers"][0]["in_flight"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/payments", "200 OK", id="the prefix itself"),
        pytest.param("/api/payments/", "200 OK", id="with a slash"),
        pytest.param("/api/paymentsX", "404 Not Found", id="a longer segment"),
        pytest.param("/api/other", "404 Not Found", id="no route"),
        pytest.param("/api/payments/../other", "404 Not Found", id="dot segments leave the route"),
    ],
)
def test_routes(stage: Stage, path: str, status: str) -> None:
    client = stage.client()
    client.send(get(path))
    if status.startswith("200"):
        upstream = stage.accept()
        assert head_of(upstream.read())[0] == "GET / HTTP/1.1"
        upstream.send(answer())
    first, fields, _ = head_of(client.read())
    assert first == f"HTTP/1.1 {status}"
    assert (fields.get("content-type") == "application/problem+json") == status.startswith("404")


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [
        pytest.param(b"Content-Length: 5\r\n\r\nhello", b"hello", id="by length"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", id="chunked"
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
            b"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            id="with an extension and a trailer",
        ),
    ],
)
def test_request_bodies(stage: Stage, sent: bytes, arrived: bytes) -> None:
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\n" + sent)
    upstream = stage.accept()
    assert head_of(upstream.read())[2] == arrived
    upstream.send(answer())
    assert head_of(client.read())[2] == b"ok"


@pytest.mark.parametrize(
    ("sent", "framing", "body", "ended"),
    [
        pytest.param(b"Content-Length: 2\r\n\r\nok", ("content-length", "2"), b"ok", False, id="by length"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
            ("transfer-encoding", "chunked"),
            b"2\r\nok\r\n0\r\nX: y\r\n\r\n",
            False,
            id="chunked, with a trailer",
        ),
        pytest.param(b"\r\nok", ("transfer-encoding", "chunked"), b"2\r\nok\r\n0\r\n\r\n", False, id="until close"),
    ],
)
def test_response_bodies(stage: Stage, sent: bytes, framing: tuple[str, str], body: bytes, ended: bool) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\n" + sent)
    stage.settle()
    if b"Content-Length" not in sent and b"chunked" not in sent:
        upstream.close()
    _, fields, got = head_of(client.read())
    assert fields[framing[0]] == framing[1]
    assert (got, client.ended) == (body, ended)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_answers_without_a_body(stage: Stage, status: str) -> None:
    client = stage.client()
    client.send(get() + get("/api/payments/next"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode())
    assert head_of(client.read())[2] == b""
    assert head_of(upstream.read())[0] == "GET /next HTTP/1.1"


def test_head_has_a_length_and_no_body(stage: Stage) -> None:
    client = stage.client()
    client.send(get().replace(b"GET", b"HEAD"))
    stage.accept().send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    _, fields, body = head_of(client.read())
    assert (fields["content-length"], body, client.ended) == ("1000", b"", False)


def test_interim_answers_are_passed_on(stage: Stage) -> None:
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    upstream = stage.accept()
    assert head_of(upstream.read())[1]["expect"] == "100-continue"
    upstream.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert client.read().startswith(b"HTTP/1.1 100 Continue\r\n")
    client.send(b"hi")
    assert upstream.read() == b"hi"
    upstream.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer())
    got = client.read()
    assert got.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n")
    assert got.endswith(b"\r\n\r\nok")


def test_an_early_answer_is_heard_while_the_body_is_coming(stage: Stage) -> None:
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"no", status="413 Content Too Large"))
    _, fields, body = head_of(client.read())
    assert (fields["connection"], body, client.reset) == ("close", b"no", False)
    client.send(b"more")
    client.read()
    assert (client.ended, client.reset) == (True, False)


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        pytest.param(4, b"Content-Length: 5\r\n\r\nhello", id="declared"),
        pytest.param(4, b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", id="chunked"),
    ],
)
def test_a_body_over_the_limit_is_refused(stage: Stage, limit: int, sent: bytes) -> None:
    stage.adopt(routes__0__body_bytes=limit)
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\n" + sent)
    first, _, body = head_of(client.read())
    assert first == "HTTP/1.1 413 Content Too Large"
    assert b'"reason": "body_too_large"' in body


@pytest.mark.parametrize(
    "sent", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
def test_a_body_of_just_the_limit_goes_through(stage: Stage, sent: bytes) -> None:
    stage.adopt(routes__0__body_bytes=5)
    client = stage.client()
    client.send(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\n" + sent)
    upstream = stage.accept()
    assert b"hello" in upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")


def test_a_client_that_leaves_cancels_its_upstream(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    client.close()
    upstream.read()
    assert upstream.ended
    assert [(line["status"], line["reason"]) for line in stage.lines()] == [(499, "client_gone")]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_depends_on_how_octets_arrive(data: st.DataObject) -> None:
    stage = Stage()
    try:
        request = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\n\r\n"
        client = stage.client()
        for piece in cut(data, request):
            client.send(piece)
            stage.settle()
        upstream = stage.accept()
        assert b"".join(chunks(head_of(upstream.read())[2])) == b"abc"
        for piece in cut(data, response):
            upstream.send(piece)
            stage.settle()
        assert b"".join(chunks(head_of(client.read())[2])) == b"wxyz"
    finally:
        stage.close()


def cut(data: st.DataObject, whole: bytes) -> list[bytes]:
    places = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=4)))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


def chunks(body: bytes) -> list[bytes]:
    found = []
    while body != b"0\r\n\r\n":
        size, _, body = body.partition(b"\r\n")
        found.append(body[: int(size, 16)])
        assert body[int(size, 16) :].startswith(b"\r\n")
        body = body[int(size, 16) + 2 :]
    return found


def test_what_is_left_of_a_request_never_begins_the_next(stage: Stage, tmp_path: Path) -> None:
    """An early answer while some of a request, which the client has sent whole, waits for the upstream to take it."""
    stage.by_unix(tmp_path / "upstream")
    held = 0
    for size in range(131072, 458752, 32768):
        client = stage.client()
        client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
        upstream = stage.accept()
        for _ in range(0, size, 16384):
            client.send(b"x" * 16384)
            stage.settle()
        upstream.sock.send(answer(b"early"))
        assert client.read().endswith(b"early")
        _, _, body = head_of(upstream.read())
        assert len(body) == size or upstream.ended
        held += len(body) < size and not client.ended
        client.close()
        upstream.close()
    assert held > 0


def test_an_upstream_that_only_says_wait_is_read_no_faster_than_the_client(stage: Stage, tmp_path: Path) -> None:
    stage.by_unix(tmp_path / "upstream")
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    flood = memoryview(b"HTTP/1.1 102 Processing\r\n\r\n" * 250_000)
    sent = stuck = 0
    while sent < len(flood) and stuck < 20:
        try:
            sent += upstream.sock.send(flood[sent : sent + 65536])
            stuck = 0
        except BlockingIOError:
            stage.settle()
            stuck += 1
    assert sent < len(flood)
    while sent < len(flood) and client.read():
        sent += upstream.sock.send(flood[sent : sent + 26 * 1000])
    upstream.close()


def test_small_chunks_go_out_together(stage: Stage, tmp_path: Path) -> None:
    stage.by_unix(tmp_path / "upstream")
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    upstream = stage.accept()
    upstream.read()
    client.send(b"1\r\nx\r\n" * 5000)
    stage.settle()
    assert len(upstream.sock.recv(1 << 20)) == 30_000  # a kernel that is given each by itself takes a few hundred
    client.send(b"0\r\n\r\n")
    assert upstream.read() == b"0\r\n\r\n"
