"""Messages through the gateway, octet by octet where it matters (RFC 9112)."""

import pytest

from tests.system.lanes import Lane
from tests.system.wire import Peer


def chunked(*pieces: bytes, trailers: str = "") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return body + b"0\r\n" + trailers.encode() + b"\r\n"


def again(lane: Lane, client: Peer, upstream: Peer) -> None:
    """Show that both connections are sound: one more exchange goes over them."""
    client.send(lane.head(rest="/again"))
    assert upstream.read_request().head.line == "GET /again HTTP/1.1"
    upstream.answer(b"again")
    assert client.read_response().body == b"again"


# ---- bodies and their ends


@pytest.mark.parametrize("size", [0, 1, 1000, 16384, 65536, 300_000])
def test_bodies_of_known_length(lane: Lane, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    client, upstream = lane.meet(f"Content-Length: {size}\r\n", body, method="POST")
    request = upstream.read_request()
    assert (request.head.get("content-length"), request.body) == (str(size), body)
    upstream.answer(body)
    response = client.read_response()
    assert (response.head.get("content-length"), response.body) == (str(size), body)
    again(lane, client, upstream)


@pytest.mark.parametrize("sizes", [(), (1,), (1,) * 1000, (5, 1, 4000), (65536, 70000), (16,) * 500])
def test_chunked_bodies(lane: Lane, sizes: tuple[int, ...]) -> None:
    pieces = [bytes([65 + number % 26]) * size for number, size in enumerate(sizes)]
    client, upstream = lane.meet("Transfer-Encoding: chunked\r\n", chunked(*pieces), method="PUT")
    request = upstream.read_request()
    assert (request.head.get("transfer-encoding"), request.body) == ("chunked", b"".join(pieces))
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunked(*pieces))
    response = client.read_response()
    assert (response.head.get("transfer-encoding"), response.body) == ("chunked", b"".join(pieces))
    again(lane, client, upstream)


def test_trailers_of_a_request(lane: Lane) -> None:
    body = chunked(b"data", trailers="X-Checksum: abc\r\nx-more: d\r\nX-More: e\r\n")
    client, upstream = lane.meet("Transfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n", body, method="POST")
    request = upstream.read_request()
    assert request.trailers == [("X-Checksum", "abc"), ("x-more", "d"), ("X-More", "e")]
    upstream.answer()
    assert client.read_response().status == 200
    again(lane, client, upstream)


def test_trailers_of_a_response(lane: Lane) -> None:
    client, upstream = lane.meet("TE: trailers\r\nConnection: TE\r\n")
    upstream.read_request()
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Grpc-Status\r\n\r\n")
    upstream.send(chunked(b"data", trailers="Grpc-Status: 0\r\nx-more: 1\r\n"))
    response = client.read_response()
    assert (response.body, response.trailers) == (b"data", [("Grpc-Status", "0"), ("x-more", "1")])
    again(lane, client, upstream)


