"""Requests that go no farther, and those that may go only so far (RFC 9110, sections 7.6.2, 7.6.3 and 9.3.8)."""

import json

import pytest

from tests.engine.stage import Stage, answer, head_of


def asked(method: str, *fields: str) -> bytes:
    lines = [f"{method} /api/payments/x?a=b HTTP/1.1", "Host: a.example", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def arrived(stage: Stage) -> bool:
    """Say whether a connection has come to the upstream."""
    stage.settle()
    try:
        stage.upstream.accept()[0].close()
    except BlockingIOError:
        return False
    return True


# Circles


def test_a_request_that_goes_round_is_stopped(stage: Stage) -> None:
    stage.adopt(stage.address, routes__0__strip=False)
    client = stage.client()
    client.send(asked("GET"))
    first, fields, body = head_of(client.read_until(b"}\n"))
    assert first == "HTTP/1.1 508 Loop Detected"
    assert fields["proxy-status"] == "lumina; error=proxy_loop_detected"
    assert json.loads(body)["reason"] == "loop_detected"
    lines = stage.lines()
    assert [line["reason"] for line in lines] == ["loop_detected", *["ok"] * 10]
    assert {line["status"] for line in lines} == {508}


@pytest.mark.parametrize(
    ("passes", "sent", "stopped"),
    [
        pytest.param(10, ["Via: " + ", ".join(["1.1 lumina"] * 9)], False, id="nine of ten"),
        pytest.param(10, ["Via: " + ", ".join(["1.1 lumina"] * 10)], True, id="ten of ten"),
        pytest.param(1, [], False, id="none of one"),
        pytest.param(1, ["Via: 1.1 lumina"], True, id="one of one"),
        pytest.param(2, ["Via: 1.1 lumina", "Via: 1.0 fred", "VIA: 1.1 LUMINA"], True, id="in several fields"),
        pytest.param(1, ["Via: 1.1 fred, 1.1 lumina-two"], False, id="others"),
    ],
)
def test_how_often_one_may_have_passed(stage: Stage, passes: int, sent: list[str], stopped: bool) -> None:
    stage.adopt(limits__passes=passes)
    client = stage.client()
    client.send(asked("GET", *sent))
    assert arrived(stage) is not stopped
    assert client.read().startswith(b"HTTP/1.1 508 ") is stopped


def test_a_second_one_behind_the_first_is_no_circle(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("GET", "Via: 1.1 lumina"))
    assert stage.accept().read().count(b"\r\nVia: 1.1 lumina\r\n") == 2


def test_a_circle_is_no_reason_to_fall_back(stage: Stage) -> None:
    stage.adopt(
        routes__0__fallback={
            "upstream": None,
            "answer": {"status": 200, "content_type": "text/plain", "body": "well"},
        },
        limits__passes=1,
    )
    client = stage.client()
    client.send(asked("GET", "Via: 1.1 lumina"))
    assert client.read().startswith(b"HTTP/1.1 508 ")


# Max-Forwards


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    ("sent", "told"), [("1", "0"), ("10", "9"), ("007", "6"), ("99999999999999999999", "2147483646"), (None, None)]
)
def test_one_less_is_forwarded(stage: Stage, method: str, sent: str | None, told: str | None) -> None:
    stage.adopt(server__trace=True)
    client = stage.client()
    client.send(asked(method, *([] if sent is None else [f"max-forwards: {sent}"]), "A: b"))
    raw = stage.accept().read()
    first, fields, _ = head_of(raw)
    assert first == f"{method} /x?a=b HTTP/1.1"
    assert fields.get("max-forwards") == told
    assert raw.lower().count(b"max-forwards") == (told is not None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "options", "PURGE"])
@pytest.mark.parametrize("sent", ["0", "1", "many", ""])
def test_for_other_methods_it_is_a_field_like_any_other(stage: Stage, method: str, sent: str) -> None:
    client = stage.client()
    client.send(asked(method, f"Max-Forwards: {sent}"))
    assert head_of(stage.accept().read())[1]["max-forwards"] == sent


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
@pytest.mark.parametrize("sent", [["many"], ["-1"], [""], ["1, 2"], ["0", "0"], ["5", "0"]])
def test_a_malformed_one_is_refused(stage: Stage, method: str, sent: list[str]) -> None:
    stage.adopt(server__trace=True)
    client = stage.client()
    client.send(asked(method, *[f"Max-Forwards: {value}" for value in sent]))
    first, _, body = head_of(client.read())
    assert first == "HTTP/1.1 400 Bad Request"
    assert json.loads(body)["type"] == "urn:lumina:problem:max-forwards"
    assert not arrived(stage)


def test_an_underscore_makes_no_such_field(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("OPTIONS", "Max_Forwards: 0"))
    assert b"Max" not in stage.accept().read()


