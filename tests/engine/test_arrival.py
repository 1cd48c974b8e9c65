"""Connections that say by a PROXY header whose they are, or should not."""

import contextlib
import socket
import ssl

import pytest
import trustme

from tests.engine.stage import Peer, Stage, answer, entrance, get, head_of
from tests.proxy_protocol.vectors import BAD, FOUR, GOOD, SIX, binary

TRUSTED: dict[str, object] = {"trusted": ["127.0.0.1/32"], "others": "serve"}
FORBIDDEN: dict[str, object] = {"trusted": ["10.0.0.0/8", "::1"], "others": "serve"}
TEXT = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"


class Entrance:
    """A listener of the stage's engine that takes PROXY headers by these rules."""

    def __init__(self, stage: Stage, rules: dict[str, object], context: ssl.SSLContext | None = None) -> None:
        self.stage = stage
        sock = entrance()
        self.address = sock.getsockname()
        stage.engine.listen(sock.detach(), context, False, rules)

    def connect(self, *pieces: bytes) -> Peer:
        """Connect, and send these pieces one after the other."""
        peer = self.stage.take(socket.create_connection(self.address))
        for piece in pieces:
            self.stage.settle()
            with contextlib.suppress(ConnectionError):
                peer.send(piece)
        self.stage.settle()
        return peer


def refused(stage: Stage) -> dict[str, int]:
    stage.settle()
    found: dict[str, int] = stage.arena.read()["turned_back"]
    return found


def served(stage: Stage, client: Peer) -> str:
    """Answer the request that a client has sent; return whose it was, as the upstream and the access line say."""
    upstream = stage.accept()
    head = head_of(upstream.read())[1]
    upstream.send(answer(fields="Connection: close\r\n"))
    assert client.read().endswith(b"ok")
    line = stage.lines()[-1]
    assert line["client"] == head["x-forwarded-for"]
    return str(line["client"])


@pytest.mark.parametrize("name", GOOD)
def test_a_connection_is_whose_its_header_says(stage: Stage, name: str) -> None:
    wire, told = GOOD[name]
    client = Entrance(stage, TRUSTED).connect(wire + get())
    assert served(stage, client) == (told[0][0] if told else "127.0.0.1")
    client.close()
    assert (refused(stage), stage.engine.connections) == ({}, 0)


@pytest.mark.parametrize("name", ["text, ipv4", "ipv6", "with a checksum among values", "local"])
def test_it_may_come_octet_by_octet(stage: Stage, name: str) -> None:
    wire, told = GOOD[name]
    client = Entrance(stage, TRUSTED).connect(*(bytes([octet]) for octet in wire + get()))
    assert served(stage, client) == (told[0][0] if told else "127.0.0.1")


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_it_may_be_cut_anywhere(stage: Stage, cut: int) -> None:
    octets = TEXT + get()
    assert served(stage, Entrance(stage, TRUSTED).connect(octets[:cut], octets[cut:])) == "192.0.2.1"


def test_it_is_of_the_whole_connection(stage: Stage) -> None:
    client = Entrance(stage, TRUSTED).connect(TEXT + get())
    served(stage, client)
    client.send(get())
    assert served(stage, client) == "192.0.2.1"


def test_a_second_header_is_no_request(stage: Stage) -> None:
    client = Entrance(stage, TRUSTED).connect(TEXT + TEXT + get())
    assert b" 400 " in client.read()
    assert stage.lines()[-1]["client"] == "192.0.2.1"


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_header_is_closed_and_counted(stage: Stage, name: str) -> None:
    wire, why = BAD[name]
    client = Entrance(stage, TRUSTED).connect(wire)
    assert (client.read(), client.ended) == (b"", True)
    assert (refused(stage), stage.engine.connections, stage.lines()) == ({why: 1}, 0, [])
    assert stage.arena.turned_back()[why] == [(1, "127.0.0.1")]


@pytest.mark.parametrize("sent", [TEXT[:-1], b"P", b"\r\n\r\n", binary(0x21, 0x11, FOUR)[:-1]])
def test_a_connection_that_ends_within_its_header(stage: Stage, sent: bytes) -> None:
    client = Entrance(stage, TRUSTED).connect(sent)
    assert refused(stage) == {}
    client.finish()
    assert (client.read(), client.ended, refused(stage), stage.engine.connections) == (b"", True, {"incomplete": 1}, 0)


def test_octets_and_the_end_may_come_together(stage: Stage) -> None:
    stage.adopt(server__half_close=True)
    client = Entrance(stage, TRUSTED).connect()
    client.send(TEXT + get())
    client.finish()
    stage.settle()
    assert served(stage, client) == "192.0.2.1"
    assert refused(stage) == {}


def test_who_only_asks_whether_anybody_listens_is_no_offender(stage: Stage) -> None:
    for rules in (TRUSTED, FORBIDDEN):
        client = Entrance(stage, rules).connect()
        assert stage.engine.connections == 1
        client.finish()
        assert (client.read(), client.ended) == (b"", True)
        reset = Entrance(stage, rules).connect()
        reset.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        reset.close()
        stage.settle()
        assert (refused(stage), stage.engine.connections) == ({}, 0)


@pytest.mark.parametrize(
    ("rules", "sent", "counted"),
    [
        pytest.param(TRUSTED, TEXT[:-1], {"timeout": 1}, id="half a header"),
        pytest.param(TRUSTED, b"", {}, id="nothing"),
        pytest.param(FORBIDDEN, b"PRO", {}, id="what may be a request"),
    ],
)
def test_a_header_comes_in_time(stage: Stage, rules: dict[str, object], sent: bytes, counted: dict[str, int]) -> None:
    client = Entrance(stage, rules).connect(sent)
    stage.engine.skip(14.0)
    assert (client.read(), client.ended) == (b"", False)
    stage.engine.skip(2.0)
    client.read()
    assert (client.ended, refused(stage), stage.engine.connections) == (True, counted, 0)


