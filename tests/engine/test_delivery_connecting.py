"""Connections that do not come about, or late, and what is tried beside them."""

import contextlib
import socket
import ssl

import pytest
import trustme

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of, nobody

UNVERIFIED = {"verify": False, "ca": None, "server_name": "a.example"}
HURRIED = {"upstreams__0__timeouts__connect": 0.5}
LEISURELY = {"upstreams__0__timeouts__connect": 20.0}  # a machine that stalls does not bring it near what comes before


def one_at(stage: Stage, *addresses: tuple[str, int]) -> None:
    """Work with one endpoint, which has these addresses."""
    endpoint = {"key": "two", "host": "127.0.0.1", "slot": 0, "weight": 1, "priority": 0, "addresses": addresses}
    stage.engine.endpoints(0, [endpoint])


def test_who_cannot_be_connected_to_is_put_out_of_use(stage: Stage) -> None:
    other = stage.listen()
    stage.adopt(nobody(), other.getsockname(), **IN_TURN, upstreams__0__outliers__consecutive=1)
    client = stage.client()
    client.send(get())
    stage.meet(other).send(answer())
    assert client.read().endswith(b"ok")
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [1, 0]


def test_where_no_connection_comes_in_time_another_is_asked(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full, stage.upstream.getsockname(), **IN_TURN, **HURRIED)
    client = stage.client()
    client.send(get().replace(b"GET", b"DELETE"))  # nothing is asked beside it, however late we are
    stage.settle()
    stage.engine.skip(0.6)
    upstream = stage.accept()
    assert head_of(upstream.read())[0] == "DELETE /x HTTP/1.1"
    upstream.send(answer(b"in time"))
    assert client.read().endswith(b"in time")
    assert stage.arena.read()["retries"] == {(2, "connect"): 1}


def test_another_is_asked_beside_one_that_takes_its_time_to_connect(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full, stage.upstream.getsockname(), **IN_TURN)
    client = stage.client()
    client.send(get())
    stage.settle()
    stage.engine.skip(0.5)
    with pytest.raises(BlockingIOError):
        stage.accept()
    stage.engine.slow(1.0)  # what connecting takes is looked at
    stage.engine.skip(0.6)
    upstream = stage.accept()
    assert upstream.read().count(b"GET ") == 1
    upstream.send(answer(b"beside"))
    assert client.read().endswith(b"beside")
    (line,) = stage.lines()
    assert line["endpoint"] == "{}:{}".format(*stage.upstream.getsockname())
    assert line["connect"] > 0.0
    assert stage.engine.held()["open"] == 1


def test_the_next_address_is_tried_beside_one_that_takes_its_time(stage: Stage, full: tuple[str, int]) -> None:
    one_at(stage, full, stage.upstream.getsockname())
    client = stage.client()
    client.send(get())
    stage.settle()
    stage.engine.slow(1.0)
    stage.engine.skip(0.3)
    upstream = stage.accept()
    assert upstream.read().count(b"GET ") == 1
    upstream.send(answer(fields="Connection: close\r\n"))
    assert client.read().endswith(b"ok")
    client.send(get())
    stage.accept().send(answer())  # at once: it is known where it answers
    assert client.read().endswith(b"ok")
    assert all(line["connect"] > 0.0 for line in stage.lines())


def test_a_next_address_that_refuses_says_nothing_of_the_endpoint(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full, stage.upstream.getsockname(), **LEISURELY, upstreams__0__outliers__consecutive=2)
    one_at(stage, full, nobody())
    client = stage.client()
    client.send(get())
    stage.settle()
    stage.engine.skip(0.3)
    assert client.read() == b""
    stage.engine.skip(20.0)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"
    assert stage.arena.endpoint(0)["failures"] == 1
    assert stage.engine.held()["open"] == 0


@pytest.mark.parametrize("listening", [0, 1])
def test_an_endpoint_with_two_addresses_is_found_at_the_one_that_answers(stage: Stage, listening: int) -> None:
    addresses = [nobody(), stage.upstream.getsockname()]
    if listening == 0:
        addresses.reverse()
    one_at(stage, *addresses)
    client = stage.client()
    client.send(get())
    stage.accept().send(answer(b"found"))
    assert client.read().endswith(b"found")


def test_an_endpoint_has_so_many_addresses_and_no_more(stage: Stage) -> None:
    one_at(stage, *[nobody()] * 15, stage.upstream.getsockname())
    client = stage.client()
    client.send(get())
    stage.accept().send(answer(b"sixteenth", fields="Connection: close\r\n"))
    assert client.read().endswith(b"sixteenth")
    one_at(stage, *[nobody()] * 16, stage.upstream.getsockname())
    client.send(get())
    assert head_of(stage.wait(client))[0] == "HTTP/1.1 502 Bad Gateway"


def test_an_address_may_be_of_ipv6(stage: Stage) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("there is no IPv6 here")
    with listener:
        listener.setblocking(False)
        one_at(stage, listener.getsockname()[:2])
        client = stage.client()
        client.send(get())
        stage.meet(listener).send(answer(b"six"))
        assert client.read().endswith(b"six")


def test_another_try_begins_with_the_address_that_took_the_last(stage: Stage) -> None:
    one_at(stage, nobody(), stage.upstream.getsockname())
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    upstream.close()  # without a word
    stage.settle()
    stage.engine.skip(0.3)  # the pause before the next try
    stage.accept().send(answer(b"again"))
    assert client.read().endswith(b"again")
    assert [line["attempts"] for line in stage.lines()] == [1 + 2]