def test_options_end_here_at_zero(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("OPTIONS", "Max-Forwards: 0"))
    first, fields, body = head_of(client.read())
    (line,) = stage.lines()
    assert (first, fields["content-length"], body) == ("HTTP/1.1 200 OK", "0", b"")
    assert fields["allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
    assert fields["x-request-id"] == line["request_id"]
    assert (line["status"], line["reason"], line["route"], line["attempts"]) == (200, "ok", "payments", 0)
    assert not arrived(stage)


def test_where_trace_may_be_asked_it_is_told(stage: Stage) -> None:
    stage.adopt(server__trace=True)
    client = stage.client()
    client.send(asked("OPTIONS", "Max-Forwards: 0"))
    _, fields, _ = head_of(client.read())
    assert fields["allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, TRACE"


def test_the_connection_goes_on_behind_it(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("OPTIONS", "Max-Forwards: 0") * 2 + asked("GET"))
    upstream = stage.accept()
    assert upstream.read().startswith(b"GET /x?a=b ")
    upstream.send(answer(b"well"))
    assert client.read().endswith(b"well")
    assert [line["method"] for line in stage.lines()] == ["OPTIONS", "OPTIONS", "GET"]


def test_content_of_what_ends_here_is_read_away(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("OPTIONS", "Max-Forwards: 0", "Content-Length: 5") + b"12345" + asked("OPTIONS"))
    raw = client.read()
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert raw.count(b"HTTP/1.1") == 1
    assert b"\r\nConnection: close\r\n" in raw
    assert not arrived(stage)


# The server in general

ALL = b"OPTIONS * HTTP/1.1\r\nHost: a.example\r\n"


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(ALL + b"\r\n", id="by its form"),
        pytest.param(b"OPTIONS http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", id="without a path"),
        pytest.param(ALL + b"Max-Forwards: 0\r\n\r\n", id="no farther"),
        pytest.param(ALL + b"Max-Forwards: 5\r\n\r\n", id="farther"),
        pytest.param(ALL + b"Content-Length: 0\r\n\r\n", id="without content"),
    ],
)
def test_this_server_answers_for_itself(stage: Stage, wire: bytes) -> None:
    client = stage.client()
    client.send(wire + asked("GET"))
    upstream = stage.accept()
    assert upstream.read().startswith(b"GET /x?a=b ")
    upstream.send(answer(b"well"))
    raw = client.read_until(b"well")
    first, fields, body = head_of(raw[: raw.index(b"\r\n\r\n") + 4])
    assert (first, fields["content-length"], body) == ("HTTP/1.1 200 OK", "0", b"")
    assert fields["allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
    assert "connection" not in fields
    lines = stage.lines()
    assert [(line["method"], line["status"], line["reason"]) for line in lines] == [
        ("OPTIONS", 200, "ok"),
        ("GET", 200, "ok"),
    ]
    assert fields["x-request-id"] == lines[0]["request_id"]


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        pytest.param(b"OPTIONS https://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", 404, id="another scheme's"),
        pytest.param(b"OPTIONS /nowhere HTTP/1.1\r\nHost: a.example\r\n\r\n", 404, id="a path's"),
        pytest.param(b"OPTIONS /* HTTP/1.1\r\nHost: a.example\r\n\r\n", 404, id="a path with the sign"),
        pytest.param(b"GET * HTTP/1.1\r\nHost: a.example\r\n\r\n", 400, id="another method"),
        pytest.param(b"OPTIONS *?a HTTP/1.1\r\nHost: a.example\r\n\r\n", 400, id="with a query"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\n\r\n", 400, id="of no host"),
    ],
)
def test_what_only_looks_like_it_is_not_answered_for(stage: Stage, wire: bytes, status: int) -> None:
    client = stage.client()
    client.send(wire)
    assert client.read().startswith(f"HTTP/1.1 {status} ".encode())
    assert not arrived(stage)


def test_content_for_the_server_in_general_is_read_away(stage: Stage) -> None:
    client = stage.client()
    client.send(ALL + b"Content-Length: 5\r\n\r\n12345" + asked("GET"))
    raw = client.read()
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert raw.count(b"HTTP/1.1") == 1
    assert b"\r\nConnection: close\r\n" in raw
    assert not arrived(stage)


# TRACE


def test_trace_is_refused_by_itself(stage: Stage) -> None:
    client = stage.client()
    client.send(asked("TRACE") + asked("TRACE", "Max-Forwards: 0"))
    raw = client.read()
    assert raw.count(b"HTTP/1.1 405 Method Not Allowed\r\n") == 2
    assert raw.count(b"\r\nAllow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n") == 2
    assert not arrived(stage)


def test_trace_goes_on_where_it_may(stage: Stage) -> None:
    stage.adopt(server__trace=True)
    client = stage.client()
    client.send(asked("TRACE", "Cookie: a=b"))
    assert b"\r\nCookie: a=b\r\n" in stage.accept().read()


def test_trace_ends_here_at_zero_and_shows_no_secrets(stage: Stage) -> None:
    stage.adopt(server__trace=True)
    client = stage.client()
    secrets = ("Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-CSRF-Token", "X-Client-Secret")
    client.send(asked("TRACE", "Max-Forwards: 0", *[f"{name}: hush" for name in secrets], "A: b", "a: c"))
    first, fields, body = head_of(client.read())
    assert (first, fields["content-type"]) == ("HTTP/1.1 200 OK", "message/http")
    assert body == (b"TRACE /api/payments/x?a=b HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: 0\r\nA: b\r\na: c\r\n\r\n")
    assert int(fields["content-length"]) == len(body) == stage.lines()[0]["bytes_out"]
