"""Each wait of an upstream's has a time of its own: that one short and all others long, it alone ends it."""

import json
import ssl

import pytest

from tests.engine.stage import Peer, Stage, answer, get, head_of
from tests.plan import UPSTREAM

SHORT = 0.1
LONG = {name: 3600.0 for name, value in UPSTREAM["timeouts"].items() if value > 0.0}


def hurried(stage: Stage, *endpoints: tuple[str, int], **short: float) -> None:
    """Adopt an upstream whose every time is long but for these."""
    times = {**UPSTREAM["timeouts"], **LONG, **short}
    stage.adopt(*endpoints, upstreams__0__timeouts=times, upstreams__0__retries__attempts=1)


def told(stage: Stage, client: Peer) -> tuple[int, str]:
    first, _, body = head_of(stage.wait(client))
    return int(first.split()[1]), str(json.loads(body)["reason"])


def asking(stage: Stage) -> tuple[Peer, Peer]:
    """Return a client whose request has come to the upstream, and that."""
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    return client, upstream


def test_connect(stage: Stage, full: tuple[str, int]) -> None:
    hurried(stage, full, connect=SHORT)
    client = stage.client()
    client.send(get())
    assert told(stage, client) == (504, "connection_timeout")


@pytest.mark.parametrize("times", [{"tls": SHORT}, {"tls": 0.0, "connect": SHORT}], ids=["of its own", "of connect"])
def test_tls_handshake(stage: Stage, times: dict[str, float]) -> None:
    times = {**UPSTREAM["timeouts"], **LONG, **times}
    tls = {"verify": False, "ca": None, "server_name": None}
    stage.adopt(upstreams__0__timeouts=times, upstreams__0__tls=tls, upstreams__0__retries__attempts=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stage.engine.upstream_tls(0, context)
    client = stage.client()
    client.send(get())
    stage.accept()  # and says nothing
    assert told(stage, client) == (504, "connection_timeout")


def test_queue(stage: Stage) -> None:
    hurried(stage, queue=SHORT)
    stage.adopt(
        upstreams__0__caps__requests=1,
        upstreams__0__timeouts={**UPSTREAM["timeouts"], **LONG, "queue": SHORT},
    )
    asking(stage)
    client = stage.client()
    client.send(get())
    assert told(stage, client) == (503, "queue_timeout")


def test_first_byte(stage: Stage) -> None:
    hurried(stage, first_byte=SHORT)
    client, _ = asking(stage)
    assert told(stage, client) == (504, "http_response_timeout")


def test_first_byte_is_awaited_only_once_the_client_has_sent_its_request(stage: Stage) -> None:
    hurried(stage, first_byte=SHORT)
    client = stage.client()
    client.send(b"PUT /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh")
    upstream = stage.accept()
    upstream.read()
    stage.pass_time(3 * SHORT)
    client.send(b"i")
    assert upstream.read() == b"i"
    assert told(stage, client) == (504, "http_response_timeout")


@pytest.mark.parametrize("begun", [b"", b"be"])
def test_between_bytes(stage: Stage, begun: bytes) -> None:
    hurried(stage, between_bytes=SHORT)
    client, upstream = asking(stage)
    upstream.send(answer(b"begun")[:-5] + begun)
    assert client.read().endswith(b"\r\n\r\n" + begun)
    assert stage.wait(client) == b""
    assert client.ended
    assert stage.lines()[0]["reason"] == "http_response_timeout"


def test_between_bytes_is_not_the_whole_of_them(stage: Stage) -> None:
    hurried(stage, between_bytes=0.5)
    client, upstream = asking(stage)
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
    for _ in range(8):
        stage.pass_time(0.1)
        upstream.send(b"x")
        assert client.read().endswith(b"x")
    assert stage.lines()[0]["reason"] == "ok"


@pytest.mark.parametrize("whole", [0.0, 3600.0])
def test_per_try(stage: Stage, whole: float) -> None:
    hurried(stage, per_try=SHORT, request=whole)
    client, _ = asking(stage)
    assert told(stage, client) == (504, "http_response_timeout")


def test_whole_request(stage: Stage) -> None:
    hurried(stage, request=SHORT)
    client, _ = asking(stage)
    assert told(stage, client) == (504, "deadline_exceeded")


def test_tunnel_idle(stage: Stage) -> None:
    hurried(stage, tunnel_idle=SHORT)
    client = stage.client()
    client.send(get(fields="Connection: Upgrade\r\nUpgrade: x\r\n"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
    client.read()
    assert stage.wait(client) == b""
    assert client.ended


def test_pool_idle(stage: Stage) -> None:
    hurried(stage, pool_idle=SHORT)
    client, upstream = asking(stage)
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert stage.wait(upstream) == b""
    assert upstream.ended