def test_the_time_for_the_first_request_is_not_given_twice(stage: Stage) -> None:
    entrance = Entrance(stage, TRUSTED)
    client = entrance.connect()
    stage.engine.skip(14.0)
    client.send(TEXT)
    stage.settle()
    stage.engine.skip(2.0)
    client.read()
    assert client.ended


@pytest.mark.parametrize("name", ["text, ipv4", "ipv6", "local", "text, unknown"])
def test_nobody_else_may_send_one(stage: Stage, name: str) -> None:
    wire = GOOD[name][0]
    for pieces in ([wire + get()], [bytes([octet]) for octet in wire]):
        client = Entrance(stage, FORBIDDEN).connect(*pieces)
        client.read()
        assert client.ended
    assert (refused(stage), stage.engine.connections, stage.lines()) == ({"not_allowed": 2}, 0, [])


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([get()], id="at once"),
        pytest.param([b"G", get()[1:]], id="in two pieces"),
        pytest.param([b"\r\n" + get()], id="behind an empty line, as both may be"),
        pytest.param([b"\r", b"\n", get()], id="the same, in pieces"),
    ],
)
def test_others_are_who_they_are(stage: Stage, pieces: list[bytes]) -> None:
    assert served(stage, Entrance(stage, FORBIDDEN).connect(*pieces)) == "127.0.0.1"


def test_a_request_that_begins_like_a_header_is_one(stage: Stage) -> None:
    client = Entrance(stage, FORBIDDEN).connect(b"P", b"R", b"OPFIND /api/payments/x HTTP/1.1\r\nHost: a\r\n\r\n")
    assert served(stage, client) == "127.0.0.1"
    assert stage.lines() == []


def test_what_may_have_become_a_request_and_ended_is_answered(stage: Stage) -> None:
    client = Entrance(stage, FORBIDDEN).connect(b"PRO")
    client.finish()
    client.read()
    assert (client.ended, refused(stage), stage.engine.connections) == (True, {}, 0)


def test_others_may_be_refused_as_they_come(stage: Stage) -> None:
    client = Entrance(stage, {**FORBIDDEN, "others": "refuse"}).connect()
    assert (client.read(), client.ended) == (b"", True)
    assert (refused(stage), stage.engine.connections) == ({"not_listed": 1}, 0)
    assert stage.arena.turned_back()["not_listed"] == [(1, "127.0.0.1")]


def test_a_listener_without_rules_takes_none(stage: Stage) -> None:
    client = stage.client()
    client.send(TEXT + get())
    assert b" 400 " in client.read() or client.ended
    assert (refused(stage), stage.lines()[-1]["client"]) == ({}, "127.0.0.1")


def test_limits_are_those_of_the_address_that_is_told(stage: Stage) -> None:
    stage.adopt(limits__client_connections=1)
    entrance = Entrance(stage, TRUSTED)
    first = entrance.connect(TEXT)
    other = entrance.connect(binary(0x21, 0x21, SIX))
    silent = entrance.connect()
    again = entrance.connect(TEXT)
    for peer in (first, other, silent, again):
        peer.read()
    assert [peer.ended for peer in (first, other, silent, again)] == [False, False, False, True]
    assert (stage.arena.read()["limits"], stage.engine.connections) == ({"client_connections": 1}, 3)
    first.close()
    stage.settle()
    assert served(stage, entrance.connect(TEXT + get())) == "192.0.2.1"


def test_who_may_not_send_one_has_its_limit_from_the_first(stage: Stage) -> None:
    stage.adopt(limits__client_connections=2)
    entrance = Entrance(stage, FORBIDDEN)
    peers = [entrance.connect() for _ in range(3)]
    peers[2].read()
    assert (peers[2].ended, stage.engine.connections) == (True, 2)
    peers[0].close()
    peers[1].send(get())
    assert served(stage, peers[1]) == "127.0.0.1"
    assert served(stage, entrance.connect(get())) == "127.0.0.1"


def test_who_has_said_nothing_counts_among_all_connections(stage: Stage) -> None:
    stage.adopt(limits__connections=2)
    entrance = Entrance(stage, TRUSTED)
    peers = [entrance.connect() for _ in range(3)]
    peers[2].read()
    assert (peers[2].ended, stage.engine.connections) == (True, 2)


def test_draining_waits_for_those_that_have_begun(stage: Stage) -> None:
    entrance = Entrance(stage, TRUSTED)
    begun, silent = entrance.connect(TEXT[:10]), entrance.connect()
    stage.engine.drain()
    stage.engine.skip(2.0)
    silent.read()
    assert (silent.ended, stage.engine.connections) == (True, 1)
    begun.send(TEXT[10:] + get())
    assert served(stage, begun) == "192.0.2.1"
    assert begun.ended


def test_tls_begins_behind_the_header(stage: Stage) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = trusting.wrap_bio(come, go, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    client = Entrance(stage, TRUSTED, context).connect(TEXT + go.read())  # in one segment
    while True:
        come.write(client.read())
        with contextlib.suppress(ssl.SSLWantReadError):
            session.do_handshake()
            break
        client.send(go.read())
    session.write(get())
    client.send(go.read())
    upstream = stage.accept()
    head = head_of(upstream.read())[1]
    assert (head["x-forwarded-for"], head["x-forwarded-proto"]) == ("192.0.2.1", "https")
    upstream.send(answer())
    come.write(client.read())
    assert session.read().endswith(b"ok")
