"""What answers when an upstream cannot: another upstream, then an answer that is always the same."""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lumina.snapshot import Snapshot
from tests.engine.stage import Peer, Stage, answer, get, head_of
from tests.plan import plan

POST = b"POST /api/payments/x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello"
ANSWER = {"status": 503, "content_type": "text/plain", "body": "later"}


class Pair:
    """The stage's upstream, and a second one with a base that its route falls back to."""

    def __init__(self, stage: Stage, reply: dict[str, Any] | None, *, other: bool = True, **changes: object) -> None:
        self.stage = stage
        self.listener = stage.listen()
        made = plan(stage.upstream.getsockname(), **changes)
        second = copy.deepcopy(plan(self.listener.getsockname())["upstreams"][0])
        made["upstreams"].append({**second, "name": "spare", "base": "/base"})
        made["routes"][0]["fallback"] = {"upstream": 1 if other else None, "answer": reply}
        self.adopt(made)

    def adopt(self, made: dict[str, Any]) -> None:
        self.made = made
        self.stage.engine.adopt(Snapshot(made))

    def change(self, **settings: object) -> None:
        """Set this of the first upstream."""
        self.made["upstreams"][0].update(settings)
        self.adopt(self.made)

    def other(self) -> Peer:
        """Return the connection that was made to the second upstream."""
        self.stage.settle()
        return self.stage.take(self.listener.accept()[0])

    def idle(self) -> bool:
        """Say whether nobody has asked the second upstream."""
        self.stage.settle()
        try:
            self.listener.accept()
        except BlockingIOError:
            return True
        return False


Pairs = Callable[..., Pair]


@pytest.fixture
def pairs(stage: Stage) -> Iterator[Pairs]:
    """Make pairs, and take them down."""
    with ExitStack() as stack:

        def make(reply: dict[str, Any] | None, **how: object) -> Pair:
            made = Pair(stage, reply, **how)  # type: ignore[arg-type]
            stack.callback(made.listener.close)
            return made

        yield make


@pytest.fixture
def pair(pairs: Pairs) -> Pair:
    """A pair whose first upstream has one try."""
    return pairs(ANSWER, upstreams__0__retries__attempts=1)


def test_a_refused_request_goes_to_the_other_upstream(stage: Stage, pair: Pair) -> None:
    stage.upstream.close()
    client = stage.client()
    client.send(POST)
    other = pair.other()
    first, fields, body = head_of(other.read())
    assert (first, body) == ("POST /base/x HTTP/1.1", b"hello")
    assert fields["x-forwarded-prefix"] == "/api/payments"
    other.send(answer(b"spare"))
    assert client.read().endswith(b"spare")
    line = stage.lines()[-1]
    assert (line["status"], line["reason"], line["fallback"]) == (200, "ok", "connection_refused")
    assert (line["upstream"], line["attempts"]) == ("spare", 2)
    assert line["endpoint"] == "{}:{}".format(*pair.listener.getsockname())
    found = stage.arena.read()
    assert found["fallbacks"] == {(2, "upstream"): 1}
    assert found["upstream_requests"] == {(3, 200): 1}


def test_it_is_the_other_s_host_where_the_client_s_is_not_kept(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None, routes__0__preserve_host=False, upstreams__0__retries__attempts=1)
    stage.upstream.close()
    stage.client().send(get())
    assert head_of(pair.other().read())[1]["host"] == "{}:{}".format(*pair.listener.getsockname())


def test_who_needs_no_fallback_has_nothing_of_it(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(POST)
    upstream = stage.accept()
    assert head_of(upstream.read())[0] == "POST /x HTTP/1.1"
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert "fallback" not in stage.lines()[-1]
    assert pair.idle()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(b"", "connection_terminated", id="nothing"),
        pytest.param(b"HTTP/1.1 2000 What\r\n\r\n", "http_protocol_error", id="no HTTP"),
        pytest.param(answer(status="503 Service Unavailable"), "response_status", id="that it cannot serve"),
    ],
)
def test_a_request_that_may_be_sent_twice_goes_on_whatever_was_said(
    stage: Stage, pair: Pair, said: bytes, why: str
) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(said)
    upstream.close()
    other = pair.other()
    assert head_of(other.read())[0] == "GET /base/x HTTP/1.1"
    other.send(answer(b"spare"))
    assert client.read().endswith(b"spare")
    assert stage.lines()[-1]["fallback"] == why


def test_retries_come_first(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None)
    client = stage.client()
    client.send(get())
    for _ in range(3):
        stage.pass_time(0.6)
        upstream = stage.accept()
        upstream.read()
        assert pair.idle()
        upstream.close()
    assert head_of(pair.other().read())[0] == "GET /base/x HTTP/1.1"


