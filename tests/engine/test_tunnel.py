"""A switch of protocols: octets both ways, and each side ends on its own."""

import contextlib
from pathlib import Path

import pytest

from tests.engine.stage import Peer, Stage, head_of

ASK = b"GET /api/payments/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
AGREE = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def opened(stage: Stage, early: bytes = b"", first: bytes = b"") -> tuple[Peer, Peer]:
    client = stage.client()
    client.send(ASK + early)
    upstream = stage.accept()
    _, fields, rest = head_of(upstream.read())
    assert (fields["connection"].lower(), fields["upgrade"], rest) == ("upgrade", "websocket", b"")
    upstream.send(AGREE + first)
    line, fields, rest = head_of(client.read())
    assert (line, fields["connection"], fields["upgrade"]) == (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade",
        "websocket",
    )
    assert rest == first
    return client, upstream


def test_octets_go_both_ways(stage: Stage) -> None:
    client, upstream = opened(stage)
    client.send(b"ping")
    assert upstream.read() == b"ping"
    upstream.send(b"pong" * 100_000)
    assert client.read_until(b"pong" * 100_000) == b"pong" * 100_000


def test_octets_that_came_early_are_not_lost(stage: Stage) -> None:
    _, upstream = opened(stage, early=b"early", first=b"welcome")
    assert upstream.read() == b"early"


def test_the_client_may_end_first(stage: Stage) -> None:
    client, upstream = opened(stage)
    client.send(b"last")
    client.finish()
    assert (upstream.read(), upstream.ended) == (b"last", True)
    upstream.send(b"reply")
    assert client.read() == b"reply"
    upstream.close()
    client.read()
    assert (client.ended, client.reset) == (True, False)
    (line,) = stage.lines()
    assert (line["status"], line["reason"], line["bytes_in"], line["bytes_out"]) == (101, "ok", 4, 5)


def test_the_upstream_may_end_first(stage: Stage) -> None:
    client, upstream = opened(stage)
    upstream.send(b"last")
    upstream.finish()
    assert (client.read(), client.ended) == (b"last", True)
    client.send(b"reply")
    assert upstream.read() == b"reply"
    client.close()
    upstream.read()
    assert upstream.ended
    assert stage.engine.connections == 0
    (line,) = stage.lines()
    assert (line["status"], line["reason"], line["bytes_in"], line["bytes_out"]) == (101, "ok", 5, 4)
    assert stage.arena.read()["workers"][0]["in_flight"] == 0


@pytest.mark.parametrize("who", ["client", "upstream"])
@pytest.mark.parametrize("before", ["", "it had ended its side", "the other side takes nothing"])
def test_a_side_that_is_reset_resets_the_other(stage: Stage, tmp_path: Path, who: str, before: str) -> None:
    if before == "the other side takes nothing" and who == "client":
        stage.by_unix(tmp_path / "up")
    client, upstream = opened(stage)
    leaver, other = (client, upstream) if who == "client" else (upstream, client)
    if before == "it had ended its side":
        leaver.finish()
        other.read()
        assert other.ended
    elif before:
        fill(leaver)
    leaver.reset_now()
    stage.settle()
    if before == "the other side takes nothing" and who == "upstream":  # what came before the reset is for the client
        other.read_until(b"no such octets")
    if before != "the other side takes nothing":
        other.read()
        assert before or other.reset
    (line,) = stage.lines()
    assert (line["status"], line["reason"]) == (101, "client_gone" if who == "client" else "connection_terminated")
    assert stage.engine.connections == 0


@pytest.mark.parametrize("first", ["client", "upstream"])
def test_both_may_end_before_all_has_been_taken(stage: Stage, tmp_path: Path, first: str) -> None:
    stage.by_unix(tmp_path / "up")  # what it does not take waits here
    client, upstream = opened(stage)
    last = bytes(range(256)) * 1200
    if first == "upstream":
        upstream.send(b"first")
        upstream.finish()
        assert (client.read(), client.ended) == (b"first", True)
    client.send(last)
    client.finish()
    stage.settle()
    if first == "client":
        upstream.send(b"first")
        upstream.finish()
        assert client.read() == b"first"
    assert stage.lines() == []
    assert (upstream.read_until(last), upstream.read(), upstream.ended) == (last, b"", True)
    assert [(line["status"], line["bytes_in"]) for line in stage.lines()] == [(101, len(last))]
    assert stage.engine.connections == 0


def fill(peer: Peer) -> None:
    """Send until nothing more is taken."""
    with contextlib.suppress(BlockingIOError):
        while True:
            peer.sock.send(bytes(1 << 18))
            peer.stage.settle()


def test_an_idle_tunnel_is_closed(stage: Stage) -> None:
    stage.adopt(upstreams__0__timeouts__tunnel_idle=0.05)
    client, upstream = opened(stage)
    stage.wait(client)
    upstream.read()
    assert (client.ended, upstream.ended, client.reset, upstream.reset) == (True, True, False, False)


@pytest.mark.parametrize("stuck", ["client", "upstream"])
def test_an_idle_tunnel_with_octets_that_nobody_takes_is_reset(stage: Stage, stuck: str) -> None:
    stage.adopt(upstreams__0__timeouts__tunnel_idle=5.0)
    client, upstream = opened(stage)
    source = upstream if stuck == "client" else client
    fill(source)
    stage.engine.skip(5.1)
    stage.settle()
    source.read()
    assert source.reset


@pytest.mark.parametrize("sender", ["client", "upstream"])
def test_a_tunnel_that_carries_octets_one_way_is_not_idle(stage: Stage, sender: str) -> None:
    stage.adopt(upstreams__0__timeouts__tunnel_idle=0.4)
    client, upstream = opened(stage)
    source, sink = (client, upstream) if sender == "client" else (upstream, client)
    for _ in range(8):
        stage.pass_time(0.1)
        source.send(b"x")
        assert sink.read() == b"x"
    stage.wait(client)
    upstream.read()
    assert (client.ended, upstream.ended) == (True, True)


def test_the_times_of_a_request_are_over_when_its_tunnel_begins(stage: Stage) -> None:
    times = {"request": 5.0, "first_byte": 10.0, "between_bytes": 10.0}
    stage.adopt(**{f"upstreams__0__timeouts__{name}": seconds for name, seconds in times.items()})
    client, upstream = opened(stage)
    stage.engine.skip(30.0)
    client.send(b"still")
    assert upstream.read() == b"still"
    upstream.send(b"here")
    assert client.read() == b"here"


def test_a_tunnel_whose_client_was_slow_for_a_while_goes_on(stage: Stage) -> None:
    stage.adopt(timeouts__write=0.3, timeouts__rate_grace=0.3)
    client, upstream = opened(stage)
    upstream.sock.setblocking(False)
    size = 0
    while not stage.settle() or size < 1 << 20:  # until nobody takes any more
        try:
            size += upstream.sock.send(b"a" * 65536)
        except BlockingIOError:
            break
    got = b""
    while len(got) < size:
        got += client.read()
    stage.pass_time(0.5)
    client.send(b"still here")
    assert upstream.read() == b"still here"
