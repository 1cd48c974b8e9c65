"""The time that a client gives its request."""

import copy
import re

import pytest

from lumina.snapshot import Snapshot
from tests.engine.stage import Endpoints, Peer, Stage, answer, get, head_of
from tests.plan import plan

UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"


def told(message: bytes) -> dict[str, str]:
    """Return the fields of a request, values without the white space around them."""
    return {name: value.strip() for name, value in head_of(message)[1].items()}


def milliseconds(value: str) -> int:
    """Return what is left, as an upstream reads it."""
    if value.endswith("ms"):
        return int(value[:-2])
    return int(value[:-1]) if value.endswith("m") else round(float(value) * 1000)


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        pytest.param("X-Request-Timeout", "2", r"[01]\.\d{3}|2\.000", id="seconds"),
        pytest.param("x-request-timeout", "2000ms", r"\d{4}ms", id="milliseconds"),
        pytest.param("X-Request-Timeout", "2s", r"\d{4}ms", id="with a unit"),
        pytest.param("grpc-timeout", "2S", r"\d{4}m", id="grpc"),
    ],
)
def test_what_is_left_is_passed_on_as_it_was_written(stage: Stage, name: str, value: str, form: str) -> None:
    stage.client().send(get(fields=f"{name}: {value}\r\nX-Other: 1\r\n"))
    message = stage.accept().read()
    assert message.count(name.encode() + b":") == 1
    found = told(message)[name.lower()]
    assert re.fullmatch(form, found)
    assert milliseconds(found) <= 2000
    assert told(message)["x-other"] == "1"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param("X-Request-Timeout: soon\r\n", id="no number"),
        pytest.param("X-Request-Timeout: 0\r\n", id="nothing"),
        pytest.param("X-Request-Timeout: 0.1\r\nX-Request-Timeout: 0.2\r\n", id="twice"),
        pytest.param("grpc-timeout: 100\r\n", id="no unit"),
        pytest.param("X-Timeout: 0.1\r\n", id="another field"),
    ],
)
def test_what_is_no_deadline_is_passed_on_untouched(stage: Stage, fields: str) -> None:
    client = stage.client()
    client.send(get(fields=fields))
    upstream = stage.accept()
    assert fields.encode() in upstream.read()
    stage.pass_time(0.4)
    upstream.send(answer(b"late"))
    assert client.read().endswith(b"late")


@pytest.mark.parametrize("field", ["X-Request-Timeout: 0.2", "X-Request-Timeout: 200ms", "grpc-timeout: 200m"])
def test_who_is_not_answered_in_time_is_told_so(stage: Stage, field: str) -> None:
    client = stage.client()
    client.send(get(fields=f"{field}\r\n"))
    upstream = stage.accept()
    upstream.read()
    stage.pass_time(0.1)
    assert client.read() == b""
    stage.pass_time(0.3)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"
    assert stage.lines()[-1]["reason"] == "deadline_exceeded"
    assert upstream.read() == b""
    assert upstream.ended


def test_the_shorter_of_two_counts_and_both_tell_of_it(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="grpc-timeout: 10S\r\nX-Request-Timeout: 0.2\r\n"))
    found = told(stage.accept().read())
    assert max(milliseconds(found["grpc-timeout"]), milliseconds(found["x-request-timeout"])) <= 200
    stage.pass_time(0.4)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


@pytest.mark.parametrize(("own", "given"), [(0.2, "60"), (60.0, "0.2")])
def test_a_client_can_only_shorten(stage: Stage, own: float, given: str) -> None:
    stage.adopt(upstreams__0__timeouts__request=own)
    client = stage.client()
    client.send(get(fields=f"X-Request-Timeout: {given}\r\n"))
    assert milliseconds(told(stage.accept().read())["x-request-timeout"]) <= 200
    stage.pass_time(0.4)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


def test_another_field_may_be_named_or_none(stage: Stage) -> None:
    for name, fields in (("X-Budget", "X-Budget: 2\r\nX-Request-Timeout: 1\r\n"), (None, "X-Request-Timeout: 1\r\n")):
        stage.adopt(timeouts__deadline_header=name)
        client = stage.client()
        client.send(get(fields=fields))
        upstream = stage.accept()
        message = upstream.read()
        assert b"X-Request-Timeout: 1\r\n" in message
        assert name is None or milliseconds(told(message)["x-budget"]) <= 2000
        upstream.send(answer())
        upstream.close()
        client.close()


