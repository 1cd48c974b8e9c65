"""Upstreams that are told whose each connection is."""

import ssl

import pytest
import trustme

from lumina.proxy_protocol.header import ProxyHeader
from lumina.snapshot import Snapshot
from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, nobody
from tests.engine.test_arrival import TEXT, TRUSTED, Entrance, refused
from tests.plan import plan
from tests.proxy_protocol.vectors import OF_FOUR, OF_SIX, SIX, Told, binary


def adopt(stage: Stage, version: int = 2, *endpoints: tuple[str, int], **changes: object) -> None:
    stage.adopt(*endpoints, upstreams__0__proxy_protocol=version, **changes)


def told(peer: Peer) -> tuple[Told | None, bytes]:
    """Return what a connection to the upstream begins with: whose it is, and what follows."""
    octets = peer.read()
    reader = ProxyHeader()
    end = reader.feed(octets)
    assert end > 0, octets
    return reader.told, octets[end:]


def ends_of(client: Peer) -> Told:
    return client.sock.getsockname(), client.sock.getpeername()


def idle(stage: Stage) -> tuple[int, int]:
    """Return how many connections to upstreams are at work, and how many wait."""
    stage.settle()
    found = stage.arena.read()["upstream_connections"]
    return sum(found[key] for key in found if key[1] == "active"), sum(found[key] for key in found if key[1] == "idle")


@pytest.mark.parametrize("version", [1, 2])
def test_a_header_goes_before_the_first_request(stage: Stage, version: int) -> None:
    adopt(stage, version)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    whose, rest = told(upstream)
    assert whose == ends_of(client)
    assert rest.startswith(b"GET /x HTTP/1.1\r\n")
    upstream.send(answer())
    assert client.read().endswith(b"ok")


def test_the_next_request_of_the_same_client_needs_none(stage: Stage) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    assert idle(stage) == (0, 1)
    client.send(get("/api/payments/2"))
    assert upstream.read().startswith(b"GET /2 ")
    assert idle(stage) == (1, 0)
    upstream.send(answer())
    assert client.read().endswith(b"ok")
    assert idle(stage) == (0, 1)


def test_each_endpoint_has_a_connection_of_its_own_for_a_client(stage: Stage) -> None:
    other = stage.listen()
    adopt(stage, 2, stage.upstream.getsockname(), other.getsockname(), **IN_TURN)
    client, first = stage.conversation()
    client.send(get("/api/payments/2"))
    second = stage.meet(other)
    assert told(second)[1].startswith(b"GET /2 ")
    second.send(answer())
    client.read()
    client.send(get("/api/payments/3"))
    assert first.read().startswith(b"GET /3 ")


def test_one_whose_end_came_with_the_request_is_not_tried(stage: Stage) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    client.sock.send(get("/api/payments/again"))
    upstream.close()  # the engine hears of both in the same turn, of the request first
    fresh = stage.accept()
    assert told(fresh)[1].startswith(b"GET /again ")
    assert stage.arena.read()["retries"] == {}


@pytest.mark.parametrize(("method", "used"), [("GET", True), ("POST", False)])
def test_what_may_not_be_sent_twice_goes_on_none_that_is_about_to_be_closed(
    stage: Stage, method: str, used: bool
) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    stage.engine.skip(10.0)
    upstream.close()  # so long does it let one wait
    stage.settle()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    client.read()
    stage.engine.skip(9.0)
    client.send(get().replace(b"GET", method.encode()))
    stage.settle()
    assert (upstream.read() != b"") is used


def test_another_client_never_gets_it(stage: Stage) -> None:
    adopt(stage)
    first, second = stage.client(), stage.client()
    first.send(get())
    of_first = stage.accept()
    assert told(of_first)[0] == ends_of(first)
    of_first.send(answer())
    first.read()
    second.send(get())
    of_second = stage.accept()
    assert told(of_second)[0] == ends_of(second)
    assert of_first.read() == b""
    of_second.send(answer())
    second.read()
    assert idle(stage) == (0, 2)
    for client, upstream in ((first, of_first), (second, of_second)):
        client.send(get())
        assert upstream.read().startswith(b"GET ")