def test_the_answer_says_when_a_breaker_lets_somebody_through(stage: Stage, pairs: Pairs) -> None:
    rules = {"consecutive": 1, "failure_rate": 1, "slow": 0, "slow_rate": 1, "requests": 9, "window": 9, "trials": 1}
    pairs(ANSWER, other=False, upstreams__0__retries__attempts=1, upstreams__0__breaker={**rules, "open": 30})
    client = stage.client()
    client.send(get() + get())
    stage.accept().close()
    assert [said[:2] for said in client.read().split(b"Retry-After: ")] == [b"HT", b"1\r", b"30"]


def test_what_may_have_been_carried_out_goes_to_nobody_else(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(POST)
    upstream = stage.accept()
    assert upstream.read().endswith(b"hello")
    upstream.close()
    first, fields, body = head_of(client.read())
    assert (first, body) == ("HTTP/1.1 503 Service Unavailable", b"later")
    assert fields["content-type"] == "text/plain"
    assert fields["proxy-status"].startswith("lumina; error=connection_terminated; next-hop=")
    assert pair.idle()
    line = stage.lines()[-1]
    assert (line["status"], line["reason"], line["fallback"]) == (503,) + ("connection_terminated",) * 2
    assert stage.arena.read()["fallbacks"] == {(2, "answer"): 1}
    assert stage.arena.read()["errors"] == {"connection_terminated": 1}


def test_an_answer_to_what_may_not_be_sent_twice_is_passed_on(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(POST)
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"not now", status="503 Service Unavailable"))
    assert client.read().endswith(b"not now")
    assert pair.idle()


def test_when_both_fail_the_answer_comes(stage: Stage, pair: Pair) -> None:
    stage.upstream.close()
    pair.listener.close()
    client = stage.client()
    client.send(get())
    stage.pass_time(1.2)  # the other upstream's retries have their pauses
    assert client.read().endswith(b"later")
    line = stage.lines()[-1]
    assert (line["reason"], line["fallback"], line["upstream"]) == (*("connection_refused",) * 2, "spare")
    assert stage.arena.read()["fallbacks"] == {(2, "upstream"): 1, (2, "answer"): 1}
    client.send(get())  # the connection goes on
    stage.pass_time(1.2)
    assert client.read().endswith(b"later")


def test_without_an_answer_the_last_failure_is_told(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None)
    pair.listener.close()
    client = stage.client()
    client.send(get())
    for _ in range(3):
        stage.pass_time(0.6)
        stage.accept().close()
    stage.pass_time(1.2)
    assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    line = stage.lines()[-1]
    assert (line["reason"], line["fallback"]) == ("connection_refused", "connection_terminated")


def test_a_request_that_finds_no_room_goes_on(stage: Stage, pair: Pair) -> None:
    pair.change(caps={**pair.made["upstreams"][0]["caps"], "requests": 1, "queue": 0})
    stage.client().send(get())
    stage.accept().read()
    client = stage.client()
    client.send(POST)
    assert pair.other().read().endswith(b"hello")
    client.close()


def test_a_request_that_waited_in_vain_goes_on(stage: Stage, pair: Pair) -> None:
    caps, timeouts = pair.made["upstreams"][0]["caps"], pair.made["upstreams"][0]["timeouts"]
    pair.change(caps={**caps, "requests": 1}, timeouts={**timeouts, "queue": 0.1})
    stage.client().send(get())
    stage.accept().read()
    client = stage.client()
    client.send(POST)
    assert pair.idle()
    stage.pass_time(0.3)
    other = pair.other()
    assert other.read().endswith(b"hello")
    other.send(answer(b"spare"))
    assert client.read().endswith(b"spare")
    assert stage.lines()[-1]["fallback"] == "queue_timeout"


def test_a_body_that_is_still_coming_is_taken_along(stage: Stage, pair: Pair) -> None:
    stage.upstream.close()
    client = stage.client()
    client.send(POST[:-3])
    other = pair.other()
    assert other.read().endswith(b"he")
    client.send(b"llo")
    assert other.read() == b"llo"
    other.send(answer(b"spare"))
    assert client.read().endswith(b"spare")


