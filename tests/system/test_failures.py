"""What goes wrong upstream, and how the client and the log are told (RFC 9457, RFC 9209)."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.backlog import full_backlog
from tests.system.gateway import Gateway, is_problem, proxy_error
from tests.system.lanes import Lane, Lanes
from tests.system.wire import ClosedError, Head, Message, Peer

IMPATIENT = {
    "timeouts": {
        "connect": "300ms",
        "first_byte": "300ms",
        "between_bytes": "300ms",
        "header": "300ms",
        "body": "300ms",
        "keep_alive": "300ms",
        "write": "500ms",
    },
    "limits": {"response_header_bytes": "8KiB", "body_bytes": "64KiB", "header_bytes": "8KiB", "request_line": "4KiB"},
}


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    """A gateway whose every timeout and limit is short."""
    made = Lanes(tmp_path_factory.mktemp("impatient"), IMPATIENT, 60)
    yield made
    made.stop()


@pytest.fixture
def hasty(impatient: Lanes) -> Iterator[Lane]:
    yield from impatient.take()


def told(lane: Lane, response: Message, status: int, reason: str) -> None:
    """Assert that client and log were told the same."""
    assert is_problem(response, status, reason)
    assert proxy_error(response.head) == reason
    line = lane.line()
    assert (line["status"], line["reason"]) == (status, reason)
    assert line["request_id"] == response.head.get("x-request-id")


# ---- before the head of a response


def test_refused(lane: Lane) -> None:
    lane.origin.close()
    told(lane, lane.ask().read_response(), 502, "connection_refused")


def test_connect_timeout(tmp_path_factory: pytest.TempPathFactory) -> None:
    with full_backlog() as (_, port):
        config = {"timeouts": {"connect": "200ms"}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{port}"}]}
        with Gateway(config, tmp_path_factory.mktemp("timeout")) as gateway:
            response = gateway.ask("/a")
            line = gateway.access_line(path="/a")
    assert is_problem(response, 504, "connection_timeout")
    assert (proxy_error(response.head), line["reason"]) == ("connection_timeout", "connection_timeout")


def test_no_address_for_the_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    config = {"routes": [{"path": "/", "upstream": "http://nowhere.invalid:80"}]}
    with Gateway(config, tmp_path_factory.mktemp("dns")) as gateway:
        response = gateway.ask("/a")
        assert is_problem(response, 502, "dns_error")
        assert gateway.access_line(path="/a")["reason"] == "dns_error"


def test_first_byte_timeout(hasty: Lane) -> None:
    client, upstream = hasty.meet()
    upstream.read_request()
    told(hasty, client.read_response(), 504, "http_response_timeout")
    assert upstream.end() in ("closed", "reset")


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize("partial", ["", "HTTP/1.1 200 OK\r\nContent-Le"], ids=["nothing", "half a head"])
def test_ended_before_the_head_was_whole(lane: Lane, how: str, partial: str) -> None:
    client, upstream = lane.meet("Content-Length: 1\r\n", b"x", method="POST")
    upstream.read_request()
    upstream.send(partial)
    if how == "closed":
        upstream.close()
    else:
        upstream.reset()
    told(lane, client.read_response(), 502, "connection_terminated")


@pytest.mark.parametrize(
    "response",
    [
        pytest.param("SMTP 220 hello\r\n\r\n", id="another protocol"),
        pytest.param("HTTP/1.1 abc OK\r\n\r\n", id="status"),
        pytest.param("HTTP/1.1 200 OK\r\nX : 1\r\nContent-Length: 0\r\n\r\n", id="space before the colon"),
        pytest.param("HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n", id="NUL"),
        pytest.param("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="negative length"),
        pytest.param("HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\nBad Name: 1\r\n\r\n", id="space in a name"),
    ],
)
def test_malformed_response(lane: Lane, response: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(response)
    told(lane, client.read_response(), 502, "http_protocol_error")
    assert upstream.end() in ("closed", "reset")  # what stands on it now nobody can tell


def test_a_response_head_that_is_too_large(hasty: Lane) -> None:
    client, upstream = hasty.meet()
    upstream.read_request()
    with contextlib.suppress(OSError):
        upstream.send("HTTP/1.1 200 OK\r\n", *[f"X-{number}: {'v' * 200}\r\n" for number in range(100)], "\r\n")
    told(hasty, client.read_response(), 502, "http_response_header_section_size")


def test_no_route(lane: Lane) -> None:
    response = lane.gateway.ask("/nowhere/at/all?x=1")
    assert is_problem(response, 404, "no_route")
    line = lane.gateway.access_line(path="/nowhere/at/all")
    assert (line["status"], line["reason"]) == (404, "no_route")


@pytest.mark.parametrize(("accept", "kind"), [("application/json", "application/problem+json"), ("*/*", None)])
def test_a_problem_is_told_to_programs(lane: Lane, accept: str, kind: str | None) -> None:
    response = lane.gateway.ask("/nowhere", fields=f"Accept: {accept}\r\n")
    assert response.head.get("content-type") == (kind or "application/problem+json")


def test_a_problem_answers_head_without_a_body(lane: Lane) -> None:
    with lane.gateway.connect() as client:
        client.send("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.read_response("HEAD").status == 404
        client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")  # and the connection is still sound
        assert is_problem(client.read_response(), 404, "no_route")


def test_an_answer_of_the_origin_is_no_failure_of_ours(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.answer(b"mine", "503 Service Unavailable")
    response = client.read_response()
    assert (response.status, response.body, lane.line()["reason"]) == (503, b"mine", "ok")


# ---- in the middle of a response: the client must see the break


def broken(client: Peer, head: Head, lane: Lane) -> None:
    """Assert that what follows `head` is no clean end, and that the log says why."""
    with pytest.raises(ClosedError) as caught:
        if head.has("transfer-encoding"):
            client.read_chunked()
        elif (length := head.get("content-length")) is not None:
            client.read(int(length))
        else:
            client.read_to_end()
    if not head.has("transfer-encoding") and not head.has("content-length"):
        assert caught.value.how == "reset"  # until close, only a reset tells a break from an end
    line = lane.line()
    assert (line["status"], line["reason"]) == (200, "http_response_incomplete")


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize(
    ("framing", "part"),
    [
        pytest.param("Content-Length: 100\r\n", "only this", id="length"),
        pytest.param("Transfer-Encoding: chunked\r\n", "5\r\nfirst\r\n", id="between chunks"),
        pytest.param("Transfer-Encoding: chunked\r\n", "50\r\nfirst", id="in a chunk"),
        pytest.param("Transfer-Encoding: chunked\r\n", "5\r\nfirst\r\n0\r\nX-T: 1\r\n", id="in the trailers"),
    ],
)
def test_broken_off(lane: Lane, framing: str, part: str, how: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n{part}")
    head = client.read_head()  # so that a reset cannot overtake it
    if how == "closed":
        upstream.close()
    else:
        upstream.reset()
    broken(client, head, lane)


@pytest.mark.parametrize("garbage", ["zz\r\n", "-1\r\n", "5\r\nfirst!!", "0\r\nNo Name: 1\r\n\r\n"])
def test_chunks_that_are_none(lane: Lane, garbage: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    client.read_head()
    upstream.send(garbage)
    with pytest.raises(ClosedError):
        client.read_chunked()
    assert lane.line()["reason"] == "http_protocol_error"
    assert upstream.end() in ("closed", "reset")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked\r\n", ""], ids=["chunked", "until close"])
def test_broken_off_with_every_client(lane: Lane, version: str, framing: str) -> None:
    client = lane.client()
    client.send(lane.head(version=version))
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n", "5\r\nfirst\r\n")
    head = client.read_head()
    upstream.reset()
    broken(client, head, lane)


@pytest.mark.parametrize("framing", ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n", ""])
def test_an_origin_that_falls_silent(hasty: Lane, framing: str) -> None:
    client, upstream = hasty.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n", "5\r\nfirst\r\n")
    head = client.read_head()
    with pytest.raises(ClosedError):
        if head.has("transfer-encoding"):
            client.read_chunked()
        else:
            client.read(100)
            client.read_to_end()
    assert hasty.line()["reason"] == "http_response_timeout"
    assert upstream.end() in ("closed", "reset")


# ---- the client's own failures


def test_a_request_head_that_never_ends(hasty: Lane) -> None:
    client = hasty.client()
    client.send(hasty.head()[:-2])
    assert is_problem(client.read_response(), 408, "request_timeout")
    assert client.end() in ("closed", "reset")


def test_a_request_body_that_never_ends(hasty: Lane) -> None:
    client, upstream = hasty.meet("Content-Length: 10\r\n", b"half", method="POST")
    told_client = client.read_response()
    assert is_problem(told_client, 408, "request_timeout")
    upstream.read_head()
    assert upstream.read(4) == b"half"
    assert upstream.end() in ("closed", "reset")


def test_an_idle_client_is_let_go(hasty: Lane) -> None:
    client, upstream = hasty.meet()
    upstream.read_request()
    upstream.answer()
    client.read_response()
    assert client.end() == "closed"


def test_a_declared_body_that_is_too_large(hasty: Lane) -> None:
    client = hasty.ask("Content-Length: 65537\r\n", method="POST")
    assert is_problem(client.read_response(), 413, "body_too_large")
    assert hasty.origin.quiet(0.1)


def test_a_chunked_body_that_grows_too_large(hasty: Lane) -> None:
    client, upstream = hasty.meet("Transfer-Encoding: chunked\r\n", method="POST")
    upstream.read_head()
    with contextlib.suppress(OSError):
        for _ in range(9):
            client.send_chunk(b"x" * 8192)
    assert is_problem(client.read_response(), 413, "body_too_large")
    assert upstream.drop() in ("closed", "reset")


def test_a_request_line_that_is_too_long(hasty: Lane) -> None:
    client = hasty.ask(rest="/" + "a" * 5000)
    assert client.read_response().status == 414


def test_a_header_section_that_is_too_large(hasty: Lane) -> None:
    client = hasty.ask("".join(f"X-{number}: {'v' * 100}\r\n" for number in range(90)))
    assert client.read_response().status == 431


@pytest.mark.parametrize(
    "request_head",
    [
        pytest.param("GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", id="framing"
        ),
        pytest.param("GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", id="space before the colon"),
        pytest.param("G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n", id="NUL"),
    ],
)
def test_a_bad_request(lane: Lane, request_head: str) -> None:
    with lane.gateway.connect() as client:
        client.send(request_head.replace(" / ", f" {lane.path()} "))
        assert is_problem(client.read_response(), 400, "bad_request")
        assert client.end() in ("closed", "reset")
    assert lane.origin.quiet(0.05)
