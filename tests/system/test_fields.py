"""Header fields through the gateway: what is kept, what is removed, what is added (RFC 9110, section 7.6)."""

import re
import uuid

import pytest

from tests.system.conftest import Launch
from tests.system.lanes import Lane
from tests.system.wire import Head, Message, Origin

# What a gateway says of itself and of the client; everything else is the two ends' own business.
FORWARDED = tuple(f"x-forwarded-{name}" for name in ("for", "proto", "host", "port", "prefix"))
ADDED_TO_REQUESTS = ("via", *FORWARDED, "x-real-ip", "x-request-id")
ADDED_TO_RESPONSES = ("via", "x-request-id")


def own(head: Head, added: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the fields that the gateway did not add."""
    return [field for field in head.fields if field[0].lower() not in added]


def exchange(lane: Lane, fields: str = "", response: str = "", body: bytes = b"") -> tuple[Message, Message]:
    """Return a request as the origin got it and a response as the client got it."""
    client, upstream = lane.meet(fields, body, method="POST" if body else "GET")
    request = upstream.read_request()
    upstream.answer(b"hello", fields=response)
    return request, client.read_response()


def test_request_fields_keep_order_case_and_duplicates(lane: Lane) -> None:
    sent = [
        ("X-First", "1"),
        ("accept", "text/html;q=0.5, */*"),
        ("X-Twice", "a"),
        ("ACCEPT-Language", "de"),
        ("X-Twice", "b"),
        ("Cookie", "a=1; b=2"),
        ("x-empty", ""),
        ("X_Odd!#$%&'*+-.^`|~", "token characters"),
        ("X-Latin", "caf\xe9"),
    ]
    request, _ = exchange(lane, "".join(f"{name}: {value}\r\n" for name, value in sent))
    assert own(request.head, ADDED_TO_REQUESTS) == [("Host", "gateway.test"), *sent]


def test_response_fields_keep_order_case_and_duplicates(lane: Lane) -> None:
    sent = [
        ("Server", "origin/1"),
        ("Set-Cookie", "a=1; Path=/"),
        ("x-lower", "l"),
        ("Set-Cookie", "b=2, and a comma"),
        ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("X-LATIN", "caf\xe9"),
        ("X-Empty", ""),
    ]
    _, response = exchange(lane, response="".join(f"{name}: {value}\r\n" for name, value in sent))
    assert own(response.head, ADDED_TO_RESPONSES) == [("Content-Length", "5"), *sent]


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        pytest.param("Connection: X-Mine, x-other\r\nX-Mine: 1\r\nX-Other: 2\r\n", ("x-mine", "x-other"), id="named"),
        pytest.param("Connection: a\r\nA: 1\r\nConnection: b\r\nB: 2\r\n", ("a", "b"), id="two connection fields"),
        pytest.param("Keep-Alive: timeout=5\r\n", ("keep-alive",), id="keep-alive"),
        pytest.param("Proxy-Connection: keep-alive\r\n", ("proxy-connection",), id="proxy-connection"),
        pytest.param("Connection: keep-alive, X-A\r\nx-a: 1\r\n", ("x-a", "keep-alive"), id="with an option"),
    ],
)
def test_fields_for_one_hop_stay_there(lane: Lane, fields: str, gone: tuple[str, ...]) -> None:
    request, response = exchange(lane, fields + "X-Kept: yes\r\n", fields + "X-Kept: yes\r\n")
    for head in (request.head, response.head):
        assert head.get("x-kept") == "yes"
        assert [name for name in gone if head.has(name)] == []
        assert not any(name in value.lower() for value in head.all("connection") for name in gone)


def test_a_request_cannot_have_the_gateways_own_fields_removed(lane: Lane) -> None:
    request, _ = exchange(lane, "Connection: X-Forwarded-For, Via, X-Request-ID, Host\r\n")
    assert all(request.head.has(name) for name in ("host", *ADDED_TO_REQUESTS))


def test_upgrade_is_for_one_hop_when_not_asked_for(lane: Lane) -> None:
    request, _ = exchange(lane, "Upgrade: websocket\r\n")
    assert not request.head.has("upgrade")


def test_the_client_is_told_of_to_the_origin(lane: Lane) -> None:
    request, _ = exchange(lane)
    assert request.head.get("x-forwarded-for") == "127.0.0.1"
    assert request.head.get("x-forwarded-proto") == "http"
    assert request.head.get("x-forwarded-host") == "gateway.test"
    assert request.head.get("x-forwarded-port") == "80"
    assert request.head.get("x-real-ip") == "127.0.0.1"
    assert request.head.get("x-forwarded-prefix") == lane.prefix  # it was taken off


@pytest.mark.parametrize(
    "field",
    [
        "X-Forwarded-For: spoof",
        "x-forwarded-for: spoof\r\nX-FORWARDED-FOR: spoof",
        "X-Forwarded-Proto: spoof",
        "X-Forwarded-Host: spoof",
        "X-Forwarded-Port: spoof",
        "X-Forwarded-Prefix: spoof",
        "X-Forwarded-Ssl: spoof",
        "X-Forwarded: spoof",
        "X_Forwarded_User: spoof",
        "X-Real-IP: spoof",
        "X-Request-ID: spoof",
        "Forwarded: for=spoof",
    ],
)
def test_what_a_client_says_of_itself_is_not_believed(lane: Lane, field: str) -> None:
    request, response = exchange(lane, field + "\r\n")
    told = request.head.fields + response.head.fields
    assert [pair for pair in told if "spoof" in pair[1]] == []


def test_via_is_added_both_ways(lane: Lane) -> None:
    request, response = exchange(lane)
    assert request.head.all("via") == ["1.1 lumina"]
    assert response.head.all("via") == ["1.1 lumina"]


def test_via_goes_after_those_before_it(lane: Lane) -> None:
    request, response = exchange(lane, "Via: 1.0 fred, 1.1 p.example\r\n", "Via: 1.1 nearer\r\n")
    assert ", ".join(request.head.all("via")) == "1.0 fred, 1.1 p.example, 1.1 lumina"
    assert ", ".join(response.head.all("via")) == "1.1 nearer, 1.1 lumina"


def test_via_names_the_version_that_was_received(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(version="1.0"))
    upstream = lane.origin.accept()
    request = upstream.read_request()
    upstream.send("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert request.head.all("via") == ["1.0 lumina"]
    assert client.read_response().head.all("via") == ["1.0 lumina"]


def test_one_request_id_for_origin_client_and_log(lane: Lane) -> None:
    request, response = exchange(lane)
    told = request.head.get("x-request-id")
    assert told is not None
    assert uuid.UUID(told).version == 7
    assert response.head.get("x-request-id") == told
    assert lane.line()["request_id"] == told


def test_an_origin_cannot_set_the_request_id(lane: Lane) -> None:
    request, response = exchange(lane, response="X-Request-ID: mine\r\n")
    assert response.head.get("x-request-id") == request.head.get("x-request-id")


def test_every_request_has_an_id_of_its_own(lane: Lane) -> None:
    client, upstream = lane.meet()
    seen = set()
    for number in range(200):
        if number:
            client.send(lane.head())
        seen.add(upstream.read_request().head.get("x-request-id"))
        upstream.answer()
        client.read_response()
    assert len(seen) == 200


@pytest.mark.parametrize(
    ("preserve", "host"), [pytest.param({}, "shop.test", id="default"), ({"preserve_host": False}, "127.0.0.1:{port}")]
)
def test_host(launch: Launch, origin: Origin, preserve: dict[str, bool], host: str) -> None:
    gateway = launch({"routes": [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}", **preserve}]})
    with gateway.connect() as client:
        client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        request = origin.accept().read_request()
    assert request.head.get("host") == host.format(port=origin.port)
    assert request.head.get("x-forwarded-host") == "shop.test"


def test_the_host_of_an_absolute_target_is_the_host(lane: Lane) -> None:
    client = lane.client()
    client.send(f"GET http://gateway.test{lane.path('/a?b')} HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
    request = lane.origin.accept().read_request()
    assert request.head.line == "GET /a?b HTTP/1.1"
    assert request.head.get("host") == "gateway.test"


def test_a_large_header_section_goes_through(lane: Lane) -> None:
    many = "".join(f"X-Number-{number}: {'v' * 300}\r\n" for number in range(80))
    cookies = "".join(f"Set-Cookie: c{number}={'v' * 700}\r\n" for number in range(80))
    request, response = exchange(lane, many, cookies)
    assert sum(name.startswith("X-Number-") for name, _ in request.head.fields) == 80
    assert len(response.head.all("set-cookie")) == 80


def test_the_reason_phrase_is_the_origins(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.answer(status="299 Odd, but said")
    assert client.read_response().head.line == "HTTP/1.1 299 Odd, but said"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE", "M-SEARCH", "get"])
def test_methods_are_the_clients(lane: Lane, method: str) -> None:
    client, upstream = lane.meet(method=method)
    assert re.match(re.escape(method) + " / ", upstream.read_request().head.line)
    upstream.answer()
    assert client.read_response().body == b"ok"