def test_it_ends_with_its_client(stage: Stage) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    client.close()
    assert (upstream.read(), upstream.ended) == (b"", True)
    assert idle(stage) == (0, 0)


def test_a_client_that_leaves_early_leaves_nothing_behind(stage: Stage) -> None:
    adopt(stage)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    told(upstream)
    client.close()
    assert (upstream.read(), upstream.ended, idle(stage)) == (b"", True, (0, 0))


def test_a_client_that_asks_once_leaves_nothing_behind(stage: Stage) -> None:
    adopt(stage)
    client = stage.client()
    client.send(get(fields="Connection: close\r\n"))
    upstream = stage.accept()
    told(upstream)
    upstream.send(answer())
    client.read()
    client.close()
    assert (upstream.read(), upstream.ended, idle(stage)) == (b"", True, (0, 0))


@pytest.mark.parametrize(
    ("header", "whose"), [(TEXT, OF_FOUR), (binary(0x21, 0x21, SIX), OF_SIX), (b"PROXY UNKNOWN\r\n", None)]
)
def test_what_the_gateway_was_told_is_told(stage: Stage, header: bytes, whose: Told | None) -> None:
    adopt(stage)
    client = Entrance(stage, TRUSTED).connect(header + get())
    assert told(stage.accept())[0] == (whose or ends_of(client))
    assert refused(stage) == {}


def test_two_clients_of_one_name_are_two(stage: Stage) -> None:
    adopt(stage)
    entrance = Entrance(stage, TRUSTED)
    for _ in range(2):
        client = entrance.connect(TEXT + get())
        upstream = stage.accept()
        assert told(upstream)[0] == OF_FOUR
        upstream.send(answer())
        client.read()
    assert idle(stage) == (0, 2)


def test_one_that_its_upstream_closed_is_replaced(stage: Stage) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    upstream.close()
    assert idle(stage) == (0, 0)
    client.send(get())
    assert told(stage.accept())[0] == ends_of(client)


def test_one_that_closes_as_it_is_used_is_replaced(stage: Stage) -> None:
    adopt(stage)
    client, upstream = stage.conversation()
    client.send(get())
    upstream.read()
    upstream.close()
    again = stage.accept()
    whose, rest = told(again)
    assert (whose, rest[:5]) == (ends_of(client), b"GET /")
    again.send(answer())
    assert client.read().endswith(b"ok")
    assert idle(stage) == (0, 1)


@pytest.mark.parametrize("cap", ["connections", "idle"])
def test_those_that_wait_longest_make_room(stage: Stage, cap: str) -> None:
    adopt(stage, **{f"upstreams__0__caps__{cap}": 2})
    (first, of_first), (second, of_second), (third, of_third) = (stage.conversation() for _ in range(3))
    of_first.read()
    assert (of_first.ended, idle(stage)) == (True, (0, 2))
    second.send(get())
    third.send(get())
    assert of_second.read() != b""
    assert of_third.read() != b""
    assert first.read() == b""
    assert not first.ended


def test_none_waits_where_none_may(stage: Stage) -> None:
    adopt(stage, upstreams__0__caps__idle=0)
    _, upstream = stage.conversation()
    upstream.read()
    assert (upstream.ended, idle(stage)) == (True, (0, 0))


def test_it_does_not_wait_for_ever(stage: Stage) -> None:
    adopt(stage, upstreams__0__timeouts__pool_idle=5.0)
    client, upstream = stage.conversation()
    stage.engine.skip(6.0)
    upstream.read()
    assert (upstream.ended, idle(stage), client.ended) == (True, (0, 0), False)
    client.send(get())
    assert told(stage.accept())[0] == ends_of(client)


def test_endpoints_that_go_take_theirs_along(stage: Stage) -> None:
    adopt(stage)
    _, upstream = stage.conversation()
    stage.engine.endpoints(0, [])
    upstream.read()
    assert (upstream.ended, idle(stage)) == (True, (0, 0))


