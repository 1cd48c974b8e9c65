"""The way to an endpoint: races lost, doors closed, and the second try."""

import json
import socket
from pathlib import Path

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of, nobody, wait_for

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize("request_", [get(), POST], ids=["GET", "POST"])
def test_a_connection_that_closed_while_it_waited_is_not_used(stage: Stage, request_: bytes) -> None:
    client, upstream = stage.conversation()
    upstream.close()
    client.send(request_)
    fresh = stage.accept()
    assert fresh.read()
    fresh.send(answer(b"fresh"))
    assert client.read().endswith(b"fresh")
    assert stage.lines()[-1]["status"] == 200


def test_a_safe_request_that_met_the_race_is_sent_once_more(stage: Stage) -> None:
    client, upstream = stage.conversation()
    client.send(get())
    assert upstream.read()
    upstream.close()
    fresh = stage.accept()
    assert head_of(fresh.read())[0] == "GET /x HTTP/1.1"
    fresh.send(answer(b"fresh"))
    assert client.read().endswith(b"fresh")
    assert stage.arena.read()["retries"] == {(2, "stale"): 1}


def test_a_request_that_may_have_been_acted_on_is_not_sent_again(stage: Stage) -> None:
    client, upstream = stage.conversation()
    client.send(POST)
    assert upstream.read()
    upstream.close()
    first, _, body = head_of(client.read())
    assert first == "HTTP/1.1 502 Bad Gateway"
    assert json.loads(body)["reason"] == "connection_terminated"
    with pytest.raises(BlockingIOError):
        stage.upstream.accept()


def test_a_refused_endpoint_hands_over_to_the_next(stage: Stage) -> None:
    stage.adopt(nobody(), stage.upstream.getsockname(), **IN_TURN)
    client = stage.client()
    client.send(get())
    stage.accept().send(answer())
    assert client.read().endswith(b"ok")
    assert stage.lines()[0]["attempts"] == 2


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        pytest.param(None, "connection_refused", id="nobody listens"),
        pytest.param(("no.such.name.invalid", 80), "dns_error", id="a name without an address"),
    ],
)
def test_an_upstream_that_cannot_be_reached(stage: Stage, endpoint: tuple[str, int] | None, reason: str) -> None:
    address = endpoint or nobody()
    stage.adopt(address)
    client = stage.client()
    client.send(get())
    _, fields, body = head_of(stage.wait(client))
    assert json.loads(body)["reason"] == reason
    assert fields["proxy-status"].startswith(f"lumina; error={reason}")
    assert stage.arena.read()["errors"] == {reason: 1}
    assert stage.lines()[0]["endpoint"] == "{}:{}".format(*address)


def test_who_asked_for_no_body_is_told_of_a_failure_without_one(stage: Stage) -> None:
    stage.adopt(nobody())
    client = stage.client()
    client.send(get().replace(b"GET", b"HEAD"))
    first, fields, body = head_of(stage.wait(client))
    assert (first, body) == ("HTTP/1.1 502 Bad Gateway", b"")
    assert int(fields["content-length"]) > 0
    client.send(get("/nowhere"))
    assert client.read().startswith(b"HTTP/1.1 404 ")


def test_endpoints_take_turns(stage: Stage) -> None:
    for listener in Endpoints(stage, **IN_TURN).listeners * 2:
        client = stage.client()
        client.send(get(fields="Connection: close\r\n"))
        taken = stage.meet(listener)
        taken.read()
        taken.send(answer(fields="Connection: close\r\n"))
        assert client.read().endswith(b"ok")


def test_a_slow_upstream_stops_the_reading_of_the_body(stage: Stage) -> None:
    client = stage.client()
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
    upstream = stage.accept()
    block = b"x" * 65536

    def sent() -> int:
        """Send what goes, until nothing has for a while."""
        octets = idle = 0
        while idle < 5 and octets < 30_000_000:
            try:
                octets += client.sock.send(block)
                idle = 0
            except BlockingIOError:
                idle += not stage.settle()
        return octets

    before = sent()
    assert before < 30_000_000
    taken = 0
    for _ in range(1000):
        taken += len(upstream.read())
        if taken > 2 * before:
            break
        sent()
    assert taken > 2 * before