def test_a_deadline_of_this_hop_is_kept_and_not_passed_on(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="X-Request-Timeout: 0.2\r\nConnection: X-Request-Timeout\r\n"))
    assert "x-request-timeout" not in told(stage.accept().read())
    stage.pass_time(0.4)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


def test_a_second_try_has_less(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="X-Request-Timeout: 5\r\n"))
    upstream = stage.accept()
    first = milliseconds(told(upstream.read())["x-request-timeout"])
    stage.pass_time(0.2)
    upstream.close()
    stage.pass_time(0.6)
    again = stage.accept()
    message = again.read()
    assert first - milliseconds(told(message)["x-request-timeout"]) >= 150
    again.send(answer(b"ok"))
    assert client.read().endswith(b"ok")


def test_a_request_that_waited_has_less(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__requests=1)
    stage.client().send(get())
    busy = stage.accept()
    busy.read()
    stage.client().send(get(fields="grpc-timeout: 5S\r\n"))
    stage.pass_time(0.3)
    busy.send(answer())
    assert milliseconds(told(busy.read())["grpc-timeout"]) <= 4750


def test_who_waits_for_room_waits_no_longer_than_its_time(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__requests=1, upstreams__0__timeouts__queue=30.0)
    stage.client().send(get())
    stage.accept().read()
    client = stage.client()
    client.send(get(fields="X-Request-Timeout: 0.2\r\n"))
    stage.pass_time(0.4)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"
    assert stage.lines()[-1]["reason"] == "deadline_exceeded"


def test_who_is_asked_beside_the_first_is_told_what_is_left(stage: Stage) -> None:
    two = Endpoints(stage, upstreams__0__timeouts__first_byte=30.0)
    client = stage.client()
    client.send(get(fields="X-Request-Timeout: 5\r\n"))
    at, first = two.asked()
    begin = milliseconds(told(first.read())["x-request-timeout"])
    stage.pass_time(1.5)
    other, second = two.asked()
    assert other != at
    assert begin - milliseconds(told(second.read())["x-request-timeout"]) >= 900
    second.send(answer(b"second"))
    assert client.read().endswith(b"second")


def test_the_upstream_that_is_fallen_back_to_is_told_too(stage: Stage) -> None:
    listener = stage.listen()
    made = plan(stage.upstream.getsockname(), upstreams__0__retries__attempts=1)
    made["upstreams"].append({**copy.deepcopy(plan(listener.getsockname())["upstreams"][0]), "name": "spare"})
    made["upstreams"][1]["base"] = "/much/longer"
    made["routes"][0]["fallback"] = {"upstream": 1, "answer": None}
    stage.engine.adopt(Snapshot(made))
    stage.client().send(get(fields="X-Request-Timeout: 5\r\n"))
    upstream = stage.accept()
    begin = milliseconds(told(upstream.read())["x-request-timeout"])
    stage.pass_time(0.2)
    upstream.close()
    stage.settle()
    message = stage.take(listener.accept()[0]).read()
    assert message.startswith(b"GET /much/longer/x HTTP/1.1\r\n")
    assert message.endswith(b"\r\n\r\n")
    assert begin - milliseconds(told(message)["x-request-timeout"]) >= 150


def test_a_body_follows_its_head(stage: Stage) -> None:
    stage.client().send(
        b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nX-Request-Timeout: 9\r\nContent-Length: 5\r\n\r\nhello"
    )
    first, fields, body = head_of(stage.accept().read())
    assert (first, body, fields["content-length"]) == ("POST /x HTTP/1.1", b"hello", "5")


def test_an_answer_that_takes_too_long_is_broken_off(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="X-Request-Timeout: 0.2\r\n"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"0123456789")[:-4])
    client.read()
    stage.pass_time(0.4)
    client.read()
    assert client.ended
    assert stage.lines()[-1]["reason"] == "deadline_exceeded"


def tunnelled(stage: Stage) -> tuple[Peer, Peer]:
    client = stage.client()
    client.send(get(fields=f"X-Request-Timeout: 0.2\r\n{UPGRADE}"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(f"HTTP/1.1 101 Switching Protocols\r\n{UPGRADE}\r\n".encode())
    assert b" 101 " in client.read()
    return client, upstream


def test_a_tunnel_that_stands_has_no_deadline(stage: Stage) -> None:
    client, upstream = tunnelled(stage)
    stage.pass_time(0.5)
    client.send(b"ping")
    assert upstream.read() == b"ping"
    upstream.send(b"pong")
    assert client.read() == b"pong"