def test_chunk_extensions_end_at_this_hop(lane: Lane) -> None:
    client, upstream = lane.meet("Transfer-Encoding: chunked\r\n", b"3;a=b\r\nabc\r\n0;last\r\n\r\n", method="POST")
    upstream.read_head()
    assert b";" not in upstream.read_until(b"0\r\n\r\n")
    upstream.answer()
    assert client.read_response().status == 200


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_body_until_close(lane: Lane, version: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/{version} 200 OK\r\nConnection: close\r\n\r\n", b"one,", b"two")
    upstream.close()
    assert client.read_response().body == b"one,two"


def test_a_large_body_until_close(lane: Lane) -> None:
    body = bytes(range(256)) * 2000
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send("HTTP/1.0 200 OK\r\n\r\n", body)
    upstream.close()
    assert client.read_response().body == body


@pytest.mark.parametrize(
    ("framing", "length"),
    [("Content-Length: 12345", "12345"), ("Transfer-Encoding: chunked", None), ("X-None: 1", None)],
)
def test_head_has_the_fields_and_no_body(lane: Lane, framing: str, length: str | None) -> None:
    client, upstream = lane.meet(method="HEAD")
    upstream.read_request()
    upstream.send(f"HTTP/1.1 200 OK\r\n{framing}\r\nX-Here: yes\r\n\r\n")
    response = client.read_response("HEAD")
    assert (response.head.get("x-here"), response.head.get("content-length")) == ("yes", length)
    again(lane, client, upstream)


@pytest.mark.parametrize(
    ("status", "fields"),
    [("204 No Content", ""), ("304 Not Modified", 'ETag: "a"\r\n'), ("304 Not Modified", "Content-Length: 99\r\n")],
)
def test_statuses_without_a_body(lane: Lane, status: str, fields: str) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.send(f"HTTP/1.1 {status}\r\n{fields}\r\n")
    response = client.read_response()
    assert response.head.line == f"HTTP/1.1 {status}"
    assert not response.head.has("transfer-encoding")
    again(lane, client, upstream)


def test_a_get_may_have_a_body_and_a_post_none(lane: Lane) -> None:
    client, upstream = lane.meet("Content-Length: 4\r\n", b"body")
    assert upstream.read_request().body == b"body"
    upstream.answer()
    client.read_response()
    client.send(lane.head(method="POST"))
    request = upstream.read_request()
    assert (request.head.get("content-length") or "0", request.head.has("transfer-encoding")) == ("0", False)
    upstream.answer()
    client.read_response()
    again(lane, client, upstream)


# ---- informational responses


def test_expect_goes_end_to_end(lane: Lane) -> None:
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 4\r\n", method="PUT")
    head = upstream.read_head()
    assert head.get("expect") == "100-continue"
    assert client.silent(0.1)  # only the origin may say that it wants the body
    upstream.send("HTTP/1.1 100 Continue\r\n\r\n")
    assert client.read_response().status == 100
    client.send(b"body")
    assert upstream.read(4) == b"body"
    upstream.answer(b"stored", "201 Created")
    assert (client.read_response().status, lane.line()["status"]) == (201, 201)
    again(lane, client, upstream)


def test_expect_may_be_refused_before_the_body(lane: Lane) -> None:
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 4000000\r\n", method="PUT")
    upstream.read_head()
    upstream.answer(b"too much", "413 Content Too Large", "Connection: close\r\n")
    response = client.read_response()
    assert (response.status, response.body) == (413, b"too much")
    assert upstream.end() in ("closed", "reset")
    client.finish()  # without the body: whether it was to come, nobody can know
    assert client.end() in ("closed", "reset")


def test_an_origin_may_never_say_100(lane: Lane) -> None:
    """The client waits for a while and sends the body all the same (RFC 9110, section 10.1.1)."""
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 4\r\n", method="PUT")
    upstream.read_head()
    assert client.silent(0.1)
    client.send(b"body")
    assert upstream.read(4) == b"body"
    upstream.answer(b"stored", "201 Created")
    assert client.read_response().status == 201
    again(lane, client, upstream)


def test_an_http_1_0_client_expects_nothing(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head("Expect: 100-continue\r\nContent-Length: 4\r\n", method="PUT", version="1.0"), b"body")
    upstream = lane.origin.accept()
    request = upstream.read_request()
    assert (request.body, request.head.has("expect")) == (b"body", False)
    upstream.send("HTTP/1.1 100 Continue\r\n\r\n")
    upstream.answer(b"stored", "201 Created")
    response = client.read_response()
    assert (response.status, response.body) == (201, b"stored")


def test_a_client_need_not_wait_for_100(lane: Lane) -> None:
    client, upstream = lane.meet("Expect: 100-continue\r\nContent-Length: 4\r\n", b"body", method="PUT")
    assert upstream.read_request().body == b"body"
    upstream.answer(b"stored", "201 Created")
    response = client.read_response()
    assert (client.read_response() if response.status == 100 else response).status == 201


def test_early_hints_pass_as_they_come(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    for link in ("</a.css>; rel=preload", "</b.js>; rel=preload"):
        upstream.send(f"HTTP/1.1 103 Early Hints\r\nLink: {link}\r\n\r\n")
        early = client.read_response()  # the final response is not sent before this has arrived
        assert (early.status, early.head.get("link")) == (103, link)
    upstream.answer(b"page")
    assert client.read_response().body == b"page"
    again(lane, client, upstream)


def test_informational_responses_are_not_for_http_1_0(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(version="1.0"))
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    upstream.answer(b"page")
    response = client.read_response()
    assert (response.status, response.body) == (200, b"page")


# ---- HTTP/1.0 clients


def test_an_http_1_0_client_gets_a_chunked_body_plain(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(version="1.0"))
    upstream = lane.origin.accept()
    assert upstream.read_request().head.line == "GET / HTTP/1.1"
    upstream.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunked(b"one,", b"two", trailers="X-T: 1\r\n")
    )
    head = client.read_head()
    assert (head.has("transfer-encoding"), head.has("content-length")) == (False, False)
    assert client.read_to_end() == b"one,two"


def test_an_http_1_0_client_is_let_go_after_one_answer(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(version="1.0"))
    upstream = lane.origin.accept()
    upstream.read_request()
    upstream.answer(b"one")
    assert client.read_response().body == b"one"
    assert client.end() == "closed"


def test_an_http_1_0_client_may_ask_to_stay(lane: Lane) -> None:
    client = lane.client()
    for number in range(3):
        client.send(lane.head("Connection: keep-alive\r\n", version="1.0"))
        if number == 0:
            upstream = lane.origin.accept()
        upstream.read_request()
        upstream.answer(b"one")
        response = client.read_response()
        assert (response.body, (response.head.get("connection") or "").lower()) == (b"one", "keep-alive")


def test_an_http_1_0_client_without_host(lane: Lane) -> None:
    client = lane.client()
    client.send(f"GET {lane.path()} HTTP/1.0\r\n\r\n")
    upstream = lane.origin.accept()
    assert upstream.read_request().head.has("host")  # HTTP/1.1 has to have one
    upstream.answer(b"fine")
    assert client.read_response().body == b"fine"


# ---- connections


def test_pipelined_requests_are_answered_in_order(lane: Lane) -> None:
    client = lane.client()
    client.send(*(lane.head(rest=f"/{number}") for number in range(20)))
    upstream = lane.origin.accept()
    for _ in range(20):
        target = upstream.read_request().head.line.split(" ")[1]
        upstream.answer(target.encode())
    assert [client.read_response().body for _ in range(20)] == [b"/%d" % number for number in range(20)]


def test_pipelined_requests_with_bodies(lane: Lane) -> None:
    client = lane.client()
    fields = "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"
    bodies = b"one", chunked(b"two", trailers="X-T: 1\r\n")
    for _ in range(3):
        for kind, body in zip(fields, bodies, strict=True):
            client.send(lane.head(kind, method="POST"), body)
    upstream = lane.origin.accept()
    for _ in range(6):
        upstream.answer(upstream.read_request().body)
    assert [client.read_response().body for _ in range(6)] == [b"one", b"two"] * 3


def test_close_is_meant_after_the_request_that_says_it(lane: Lane) -> None:
    client = lane.client()
    client.send(lane.head(rest="/1"), lane.head("Connection: close\r\n", rest="/2"))
    upstream = lane.origin.accept()
    for _ in range(2):
        upstream.answer(upstream.read_request().head.line.encode())
    assert client.read_response().body == b"GET /1 HTTP/1.1"
    assert client.read_response().body == b"GET /2 HTTP/1.1"
    assert client.end() == "closed"


def test_connections_to_the_origin_are_used_again_by_others(lane: Lane) -> None:
    client, upstream = lane.meet("Connection: close\r\n")
    assert not upstream.read_request().head.has("connection")
    upstream.answer(b"one")
    response = client.read_response()
    assert (response.head.get("connection") or "").lower() == "close"
    assert client.end() == "closed"
    other = lane.ask()
    upstream.read_request()
    upstream.answer(b"two")
    assert other.read_response().body == b"two"


def test_the_client_stays_when_the_origin_closes(lane: Lane) -> None:
    client, upstream = lane.meet()
    upstream.read_request()
    upstream.answer(b"one", fields="Connection: close\r\n")
    assert client.read_response().body == b"one"
    assert upstream.end() in ("closed", "reset")
    client.send(lane.head())
    fresh = lane.origin.accept()
    fresh.read_request()
    fresh.answer(b"two")
    assert client.read_response().body == b"two"


def test_octets_may_come_one_by_one(lane: Lane) -> None:
    request = lane.head("Transfer-Encoding: chunked\r\n", method="POST") + chunked(b"abc", b"d", trailers="X-T: 1\r\n")
    client = lane.client()
    for octet in request:
        client.send(bytes([octet]))
    upstream = lane.origin.accept()
    assert upstream.read_request().body == b"abcd"
    for octet in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"efg", trailers="X-U: 2\r\n"):
        upstream.send(bytes([octet]))
    response = client.read_response()
    assert (response.body, response.trailers) == (b"efg", [("X-U", "2")])
    again(lane, client, upstream)


@pytest.mark.parametrize("framing", ["Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n"])
def test_an_answer_may_come_before_the_body_has(lane: Lane, framing: str) -> None:
    client, upstream = lane.meet(framing, method="POST")
    upstream.read_head()
    client.send(b"5\r\nfirst\r\n" if "chunked" in framing else b"first")
    upstream.read_until(b"first")
    upstream.answer(b"enough", "400 Bad Request")
    response = client.read_response()
    assert (response.status, response.body) == (400, b"enough")
    # What follows is the rest of that body and can be no request: read as one it would be answered.
    try:
        client.send(lane.head(rest="/smuggled"))
    except (ConnectionResetError, BrokenPipeError):
        return
    assert lane.origin.quiet(0.2)
