"""Who a request comes from: what the upstream is told, what the access line says, and who else relies on it."""

import socket

import pytest

from tests.engine.spoofs import FAMILY, ID, PROXY, SPOOFS, Spoof, plain
from tests.engine.stage import Peer, Stage, answer, entrance, get, head_of


def trust(stage: Stage, *networks: str, **changes: object) -> None:
    stage.adopt(server__trusted_proxies=list(networks), **changes)


def told(raw: bytes) -> dict[str, str]:
    """Return the fields of the family that the upstream got, each once."""
    lines = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    pairs = [(name.lower(), value) for name, value in (line.split(": ", 1) for line in lines)]
    family = [pair for pair in pairs if pair[0].startswith(FAMILY)]
    assert len({name for name, _ in family}) == len(family), family
    return dict(family)


@pytest.mark.parametrize("spoof", SPOOFS, ids=lambda spoof: f"{spoof.name}, {len(spoof.trusted)} trusted")
def test_what_the_upstream_is_told(stage: Stage, spoof: Spoof) -> None:
    trust(stage, *spoof.trusted, server__forwarded=spoof.ways)
    client = stage.client()
    client.send(get(fields=spoof.sent))
    upstream = stage.accept()
    found = told(upstream.read())
    wanted = plain(spoof.ways) | spoof.told
    upstream.send(answer())
    got = head_of(client.read())[1]
    (line,) = stage.lines()
    assert found["x-request-id"] == got["x-request-id"] == line["request_id"]
    if wanted["x-request-id"] == ID:
        assert len(found["x-request-id"]) == 36
        wanted["x-request-id"] = found["x-request-id"]
    assert found == wanted
    assert line["client"] == spoof.client
    assert line.get("peer") == (None if spoof.client == "127.0.0.1" else "127.0.0.1")


def test_names_of_cases_are_their_own() -> None:
    assert len({(spoof.name, spoof.trusted) for spoof in SPOOFS}) == len(SPOOFS)


def from_address(stage: Stage, address: str) -> Peer:
    return stage.take(socket.create_connection(stage.address, source_address=(address, 0)))


def test_who_is_trusted_is_asked_for_each_connection(stage: Stage) -> None:
    trust(stage, "127.0.0.2")
    for address, shown in (("127.0.0.2", "1.1.1.1, 127.0.0.2"), ("127.0.0.3", "127.0.0.3")):
        client = from_address(stage, address)
        client.send(get(fields="X-Forwarded-For: 1.1.1.1\r\n"))
        upstream = stage.accept()
        assert told(upstream.read())["x-forwarded-for"] == shown
        upstream.close()


def test_each_request_of_a_connection_is_somebodys(stage: Stage) -> None:
    trust(stage, *PROXY)
    client = stage.client()
    upstream = None
    for fields, shown in (
        ("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Request-ID: one\r\n", ("1.1.1.1", "https", "one")),
        ("X-Forwarded-For: 2.2.2.2\r\n", ("2.2.2.2", "http", None)),
        ("", ("127.0.0.1", "http", None)),
    ):
        client.send(get(fields=fields))
        upstream = upstream or stage.accept()
        found = told(upstream.read())
        assert (found["x-real-ip"], found["x-forwarded-proto"]) == shown[:2]
        assert found["x-request-id"] == (shown[2] or found["x-request-id"])
        upstream.send(answer())
        assert head_of(client.read())[1]["x-request-id"] == found["x-request-id"]
    assert [line["client"] for line in stage.lines()] == ["1.1.1.1", "2.2.2.2", "127.0.0.1"]


def test_a_new_configuration_trusts_others(stage: Stage) -> None:
    client = stage.client()
    upstream = None
    for networks, shown in ((PROXY, "1.1.1.1"), ((), "127.0.0.1"), (("127.0.0.1",), "1.1.1.1")):
        trust(stage, *networks)
        client.send(get(fields="X-Forwarded-For: 1.1.1.1\r\n"))
        upstream = upstream or stage.accept()
        assert told(upstream.read())["x-real-ip"] == shown
        upstream.send(answer())
        client.read()


@pytest.mark.parametrize(
    "request_line", [pytest.param("GET /nowhere HTTP/1.1", id="no route"), pytest.param("GET /%zz HTTP/1.1", id="none")]
)
def test_failures_have_their_client_where_a_head_can_be_read(stage: Stage, request_line: str) -> None:
    trust(stage, *PROXY)
    client = stage.client()
    client.send(f"{request_line}\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Request-ID: mine\r\n\r\n".encode())
    raw = client.read()
    (line,) = stage.lines()
    readable = "nowhere" in request_line
    assert (line["client"], line["request_id"] == "mine") == (("1.1.1.1", True) if readable else ("127.0.0.1", False))
    assert (b'"request_id": "mine"' in raw, b"X-Request-ID: mine\r\n" in raw) == (readable, readable)