@pytest.mark.parametrize(("before", "after"), [(0, 2), (2, 0)])
def test_what_was_not_told_is_used_no_more_once_it_has_to_be(stage: Stage, before: int, after: int) -> None:
    adopt(stage, before)
    waiting, busy = stage.client(), stage.client()
    uses = []
    for client in (waiting, busy):
        client.send(get())
        uses.append(stage.accept())
        uses[-1].read()
    uses[0].send(answer())
    waiting.read()
    adopt(stage, after)
    uses[1].send(answer())
    assert busy.read().endswith(b"ok")
    assert idle(stage) == (0, 0)
    for client, used in zip((waiting, busy), uses, strict=True):
        assert (used.read(), used.ended) == (b"", True)
        client.send(get())
        upstream = stage.accept()
        if after:
            assert told(upstream)[0] == ends_of(client)
        else:
            assert upstream.read().startswith(b"GET ")


def test_tls_begins_behind_the_header(stage: Stage) -> None:
    adopt(stage, upstreams__0__tls={"verify": False, "ca": None, "server_name": "a.example"})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    stage.engine.upstream_tls(0, context)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    whose, rest = told(upstream)
    assert whose == ends_of(client)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("a.example").configure_cert(serving)
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = serving.wrap_bio(come, go, server_side=True)
    come.write(rest)
    request = b""
    while not request:
        try:
            request = session.read()
        except ssl.SSLWantReadError:
            upstream.send(go.read())
            come.write(upstream.read())
    assert request.startswith(b"GET /x ")


def test_another_endpoint_is_told_too(stage: Stage) -> None:
    second = stage.listen()
    adopt(stage, 2, nobody(), second.getsockname())
    client = stage.client()
    for _ in range(4):
        client.send(get(fields="Connection: keep-alive\r\n"))
        stage.settle()
        try:
            upstream = stage.meet(second)
            assert told(upstream)[0] == ends_of(client)
        except BlockingIOError:
            assert upstream.read().startswith(b"GET ")
        upstream.send(answer())
        assert client.read().endswith(b"ok")


def test_the_second_of_two_that_are_asked_is_told_too(stage: Stage) -> None:
    listeners = [stage.listen(), stage.listen()]
    hedge = {"quantile": 0.5, "factor": 1.0, "floor": 0.01}
    adopt(stage, 1, *(listener.getsockname() for listener in listeners), upstreams__0__hedge=hedge)
    client = stage.client()
    client.send(get())
    stage.settle()
    found: list[Peer] = []
    for _ in range(60):
        stage.engine.skip(0.1)
        stage.settle()
        for listener in listeners:
            try:
                found.append(stage.take(listener.accept()[0]))
            except BlockingIOError:
                continue
        if len(found) == 2:
            break
    assert [told(peer)[0] for peer in found] == [ends_of(client)] * 2
    found[1].send(answer())
    assert client.read().endswith(b"ok")
    found[0].read()
    assert (found[0].ended, idle(stage)) == (True, (0, 1))


def test_those_that_wait_longest_make_room_for_the_second_of_two_that_are_asked(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__proxy_protocol=2, upstreams__0__caps__connections=2)
    waiting = []
    for _ in range(4):
        client = stage.client()
        client.send(get())
        waiting.append(two.asked())
        waiting[-1][1].read()
        waiting[-1][1].send(answer())
        assert client.read().endswith(b"ok")
    assert [place for place, _ in waiting] == [0, 1, 0, 1]
    client = stage.client()
    client.send(get())
    assert two.asked()[0] == 0
    stage.engine.skip(1.2)  # it says nothing
    place, second = two.asked()
    assert (place, told(second)[0]) == (1, ends_of(client))
    for _, upstream in waiting:
        upstream.read()
    assert [upstream.ended for _, upstream in waiting] == [True, True, False, False]


def test_the_plan_has_the_version() -> None:
    made = Snapshot(plan(("127.0.0.1", 1), upstreams__0__proxy_protocol=1))
    assert made.upstreams[0].proxy_protocol == 1