def test_another_request_begins_with_the_address_that_took_the_last(stage: Stage) -> None:
    one_at(stage, nobody(), stage.upstream.getsockname())
    client = stage.client()
    for _ in range(2):
        client.send(get())
        stage.accept().send(answer(fields="Connection: close\r\n"))
        assert client.read().endswith(b"ok")
    assert [line["attempts"] for line in stage.lines()] == [2, 1]


def test_only_one_address_is_tried_beside_the_first(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full)
    one_at(stage, full, full, full)
    client = stage.client()
    client.send(get())
    for _ in range(8):
        stage.settle()
        stage.engine.skip(0.11)
    assert stage.engine.held()["open"] == 2
    client.close()


def test_a_next_address_that_leads_nowhere_changes_nothing(stage: Stage, full: tuple[str, int]) -> None:
    stage.adopt(full, **LEISURELY, upstreams__0__retries__attempts=1)
    one_at(stage, full, ("255.255.255.255", 80))
    client = stage.client()
    client.send(get())
    stage.settle()
    stage.engine.skip(0.3)
    assert stage.engine.held()["open"] == 1
    stage.engine.skip(20.0)
    assert head_of(client.read())[0] == "HTTP/1.1 504 Gateway Timeout"


class Shaking:
    """An upstream's end of a connection that begins with TLS, which goes on when it is told to."""

    def __init__(self, peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("a.example").configure_cert(context)
        self.peer = peer
        self.come, self.go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self.come, self.go, server_side=True)

    def read(self) -> bytes:
        """Go on, and return what came."""
        found = b""
        for _ in range(4):
            self.come.write(self.peer.read())
            with contextlib.suppress(ssl.SSLWantReadError):
                found += self.session.read()
            self.flush()
        return found

    def send(self, data: bytes) -> None:
        self.session.write(data)
        self.flush()

    def flush(self) -> None:
        if self.go.pending:
            self.peer.send(self.go.read())


def trust_anybody(stage: Stage) -> None:
    """Speak TLS with the upstream, whoever it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    stage.engine.upstream_tls(0, context)


@pytest.fixture
def shaking(stage: Stage) -> tuple[Peer, Shaking, Shaking]:
    """A client, and the two addresses of its endpoint, where both have been connected to and have said nothing yet."""
    other = stage.listen()
    stage.adopt(upstreams__0__tls=UNVERIFIED, upstreams__0__outliers__consecutive=1)
    trust_anybody(stage)
    one_at(stage, stage.upstream.getsockname(), other.getsockname())
    client = stage.client()
    client.send(get())
    first = Shaking(stage.accept())
    stage.engine.skip(0.3)
    return client, first, Shaking(stage.meet(other))


@pytest.mark.parametrize("winner", [0, 1])
def test_of_two_addresses_that_are_late_the_first_to_be_ready_is_asked(
    stage: Stage, shaking: tuple[Peer, Shaking, Shaking], winner: int
) -> None:
    client, *both = shaking
    ready, late = both[winner], both[1 - winner]
    assert ready.read().count(b"GET ") == 1
    late.peer.read()
    assert late.peer.ended
    ready.send(answer(b"ready"))
    assert client.read().endswith(b"ready")
    assert 0.0 < stage.arena.endpoint(0)["latency"] < 0.3  # without the time that connecting took
    assert stage.lines()[0]["connect"] > 0.0
    assert stage.engine.held()["open"] == 1


@pytest.mark.parametrize("left", [0, 1])
def test_of_two_addresses_that_are_late_one_may_fail(
    stage: Stage, shaking: tuple[Peer, Shaking, Shaking], left: int
) -> None:
    client, *both = shaking
    going, failing = both[left], both[1 - left]
    failing.peer.send(b"this is not TLS\r\n")
    stage.settle()
    assert going.read().count(b"GET ") == 1
    going.send(answer(b"the other"))
    assert client.read().endswith(b"the other")
    assert stage.arena.endpoint(0)["failures"] == 0
    assert stage.engine.held()["open"] == 1


def test_when_of_two_addresses_one_fails_the_third_is_tried_beside_the_other(
    stage: Stage, full: tuple[str, int]
) -> None:
    third = stage.listen()
    stage.adopt(upstreams__0__tls=UNVERIFIED)
    trust_anybody(stage)
    one_at(stage, stage.upstream.getsockname(), full, third.getsockname())
    client = stage.client()
    client.send(get())
    first = stage.accept()
    stage.engine.skip(0.3)
    first.send(b"this is not TLS\r\n")
    stage.settle()
    stage.engine.skip(0.3)
    found = Shaking(stage.meet(third))
    assert found.read().count(b"GET ") == 1
    found.send(answer(b"third"))
    assert client.read().endswith(b"third")


def test_where_tls_breaks_before_an_answer_another_is_asked(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__tls=UNVERIFIED)
    trust_anybody(stage)
    client = stage.client()
    client.send(get())
    first = Shaking(two.asked()[1])
    assert first.read().count(b"GET ") == 1
    first.peer.send(b"this is not TLS\r\n")
    second = Shaking(two.asked()[1])
    assert second.read().count(b"GET ") == 1
    second.send(answer(b"unbroken"))
    assert client.read().endswith(b"unbroken")
    assert stage.arena.read()["retries"] == {(2, "reset"): 1}
