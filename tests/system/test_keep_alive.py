"""Connections that the origin closes while they are idle: no request is lost to one (RFC 9112, section 9.3.1)."""

import contextlib
import random
import socket
import threading
from collections import Counter

import pytest

from tests.system.conftest import Launch
from tests.system.gateway import is_problem
from tests.system.lanes import Lane
from tests.system.serving import ServingOrigin
from tests.system.wire import ClosedError, Message, Peer, connect

REQUESTS = 4000
CLIENTS = 8


class Fickle:
    """Answers, and then closes at a random moment: with the answer, or a little later.

    A request may come at the very moment of closing, and the kernel may take it although nobody will read it. Such a
    one looks to the gateway like one that was carried out, so a POST may not be sent again. `shutdown` of both
    directions keeps what was taken before it readable and refuses, as `close` does, what comes after: so these few
    are known.
    """

    def __init__(self) -> None:
        self.chance = random.Random(20)
        self.closed: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()

    def __call__(self, peer: Peer, request: Message) -> bool:
        mood = self.chance.random()
        if mood < 0.1:
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # answer and FIN in one segment
        peer.answer(request.body or request.head.line.encode())
        if mood < 0.1:
            self.closed["with the answer"] += 1
            peer.finish()
            return False
        if mood > 0.3 or not peer.silent(self.chance.random() * 0.005):
            return True
        self.closed["later"] += 1
        peer.socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(ClosedError, OSError):
            self.taken[peer.read_some()[:4].decode("latin-1")] += 1
        return False


def ask_many(port: int, number: int, answers: list[tuple[str, int, bool]]) -> None:
    """Send requests one after the other, every third a POST; note method, status, and whether the body was right."""
    with connect(port) as client:
        for at in range(REQUESTS // CLIENTS):
            body = b"%d.%d" % (number, at)
            if at % 3 == 0:  # in one piece: a failure with a part of the request still to come would end the connection
                client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            else:
                client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
                body = b"GET /a HTTP/1.1"
            response = client.read_response()
            answers.append(("GET" if at % 3 else "POST", response.status, response.body == body))


def test_a_fickle_origin_costs_no_request(launch: Launch) -> None:
    fickle = Fickle()
    answers: list[tuple[str, int, bool]] = []
    with ServingOrigin(fickle) as origin:
        route = {"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}
        gateway = launch({"server": {"workers": 2}, "routes": [route]})
        threads = [
            threading.Thread(target=ask_many, args=(gateway.port, number, answers), daemon=True)
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == REQUESTS
    counts = Counter(answers)
    excused = counts.pop(("POST", 502, False), 0)
    assert excused == fickle.taken["POST"]
    assert set(counts) == {("GET", 200, True), ("POST", 200, True)}
    assert set(fickle.closed) == {"with the answer", "later"}


def pooled(lane: Lane) -> tuple[Peer, Peer]:
    """Return a client and a connection to the origin that both have served one exchange."""
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.answer()
    client.read_response()
    return client, upstream


def test_a_connection_that_was_closed_is_not_used(lane: Lane) -> None:
    for _ in range(5):
        client, upstream = pooled(lane)
        upstream.close()
        client.send(lane.head("Content-Length: 1\r\n", method="POST"), b"x")
        fresh = lane.origin.accept()
        fresh.read_request()
        fresh.answer(b"fresh", fields="Connection: close\r\n")
        assert client.read_response().body == b"fresh"


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_request_that_met_the_race_is_sent_once_more(lane: Lane, how: str) -> None:
    client, upstream = pooled(lane)
    client.send(lane.head(rest="/raced"))
    upstream.read_request()
    if how == "closed":
        upstream.close()
    else:
        upstream.reset()
    fresh = lane.origin.accept()
    assert fresh.read_request().head.line == "GET /raced HTTP/1.1"
    fresh.answer(b"fresh")
    assert client.read_response().body == b"fresh"
    line = lane.line("/raced")
    assert (line["status"], line["attempts"]) == (200, 2)


def test_a_request_is_sent_no_more_often_than_it_may_be_tried(lane: Lane) -> None:
    client, upstream = pooled(lane)
    client.send(lane.head(rest="/raced"))
    upstream.read_request()
    upstream.close()
    for _ in range(3):  # to meet the race is no try
        fresh = lane.origin.accept()
        fresh.read_request()
        fresh.close()
    assert is_problem(client.read_response(), 502, "connection_terminated")
    assert lane.origin.quiet(0.1)


def test_a_request_whose_answer_had_begun_is_not_sent_again(lane: Lane) -> None:
    client, upstream = pooled(lane)
    client.send(lane.head(rest="/begun"))
    upstream.read_request()
    upstream.send("HTTP/1.1 200 OK\r\nConte")
    upstream.close()
    assert is_problem(client.read_response(), 502, "connection_terminated")
    assert lane.origin.quiet(0.1)


def test_a_post_that_the_origin_read_is_not_sent_again(lane: Lane) -> None:
    """It may have been carried out (RFC 9110, section 9.2.2)."""
    client, upstream = pooled(lane)
    client.send(lane.head("Content-Length: 4\r\n", method="POST", rest="/paid"), b"once")
    assert upstream.read_request().body == b"once"
    upstream.close()
    assert is_problem(client.read_response(), 502, "connection_terminated")
    assert lane.origin.quiet(0.1)


def test_an_answer_that_nobody_asked_for_ends_the_connection(lane: Lane) -> None:
    client, upstream = pooled(lane)
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    assert upstream.end() in ("closed", "reset")
    client.send(lane.head())
    fresh = lane.origin.accept()
    fresh.read_request()
    fresh.answer(b"true")
    assert client.read_response().body == b"true"


def test_octets_after_an_answer_are_never_the_next_one(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    )
    assert client.read_response().body == b"ok"
    client.send(lane.head())
    fresh = lane.origin.accept()
    fresh.read_request()
    fresh.answer(b"true")
    try:
        assert client.read_response().body == b"true"
    except ClosedError:
        pytest.fail("the client has done nothing wrong")