def test_a_body_that_is_not_kept_is_not_sent_again(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(ANSWER, upstreams__0__retries__buffer=4)
    client = stage.client()
    client.send(POST.replace(b"POST", b"PUT"))
    upstream = stage.accept()
    upstream.read()
    upstream.close()
    assert client.read().endswith(b"later")
    assert pair.idle()


def test_the_other_upstream_measures_by_the_body_alone_too(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None, upstreams__0__retries__attempts=1)
    pair.made["upstreams"][1]["retries"]["buffer"] = 5
    pair.adopt(pair.made)
    stage.upstream.close()
    client = stage.client()
    client.send(POST.replace(b"POST", b"PUT"))
    for said in (b"", answer(b"spare")):
        other = pair.other()
        assert other.read().endswith(b"hello")
        other.send(said)
        other.close()
        stage.pass_time(0.3)
    assert client.read().endswith(b"spare")


def test_time_that_is_over_is_over_for_the_other_too(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(ANSWER, upstreams__0__timeouts__request=0.2)
    client = stage.client()
    client.send(get())
    stage.accept().read()
    stage.pass_time(0.4)
    assert client.read().endswith(b"later")
    assert pair.idle()
    assert stage.lines()[-1]["reason"] == "deadline_exceeded"


def test_the_other_upstream_has_what_time_is_left(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None, upstreams__0__timeouts__request=0.3, upstreams__0__retries__attempts=1)
    pair.made["upstreams"][1]["timeouts"]["request"] = 30.0
    pair.adopt(pair.made)
    stage.upstream.close()
    client = stage.client()
    client.send(get())
    pair.other().read()
    stage.pass_time(0.5)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


def test_an_answer_that_has_begun_is_not_replaced(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer(b"0123456789")[:-4])
    assert client.read().endswith(b"012345")
    upstream.close()
    client.read()
    assert client.ended
    assert pair.idle()
    assert stage.lines()[-1]["reason"] == "http_response_incomplete"


def test_an_answer_that_breaks_a_rule_further_on_is_not_replaced_either(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n")
    assert client.read().endswith(b"4\r\nhalf\r\n")
    assert client.ended
    assert pair.idle()
    assert stage.lines()[-1]["reason"] == "http_protocol_error"


def test_the_other_upstream_has_tries_of_its_own_and_the_first_failure_is_remembered(stage: Stage, pair: Pair) -> None:
    stage.upstream.close()
    client = stage.client()
    client.send(get())
    for _ in range(3):
        pair.other().close()  # without a word
        stage.settle()
        stage.engine.skip(0.6)
    assert client.read().endswith(b"later")
    line = stage.lines()[-1]
    assert (line["reason"], line["fallback"]) == ("connection_terminated", "connection_refused")


def test_an_answer_in_the_middle_of_a_request_ends_the_connection(stage: Stage, pair: Pair) -> None:
    client = stage.client()
    client.send(POST[:-3])
    upstream = stage.accept()
    upstream.read()
    upstream.close()
    _, fields, body = head_of(client.read())
    assert (fields["connection"], body) == ("close", b"later")
    assert pair.idle()
    client.finish()
    client.read()
    assert client.ended


@pytest.mark.parametrize("status", [413, 404])
def test_what_is_the_client_s_fault_is_told(stage: Stage, pairs: Pairs, status: int) -> None:
    pairs(ANSWER, routes__0__body_bytes=3)
    client = stage.client()
    client.send(POST if status == 413 else get("/nowhere"))
    assert head_of(client.read())[0].startswith(f"HTTP/1.1 {status} ")


def test_the_answer_alone(stage: Stage, pairs: Pairs) -> None:
    pairs({"status": 204, "content_type": "text/plain", "body": "unseen"}, other=False)
    stage.upstream.close()
    client = stage.client()
    for _ in range(2):
        client.send(get())
        stage.pass_time(1.2)
        first, fields, body = head_of(client.read())
        assert (first, body) == ("HTTP/1.1 204 No Content", b"")
        assert "content-length" not in fields


def test_a_head_has_no_body(stage: Stage, pairs: Pairs) -> None:
    pairs(ANSWER, other=False)
    stage.upstream.close()
    client = stage.client()
    client.send(get().replace(b"GET", b"HEAD"))
    stage.pass_time(1.2)
    _, fields, body = head_of(client.read())
    assert (fields["content-length"], body) == ("5", b"")


def test_the_other_upstream_s_cookie_brings_back_to_it(stage: Stage, pairs: Pairs) -> None:
    pair = pairs(None, upstreams__0__retries__attempts=1)
    pair.made["upstreams"][1]["sticky"] = {"cookie": "place", "secret": "a secret of many octets", "max_age": 0.0}
    pair.adopt(pair.made)
    stage.upstream.close()
    client = stage.client()
    client.send(get())
    other = pair.other()
    other.read()
    other.send(answer())
    cookie = head_of(client.read())[1]["set-cookie"].partition(";")[0]
    client.send(get(fields=f"Cookie: {cookie}\r\n"))
    other.read()
    other.send(answer())
    assert "set-cookie" not in head_of(client.read())[1]
