"""TLS in front and behind: versions, names, resumption, certificates that are not good enough, and what is no TLS."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from tests.system.conftest import Launch
from tests.system.gateway import Gateway, is_problem, proxy_error
from tests.system.program import PATIENCE
from tests.system.services import content
from tests.system.serving import ServingOrigin
from tests.system.wire import ClosedError, Message, Origin, Peer, connect

LARGE = content(24 << 20)


class Authority(NamedTuple):
    """A certification authority and the files of what it issued."""

    ca: trustme.CA
    folder: Path

    @property
    def file(self) -> Path:
        """Return its own certificate."""
        path = self.folder / "ca.pem"
        self.ca.cert_pem.write_to_path(path)
        return path

    def issue(self, *names: str) -> dict[str, str]:
        """Return the files of a certificate for these names, as the configuration calls them."""
        made = self.ca.issue_cert(*names)
        base = self.folder / names[0]
        certificate, key = base.with_suffix(".crt"), base.with_suffix(".key")
        certificate.unlink(missing_ok=True)
        for blob in made.cert_chain_pems:
            blob.write_to_path(certificate, append=True)
        made.private_key_pem.write_to_path(key)
        return {"certificate": str(certificate), "key": str(key)}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(trustme.CA(), tmp_path_factory.mktemp("certificates"))


def tell(peer: Peer, request: Message) -> bool:
    """Answer with the target and what the gateway says of the client's connection; /large with much."""
    target = request.head.line.split(" ")[1]
    proto = request.head.get("x-forwarded-proto")
    peer.answer(LARGE if target == "/large" else f"{target} {proto} {len(request.body)}".encode())
    return True


@pytest.fixture(scope="module")
def serving() -> Iterator[ServingOrigin]:
    with ServingOrigin(tell) as made:
        yield made