def test_keys_by_client_are_the_clients(stage: Stage) -> None:
    others = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    for other in others:
        other.setblocking(False)
    stage.adopt(
        *[other.getsockname() for other in others],
        server__trusted_proxies=list(PROXY),
        upstreams__0__balance={"policy": "hash", "by": "client", "name": None, "load": 1000.0},
    )
    went: dict[str, int] = {}
    for number in range(40):
        address = f"1.1.1.{number % 20}"
        spelt = address if number < 20 else f"[::ffff:{address}]:{number}"
        client = stage.client()
        client.send(get(fields=f"X-Forwarded-For: {spelt}\r\n"))
        stage.settle()
        for place, other in enumerate(others):
            try:
                upstream = stage.take(other.accept()[0])
            except BlockingIOError:
                continue
            upstream.read()
            upstream.send(answer(fields="Connection: close\r\n"))
            assert went.setdefault(address, place) == place
        client.read()
        client.close()
    assert len(went) == 20
    assert len(set(went.values())) > 1
    for other in others:
        other.close()


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_a_cookie_is_for_tls_alone_where_the_client_came_so(stage: Stage, scheme: str, secure: bool) -> None:
    sticky = {"cookie": "lumina", "secret": "0123456789abcdef", "max_age": 0.0}
    trust(stage, *PROXY, upstreams__0__sticky=sticky)
    client = stage.client()
    client.send(get(fields=f"X-Forwarded-Proto: {scheme}\r\n"))
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    assert ("; Secure" in head_of(client.read())[1]["set-cookie"]) is secure


def test_a_long_chain_and_all_else_find_room(stage: Stage) -> None:
    trust(stage, *PROXY)
    client = stage.client()
    node = "fd00:1111:2222:3333:4444:5555:6666:7777"
    host = "h" * 4000
    client.send(
        get(
            fields=f"X-Forwarded-For: {', '.join([node] * 63)}\r\nX-Forwarded-Host: {host}\r\n"
            f"X-Forwarded-Prefix: /{'p' * 1023}\r\nX-Request-ID: {'i' * 128}\r\n"
        )
    )
    found = told(stage.accept().read_until(b"\r\n\r\n"))
    assert found["x-forwarded-for"] == ", ".join([*[node] * 63, "127.0.0.1"])
    assert found["x-forwarded-host"] == host
    assert found["x-forwarded-prefix"] == f"/{'p' * 1023}/api/payments"
    assert found["x-request-id"] == "i" * 128


def test_a_peer_by_ipv6(stage: Stage) -> None:
    listener = entrance("::1")
    address = listener.getsockname()
    stage.engine.listen(listener.detach())
    for networks, shown in (((), "::1"), (("::1",), "1.1.1.1, ::1")):
        trust(stage, *networks)
        client = stage.take(socket.create_connection(address[:2]))
        client.send(get(fields="X-Forwarded-For: 1.1.1.1\r\n"))
        upstream = stage.accept()
        assert told(upstream.read())["x-forwarded-for"] == shown
        upstream.close()


def test_a_peer_of_ipv4_on_a_socket_of_ipv6(stage: Stage) -> None:
    listener = entrance("::", dual=True)
    port = listener.getsockname()[1]
    stage.engine.listen(listener.detach())
    trust(stage, "127.0.0.0/8")
    client = stage.take(socket.create_connection(("127.0.0.1", port)))
    client.send(get(fields="X-Forwarded-For: 1.1.1.1\r\n"))
    upstream = stage.accept()
    found = told(upstream.read())
    assert (found["x-real-ip"], found["x-forwarded-for"]) == ("1.1.1.1", "1.1.1.1, 127.0.0.1")
    upstream.send(answer())
    client.read()
    trust(stage)
    client.send(get())
    assert told(upstream.read())["x-forwarded-for"] == "127.0.0.1"
    upstream.send(answer())
    client.read()
    assert [line["client"] for line in stage.lines()] == ["1.1.1.1", "127.0.0.1"]


@pytest.mark.parametrize(
    ("announced", "client", "peer"),
    [
        pytest.param("10.3.3.3", "1.1.1.1", "10.3.3.3", id="a proxy that is trusted"),
        pytest.param("2.2.2.2", "2.2.2.2", None, id="one that is not"),
        pytest.param("127.0.0.1", "1.1.1.1", "127.0.0.1", id="one as near as the sender"),
    ],
)
def test_the_peer_is_whom_a_proxy_header_names(stage: Stage, announced: str, client: str, peer: str | None) -> None:
    listener = entrance()
    address = listener.getsockname()
    stage.engine.listen(listener.detach(), proxy_protocol={"trusted": ["127.0.0.0/8"], "others": "refuse"})
    trust(stage, *PROXY)
    sent = stage.take(socket.create_connection(address))
    sent.send(f"PROXY TCP4 {announced} 10.9.9.9 1234 80\r\n".encode() + get(fields="X-Forwarded-For: 1.1.1.1\r\n"))
    upstream = stage.accept()
    found = told(upstream.read())
    assert found["x-forwarded-for"] == (f"1.1.1.1, {announced}" if peer else announced)
    upstream.send(answer())
    sent.read()
    (line,) = stage.lines()
    assert (line["client"], line.get("peer")) == (client, peer)


def test_a_peer_without_an_address_is_trusted_with_nothing(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = str(tmp_path_factory.mktemp("s") / "a")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    listener.setblocking(False)
    stage.engine.listen(listener.detach())
    trust(stage, "0.0.0.0/0", "::/0")
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    client = stage.take(sock)
    client.send(get(fields="X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"))
    upstream = stage.accept()
    found = told(upstream.read())
    assert "x-forwarded-for" not in found
    assert "x-real-ip" not in found
    assert found["x-forwarded-proto"] == "http"
    trust(stage, server__forwarded="rfc7239")
    upstream.send(answer())
    client.read()
    client.send(get())
    assert told(upstream.read())["forwarded"] == "for=unknown;host=a.example;proto=http"