def test_an_upstream_that_takes_nothing_of_an_upload_is_not_waited_for(stage: Stage, tmp_path: Path) -> None:
    stage.by_unix(tmp_path / "upstream", upstreams__0__timeouts__first_byte=0.2)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
    upstream = stage.accept()
    client.send(b"x" * 600_000)
    assert head_of(stage.wait(client))[0] == "HTTP/1.1 504 Gateway Timeout"
    upstream.read()
    assert upstream.ended


@pytest.mark.parametrize("requests", [1, 3])
def test_requests_earn_what_may_be_sent_once_more(stage: Stage, requests: int) -> None:
    stage.adopt(upstreams__0__retries__budget_ratio=0.5, upstreams__0__retries__budget_rate=0.0)
    client, upstream = stage.conversation()
    for _ in range(requests - 1):
        client.send(get())
        upstream.read()
        upstream.send(answer())
        client.read()
    upstream.close()
    stage.settle()
    client.send(get())
    fresh = stage.accept()
    fresh.read()
    fresh.close()  # without a word: a retry, if there is one
    if requests == 1:
        assert head_of(stage.wait(client))[0] == "HTTP/1.1 502 Bad Gateway"
        assert stage.arena.read()["over_budget"] == {2: 1}
    else:
        stage.pass_time(0.2)
        assert stage.accept().read()


def test_an_upload_s_time_is_its_client_s(stage: Stage) -> None:
    client = stage.client()
    client.send(POST[:-1])
    upstream = stage.accept()
    upstream.read()
    stage.engine.skip(5.0)
    client.send(POST[-1:])
    upstream.read()
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert 0.0 < stage.arena.endpoint(0)["latency"] < 4.0


def in_turn(stage: Stage, *, statuses: list[int], consecutive: int = 5) -> tuple[Peer, Peer, socket.socket]:
    """Return a client whose request came to the first of two endpoints, that connection, and the other's listener."""
    two = Endpoints(
        stage,
        **IN_TURN,
        upstreams__0__retries__statuses=statuses,
        upstreams__0__retries__attempts=5,
        upstreams__0__outliers__consecutive=consecutive,
        upstreams__0__retries__budget_ratio=1.0,
    )
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    assert upstream.read()
    return client, upstream, two.listeners[1]


@pytest.mark.parametrize("status", ["400 Bad", "429 Too Many", "503 Busy", "599 None"])
def test_any_status_may_be_followed_by_another_try(stage: Stage, status: str) -> None:
    client, upstream, other = in_turn(stage, statuses=[int(status[:3])])
    upstream.send(answer(b"not I", status=status))
    second = stage.meet(other)
    assert head_of(second.read())[0] == "GET /x HTTP/1.1"
    second.send(answer(b"I do"))
    assert client.read().endswith(b"I do")
    assert stage.arena.read()["retries"] == {(2, "status"): 1}


def test_a_status_that_is_not_named_is_passed_on(stage: Stage) -> None:
    client, upstream, _ = in_turn(stage, statuses=[429])
    upstream.send(answer(b"mine", status="503 Busy"))
    assert head_of(client.read())[::2] == ("HTTP/1.1 503 Busy", b"mine")


@pytest.mark.parametrize("later", [False, True])
def test_who_said_later_is_not_asked_again_for_the_same_request(stage: Stage, later: bool) -> None:
    client, upstream, other = in_turn(stage, statuses=[503])
    upstream.send(answer(b"not I", status="503 Busy", fields="Retry-After: 1\r\n" if later else ""))
    second = stage.meet(other)
    assert second.read()
    second.close()  # with a request unanswered
    if later:
        assert head_of(stage.wait(client))[0] == "HTTP/1.1 502 Bad Gateway"
    else:
        stage.pass_time(0.5)  # a pause before the next try, wherever that goes
        assert wait_for(stage.upstream.fileno(), other.fileno())


@pytest.mark.parametrize(("status", "left_out"), [("429 Too Many", 0), ("500 Broken", 1), ("503 Busy", 1)])
def test_what_is_the_client_s_fault_says_nothing_of_an_endpoint(stage: Stage, status: str, left_out: int) -> None:
    client, upstream, other = in_turn(stage, statuses=[429, 500, 503], consecutive=1)
    upstream.send(answer(b"not I", status=status))
    second = stage.meet(other)
    second.read()
    second.send(answer(b"I do"))
    assert client.read().endswith(b"I do")
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [left_out, 0]
