"""Connections that the origin closes while they are idle: no request is lost to one (RFC 9112, section 9.3.1)."""

import random
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
    """Answers, and then closes at a random moment: at once, a little later, or at the next request's first octet."""

    def __init__(self) -> None:
        self.chance = random.Random(20)
        self.closed: Counter[str] = Counter()

    def __call__(self, peer: Peer, request: Message) -> bool:
        peer.answer(request.body or request.head.line.encode())
        mood = self.chance.random()
        if mood < 0.1:
            self.closed["at once"] += 1
            return False
        if mood < 0.25:
            self.closed["a little later"] += 1
            return not peer.silent(self.chance.random() * 0.005)
        if mood < 0.3:
            self.closed["reset"] += 1
            peer.reset()
            return False
        return True


def test_a_fickle_origin_costs_no_request(launch: Launch) -> None:
    fickle = Fickle()
    answers: Counter[tuple[int, bool]] = Counter()
    lock = threading.Lock()

    def work(number: int, port: int) -> None:
        with connect(port) as client:
            for at in range(REQUESTS // CLIENTS):
                body = b"%d.%d" % (number, at)
                if at % 3 == 0:
                    client.send(f"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n", body)
                else:
                    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
                    body = b"GET /a HTTP/1.1"
                response = client.read_response()
                with lock:
                    answers[response.status, response.body == body] += 1

    with ServingOrigin(fickle) as origin:
        gateway = launch({"server": {"workers": 2}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}]})
        threads = [threading.Thread(target=work, args=(number, gateway.port)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {(200, True): REQUESTS}
    assert all(count > 20 for count in fickle.closed.values())


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


def test_a_request_is_sent_no_more_than_once_more(lane: Lane) -> None:
    client, upstream = pooled(lane)
    client.send(lane.head(rest="/raced"))
    upstream.read_request()
    upstream.close()
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
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    assert client.read_response().body == b"ok"
    client.send(lane.head())
    fresh = lane.origin.accept()
    fresh.read_request()
    fresh.answer(b"true")
    try:
        assert client.read_response().body == b"true"
    except ClosedError:
        pytest.fail("the client has done nothing wrong")