@pytest.fixture(scope="module")
def secure(authority: Authority, serving: ServingOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that speaks TLS, with a certificate for each of two names."""
    certificates = [authority.issue("one.test", "127.0.0.1"), authority.issue("two.test")]
    config = {
        "server": {"workers": 2, "tls": certificates},
        "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{serving.port}"}],
    }
    with Gateway(config, tmp_path_factory.mktemp("secure")) as gateway:
        yield gateway


@pytest.fixture
def trusting(authority: Authority) -> ssl.SSLContext:
    """What a client needs that believes the authority."""
    return ssl.create_default_context(cafile=str(authority.file))


def dial(
    gateway: Gateway, context: ssl.SSLContext, name: str = "one.test", session: ssl.SSLSession | None = None
) -> tuple[Peer, ssl.SSLSocket]:
    plain = connect(gateway.port)
    secured = context.wrap_socket(plain.socket, server_hostname=name, session=session, suppress_ragged_eofs=False)
    peer = Peer(secured)
    return peer, secured


def ask(peer: Peer, target: str = "/x") -> bytes:
    peer.send(f"GET {target} HTTP/1.1\r\nHost: one.test\r\n\r\n")
    return peer.read_response().body


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions(secure: Gateway, trusting: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    trusting.minimum_version = trusting.maximum_version = version
    peer, secured = dial(secure, trusting)
    with secured:
        assert secured.version() == version.name.replace("_", ".")
        for number in range(20):
            assert ask(peer, f"/{number}") == b"/%d https 0" % number


def test_older_versions_are_refused(secure: Gateway, trusting: ssl.SSLContext) -> None:
    with pytest.warns(DeprecationWarning):
        trusting.minimum_version = trusting.maximum_version = ssl.TLSVersion.TLSv1_1
    trusting.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        dial(secure, trusting)


def test_http_1_1_is_agreed_on(secure: Gateway, trusting: ssl.SSLContext) -> None:
    trusting.set_alpn_protocols(["http/1.1"])
    _, secured = dial(secure, trusting)
    with secured:
        assert secured.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("one.test", "one.test"), ("two.test", "two.test"), ("other.test", "one.test"), (None, "one.test")],
)
def test_the_name_chooses_the_certificate(
    secure: Gateway, trusting: ssl.SSLContext, asked: str | None, shown: str
) -> None:
    trusting.check_hostname = False
    with connect(secure.port) as plain, trusting.wrap_socket(plain.socket, server_hostname=asked) as secured:
        certificate = secured.getpeercert()
    assert certificate is not None
    assert ("DNS", shown) in certificate["subjectAltName"]  # type: ignore[operator]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_by_any_worker(secure: Gateway, trusting: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    trusting.minimum_version = trusting.maximum_version = version
    peer, secured = dial(secure, trusting)
    with secured:
        ask(peer)  # a ticket of TLS 1.3 comes after the handshake
        session = secured.session
        assert not secured.session_reused
    reused = 0
    for _ in range(20):
        peer, secured = dial(secure, trusting, session=session)
        with secured:
            assert ask(peer) == b"/x https 0"
            reused += bool(secured.session_reused)
    assert reused == 20


def test_plain_http_is_told_that_this_is_tls(secure: Gateway) -> None:
    with secure.connect() as client:
        client.send("GET /plain HTTP/1.1\r\nHost: one.test\r\n\r\n")
        response = client.read_response()
        assert is_problem(response, 400, "plain_http_on_tls")
        assert b"https" in response.body
        assert client.end() in ("closed", "reset")


@pytest.mark.parametrize("noise", [b"\x00" * 100, b"SSH-2.0-OpenSSH\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 20])
def test_noise_on_the_tls_port_is_let_go(secure: Gateway, trusting: ssl.SSLContext, noise: bytes) -> None:
    with secure.connect() as client:
        client.send(noise)
        with contextlib.suppress(OSError):  # it may have been let go by now
            client.finish()
        client.drop()
    peer, secured = dial(secure, trusting)
    with secured:
        assert ask(peer) == b"/x https 0"


def test_a_large_answer(secure: Gateway, trusting: ssl.SSLContext) -> None:
    peer, secured = dial(secure, trusting)
    with secured:
        for _ in range(3):
            assert ask(peer, "/large") == LARGE


def test_a_large_answer_to_a_slow_reader(secure: Gateway, trusting: ssl.SSLContext) -> None:
    peer, secured = dial(secure, trusting)
    with secured:
        peer.send("GET /large HTTP/1.1\r\nHost: one.test\r\n\r\n")
        head = peer.read_head()
        body = bytearray()
        while len(body) < len(LARGE):
            body += peer.read(min(777, len(LARGE) - len(body)) if len(body) < 100_000 else len(LARGE) - len(body))
        assert (head.status, bytes(body)) == (200, LARGE)


def test_a_large_upload(secure: Gateway, trusting: ssl.SSLContext) -> None:
    peer, secured = dial(secure, trusting)
    with secured:
        peer.send(f"PUT /up HTTP/1.1\r\nHost: one.test\r\nContent-Length: {len(LARGE)}\r\n\r\n", LARGE)
        assert peer.read_response().body == b"/up https %d" % len(LARGE)


def test_the_end_is_said(secure: Gateway, trusting: ssl.SSLContext) -> None:
    """A close is told by close_notify, so that nobody could have cut the answer short (RFC 8446, section 6.1)."""
    trusting.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    peer, secured = dial(secure, trusting)
    with secured:
        peer.send("GET /x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n")
        assert peer.read_response().body == b"/x https 0"
        assert peer.end() == "closed"


def test_many_clients_at_once(secure: Gateway, trusting: ssl.SSLContext) -> None:
    told: list[bytes] = []

    def talk(number: int) -> None:
        peer, secured = dial(secure, trusting)
        with secured:
            told.extend(ask(peer, f"/{number}") for _ in range(10))

    threads = [threading.Thread(target=talk, args=(number,), daemon=True) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(told) == sorted([b"/%d https 0" % number for number in range(30)] * 10)


def test_an_ordinary_client(secure: Gateway, trusting: ssl.SSLContext) -> None:
    client = http.client.HTTPSConnection("127.0.0.1", secure.port, timeout=20, context=trusting)
    with contextlib.closing(client):
        for _ in range(3):
            client.request("POST", "/x", body=b"1234")
            assert client.getresponse().read() == b"/x https 4"


# ---- behind


class SecureOrigin(ServingOrigin):
    """An origin that speaks TLS."""

    def __init__(self, files: dict[str, str]) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(files["certificate"], files["key"])
        self.names: list[str | None] = []
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        super().__init__(tell)

    def accept(self, timeout: float = PATIENCE) -> Peer:
        """Return the next connection whose handshake succeeds."""
        while True:
            plain = super().accept(timeout)
            with contextlib.suppress(OSError):
                secured = Peer(self.context.wrap_socket(plain.socket, server_side=True))
                self._peers.append(secured)
                return secured


def behind(launch: Launch, origin: Origin, tls: dict[str, object] | None = None, host: str = "localhost") -> Gateway:
    upstream: dict[str, object] = {"endpoints": [f"https://{host}:{origin.port}"]}
    if tls is not None:
        upstream["tls"] = tls
    return launch({"upstreams": {"safe": upstream}, "routes": [{"path": "/", "upstream": "safe"}]})


def test_https_upstream(launch: Launch, authority: Authority) -> None:
    with SecureOrigin(authority.issue("localhost")) as origin:
        gateway = behind(launch, origin, {"ca": str(authority.file)})
        for number in range(20):
            assert gateway.ask(f"/{number}").body == b"/%d http 0" % number
        assert gateway.ask("/large").body == LARGE
        assert gateway.ask("/up", "PUT", body=LARGE).body == b"/up http %d" % len(LARGE)
        assert set(origin.names) == {"localhost"}
        assert origin.connections == 1  # kept and used again


@pytest.mark.parametrize(
    ("names", "tls"),
    [
        pytest.param(("localhost",), lambda _: None, id="an authority that nobody knows"),
        pytest.param(("elsewhere.test",), lambda each: {"ca": str(each.file)}, id="for another name"),
        pytest.param(("localhost",), lambda each: {"ca": str(each.file), "server_name": "b.test"}, id="not as asked"),
    ],
)
def test_a_certificate_that_cannot_be_trusted(
    launch: Launch, authority: Authority, names: tuple[str, ...], tls: Callable[[Authority], dict[str, object] | None]
) -> None:
    with SecureOrigin(authority.issue(*names)) as origin:
        gateway = behind(launch, origin, tls(authority))
        response = gateway.ask("/x")
        assert is_problem(response, 502, "tls_certificate_error")
        assert proxy_error(response.head) == "tls_certificate_error"
        assert gateway.access_line(path="/x")["reason"] == "tls_certificate_error"
        assert origin.requests == []


def test_verification_may_be_turned_off(launch: Launch, authority: Authority) -> None:
    with SecureOrigin(authority.issue("elsewhere.test")) as origin:
        assert behind(launch, origin, {"verify": False}).ask("/x").body == b"/x http 0"


def test_the_name_may_be_another_than_the_hosts(launch: Launch, authority: Authority) -> None:
    with SecureOrigin(authority.issue("inside.test")) as origin:
        tls = {"ca": str(authority.file), "server_name": "inside.test"}
        assert behind(launch, origin, tls, "127.0.0.1").ask("/x").body == b"/x http 0"
        assert set(origin.names) == {"inside.test"}


def test_a_health_check_speaks_tls_as_requests_do(launch: Launch, authority: Authority) -> None:
    with SecureOrigin(authority.issue("localhost")) as origin:
        tls = {"ca": str(authority.file)}
        checked = {"endpoints": [f"https://localhost:{origin.port}"], "tls": tls, "health": {"initial": "probe"}}
        gateway = launch({"upstreams": {"safe": checked}, "routes": [{"path": "/", "upstream": "safe"}]})
        assert gateway.ask("/x").body == b"/x http 0"
        assert set(origin.names) == {"localhost"}


def test_an_upstream_that_speaks_no_tls(launch: Launch, origin: Origin) -> None:
    gateway = behind(launch, origin)
    with gateway.connect() as client:
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        upstream = origin.accept()
        upstream.read_some()
        upstream.answer(b"what?", "400 Bad Request")
        assert is_problem(client.read_response(), 502, "tls_protocol_error")


def test_an_upstream_that_never_shakes_hands(launch: Launch, origin: Origin) -> None:
    upstream = {"endpoints": [f"https://localhost:{origin.port}"], "timeouts": {"connect": "300ms"}}
    gateway = launch({"upstreams": {"dumb": upstream}, "routes": [{"path": "/", "upstream": "dumb"}]})
    assert is_problem(gateway.ask("/x"), 504, "connection_timeout")


def test_a_cut_tls_answer_is_no_end(launch: Launch, authority: Authority) -> None:
    """Until close, only close_notify tells an end from a cut (RFC 9112, section 9.8)."""
    files = authority.issue("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files["certificate"], files["key"])
    listener = Origin()
    gateway = behind(launch, listener, {"ca": str(authority.file)})
    with gateway.connect() as client:
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        plain = listener.accept()
        raw = plain.socket.dup()
        secured = context.wrap_socket(plain.socket, server_side=True)
        peer = Peer(secured)
        peer.read_request()
        peer.send("HTTP/1.1 200 OK\r\n\r\n", b"only a part")
        head = client.read_head()
        raw.shutdown(socket.SHUT_RDWR)  # FIN, without close_notify
        with pytest.raises(ClosedError):
            if head.has("transfer-encoding"):
                client.read_chunked()
            client.read_to_end()
        raw.close()
        secured.close()
    listener.close()
    assert gateway.access_line(path="/x")["reason"] == "http_response_incomplete"


# ---- unix sockets


@pytest.mark.parametrize("url", ["unix:{path}", "http+unix://{quoted}/base"])
def test_unix_socket_upstream(launch: Launch, tmp_path: Path, url: str) -> None:
    path = str(tmp_path / "s.sock")
    with ServingOrigin(tell, path=path) as origin:
        named = url.format(path=path, quoted=path.replace("/", "%2F"))
        gateway = launch({"routes": [{"path": "/", "upstream": named}]})
        base = "/base" if "base" in url else ""
        for number in range(5):
            assert gateway.ask(f"/{number}").body == f"{base}/{number} http 0".encode()
        assert gateway.ask("/up", "PUT", body=LARGE).status == 200
        assert origin.connections == 1
        assert gateway.access_line(path="/1")["endpoint"].endswith("s.sock")
    assert is_problem(gateway.ask("/gone"), 502, "connection_refused")
