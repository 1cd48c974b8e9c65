"""Upstreams that answer badly, late or not at all."""

import json

import pytest

from tests.engine.stage import Stage, answer, get, head_of


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        pytest.param(b"nonsense\r\n\r\n", "http_protocol_error", id="no status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "http_protocol_error", id="white space before the colon"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "http_protocol_error",
            id="two framings",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
            "http_response_header_section_size",
            id="too large a head",
        ),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "http_protocol_error", id="a switch nobody asked"
        ),
    ],
)
def test_what_is_no_answer_becomes_502(stage: Stage, sent: bytes, reason: str) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(sent)
    first, fields, body = head_of(client.read_until(b"}\n"))
    assert first == "HTTP/1.1 502 Bad Gateway"
    assert json.loads(body)["reason"] == reason
    assert fields["proxy-status"].startswith(f"lumina; error={reason}")
    assert stage.lines()[0]["reason"] == reason
    upstream.read()
    assert upstream.ended


def test_an_upstream_that_closes_instead_of_answering(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    for _ in range(3):  # as often as an idempotent request is tried
        upstream = stage.accept()
        upstream.read()
        upstream.close()
        stage.pass_time(0.5)
    assert json.loads(head_of(client.read())[2])["reason"] == "connection_terminated"
    assert stage.lines()[0]["attempts"] == 3


def test_an_upstream_that_takes_too_long(stage: Stage) -> None:
    stage.adopt(upstreams__0__timeouts__first_byte=0.05)
    client = stage.client()
    client.send(get())
    stage.accept().read()
    first, _, body = head_of(stage.wait(client))
    assert first == "HTTP/1.1 504 Gateway Timeout"
    assert json.loads(body)["reason"] == "http_response_timeout"


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"Content-Length: 10\r\n\r\nhalf", id="by length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="chunked"),
    ],
)
def test_a_body_that_breaks_off_breaks_the_answer(stage: Stage, begun: bytes) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\n" + begun)
    stage.settle()
    upstream.close()
    got = client.read()
    assert client.ended
    assert got.count(b"half") == 1
    assert not got.endswith(b"0\r\n\r\n")
    assert stage.lines()[0]["reason"] == "http_response_incomplete"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_what_came_with_the_break_comes_through_and_the_break_is_seen(stage: Stage, version: str) -> None:
    client = stage.client()
    client.send(f"GET /api/payments/x HTTP/{version}\r\nHost: a\r\n\r\n".encode())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n")
    stage.settle()
    got = client.read()
    assert client.ended
    if version == "1.0":  # whose answers end with the connection, and must not seem to
        assert client.reset
    else:
        assert got.startswith(b"HTTP/1.1 200 OK\r\n")
        assert got.endswith(b"4\r\nhalf\r\n")


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(answer(), id="by length"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", id="without a body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", id="chunked"),
    ],
)
def test_octets_behind_an_answer_are_never_used(stage: Stage, whole: bytes) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(whole + answer(b"poison"))
    assert b"poison" not in client.read()
    client.send(get("/api/payments/next"))
    second = stage.accept()
    assert head_of(second.read())[0] == "GET /next HTTP/1.1"
    assert upstream.read() == b""
    assert upstream.ended


def test_a_connection_is_used_again(stage: Stage) -> None:
    client = stage.client()
    upstream = None
    for number in range(3):
        client.send(get(f"/api/payments/{number}"))
        upstream = upstream or stage.accept()
        assert head_of(upstream.read())[0] == f"GET /{number} HTTP/1.1"
        upstream.send(answer())
        client.read()
    assert stage.arena.read()["upstream_connections"] == {(2, "active"): 0, (2, "idle"): 1}


def test_an_idle_connection_expires(stage: Stage) -> None:
    stage.adopt(upstreams__0__timeouts__pool_idle=0.05)
    _, upstream = stage.conversation()
    assert stage.wait(upstream) == b""
    assert upstream.ended
    assert not stage.arena.read()["upstream_connections"].get((2, "idle"))


def test_a_connection_is_kept_no_longer_than_its_server_keeps_it(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(fields="Keep-Alive: timeout=1, max=100\r\n"))
    assert b"Keep-Alive" not in client.read()
    stage.pass_time(0.3)
    assert not upstream.ended
    assert stage.wait(upstream) == b""
    assert upstream.ended
    client.send(get())
    fresh = stage.accept()
    fresh.read()
    fresh.send(answer(fields="Keep-Alive: timeout=0\r\n"))
    client.read()
    assert fresh.read() == b""
    assert fresh.ended  # it is not kept at all
