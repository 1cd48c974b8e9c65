"""Answers framed for the version and the wishes of the client."""

import pytest

from tests.engine.stage import Stage, answer, get, head_of

OLD = b"GET /api/payments/x HTTP/1.0\r\nHost: a\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"


def test_an_old_client_gets_a_chunked_answer_until_close(stage: Stage) -> None:
    client = stage.client()
    client.send(OLD)
    stage.accept().send(CHUNKED)
    _, fields, body = head_of(client.read())
    assert "transfer-encoding" not in fields
    assert (body, fields["connection"], client.ended) == (b"ok", "close", True)


def test_an_old_client_may_keep_its_connection(stage: Stage) -> None:
    client = stage.client()
    client.send(OLD.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"))
    stage.accept().send(answer())
    _, fields, _ = head_of(client.read())
    assert (fields["connection"], client.ended) == ("keep-alive", False)


@pytest.mark.parametrize(
    "start", [pytest.param("GET /nowhere", id="a failure"), pytest.param("OPTIONS *", id="a last stop")]
)
@pytest.mark.parametrize(
    ("version", "fields", "said"),
    [
        pytest.param("1.0", "Connection: keep-alive\r\n", "keep-alive", id="an old client that stays"),
        pytest.param("1.0", "", "close", id="an old client"),
        pytest.param("1.1", "Connection: keep-alive\r\n", None, id="a client that stays"),
        pytest.param("1.1", "Connection: close\r\n", "close", id="a client that does not stay"),
    ],
)
def test_our_own_answers_say_what_becomes_of_the_connection(
    stage: Stage, start: str, version: str, fields: str, said: str | None
) -> None:
    """Else an old client takes the answer for one that ends with its connection, and waits for that."""
    client = stage.client()
    client.send(f"{start} HTTP/{version}\r\nHost: a\r\n{fields}\r\n".encode())
    assert (head_of(client.read())[1].get("connection"), client.ended) == (said, said == "close")


def test_a_client_that_wants_to_close_is_let_go(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="Connection: close\r\n"))
    stage.accept().send(answer())
    _, fields, body = head_of(client.read())
    assert (fields["connection"], body, client.ended, client.reset) == ("close", b"ok", True, False)


def test_hop_by_hop_fields_stay_on_their_hop(stage: Stage) -> None:
    client = stage.client()
    client.send(get(fields="Connection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nX-Yours: 2\r\n"))
    upstream = stage.accept()
    fields = head_of(upstream.read())[1]
    assert fields["x-yours"] == "2"
    assert not {"connection", "x-mine", "keep-alive", "te"} & set(fields)
    upstream.send(answer(fields="Connection: X-Theirs\r\nX-Theirs: 1\r\nKeep-Alive: timeout=5\r\nX-Ours: 2\r\n"))
    fields = head_of(client.read())[1]
    assert fields["x-ours"] == "2"
    assert not {"connection", "x-theirs", "keep-alive"} & set(fields)


def test_an_answer_without_a_date_gets_one(stage: Stage) -> None:
    client = stage.client()
    client.send(get() + get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    assert head_of(client.read())[1]["date"].endswith(" GMT")
    upstream.read()
    upstream.send(answer(fields="Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
    assert head_of(client.read())[1]["date"] == "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize("size", [1, 16384, 16385, 100_000])
def test_chunks_of_any_size_come_through(stage: Stage, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (size, body))
    got, found = head_of(client.read_until(b"0\r\n\r\n"))[2], b""
    while got != b"0\r\n\r\n":
        length, _, got = got.partition(b"\r\n")
        found += got[: int(length, 16)]
        assert got[int(length, 16) :].startswith(b"\r\n")
        got = got[int(length, 16) + 2 :]
    assert found == body
