"""TLS on either side of the engine, with real certificates."""

import select
import socket
import ssl
import threading

import pytest
import trustme

from tests.engine.stage import Stage, answer, get, head_of


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def secure_address(stage: Stage, authority: trustme.CA) -> tuple[str, int]:
    sock = socket.create_server(("127.0.0.1", 0))
    sock.setblocking(False)
    address: tuple[str, int] = sock.getsockname()
    stage.engine.listen(sock.detach(), server_context(authority), False)
    return address


def turning(stage: Stage, until: threading.Event) -> None:
    poll = select.poll()
    poll.register(stage.engine.fileno(), select.POLLIN)
    while not until.is_set():
        if poll.poll(20):
            stage.engine.turn()


def test_a_client_may_speak_tls(stage: Stage, authority: trustme.CA) -> None:
    address = secure_address(stage, authority)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    done, got = threading.Event(), bytearray()

    def talk() -> None:
        with context.wrap_socket(socket.create_connection(address), server_hostname="localhost") as client:
            client.sendall(get() + get("/nowhere"))
            while got.count(b"HTTP/1.1") < 2 or not got.endswith(b"}\n"):
                got.extend(client.recv(65536))
        done.set()

    def serve() -> None:
        connection, _ = stage.upstream.accept()
        connection.setblocking(True)
        head = connection.recv(65536)
        assert b"X-Forwarded-Proto: https\r\n" in head
        connection.sendall(answer(b"x" * 100_000))
        done.wait(20)
        connection.close()

    stage.upstream.setblocking(True)
    threads = [threading.Thread(target=talk), threading.Thread(target=serve)]
    for thread in threads:
        thread.start()
    turning(stage, done)
    for thread in threads:
        thread.join(20)
    assert got.count(b"x") >= 100_000
    assert b"HTTP/1.1 404" in got


class SecurePeer:
    """A client that speaks TLS by turns with the engine, and sends what it sealed when it is told to."""

    def __init__(self, stage: Stage, authority: trustme.CA) -> None:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        self.peer = stage._peer(socket.create_connection(secure_address(stage, authority)))
        self.received, self.sealed = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self.received, self.sealed, server_hostname="localhost")
        for _ in range(9):
            try:
                self.session.do_handshake()
            except ssl.SSLWantReadError:
                self.flush()
                self.received.write(self.peer.read())
        self.flush()
        stage.settle()

    def flush(self) -> None:
        self.peer.send(self.sealed.read())

    def read(self) -> bytes:
        self.received.write(self.peer.read())
        found = bytearray()
        try:
            while part := self.session.read(1 << 16):
                found += part
        except ssl.SSLWantReadError:
            return bytes(found)
        return bytes(found)


def test_a_body_in_a_record_of_its_own_is_not_forgotten(stage: Stage, authority: trustme.CA) -> None:
    """Both records are there when the first is read, and nothing will announce the second."""
    client = SecurePeer(stage, authority)
    upstream = None
    for _ in range(2):
        client.session.write(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
        client.session.write(b"1234")
        client.flush()
        upstream = upstream or stage.accept()
        assert upstream.read().endswith(b"\r\n\r\n1234")
        upstream.send(answer(b"taken"))
        assert client.read().endswith(b"taken")


def test_a_cookie_that_came_by_tls_does_not_leave_it(stage: Stage, authority: trustme.CA) -> None:
    sticky = {"cookie": "place", "secret": "a secret of many octets", "max_age": 0.0}
    stage.adopt(upstreams__0__sticky=sticky)
    client = SecurePeer(stage, authority)
    client.session.write(get())
    client.flush()
    upstream = stage.accept()
    upstream.read()
    upstream.send(answer())
    assert head_of(client.read())[1]["set-cookie"].endswith("; SameSite=Lax; Secure")


def test_plain_http_on_a_tls_port_is_told_so(stage: Stage, authority: trustme.CA) -> None:
    client = stage._peer(socket.create_connection(secure_address(stage, authority)))
    client.send(get())
    first, _, body = head_of(client.read())
    assert first == "HTTP/1.1 400 Bad Request"
    assert b"plain_http_on_tls" in body


def test_an_upstream_that_cannot_be_trusted_is_not_talked_to(stage: Stage, authority: trustme.CA) -> None:
    host, port = stage.upstream.getsockname()
    stage.adopt((host, port), upstreams__0__tls={"verify": True, "ca": None, "server_name": "localhost"})
    stage.engine.upstream_tls(0, ssl.create_default_context())
    client = stage.client()
    client.send(get())
    done, heard = threading.Event(), bytearray()

    def serve() -> None:
        connection, _ = stage.upstream.accept()
        connection.setblocking(True)
        try:
            with server_context(authority).wrap_socket(connection, server_side=True) as secure:
                heard.extend(secure.recv(65536))
        except OSError:
            pass
        done.set()

    stage.upstream.setblocking(True)
    thread = threading.Thread(target=serve)
    thread.start()
    turning(stage, done)
    thread.join(20)
    first, fields, _ = head_of(client.read())
    assert first == "HTTP/1.1 502 Bad Gateway"
    assert fields["proxy-status"].startswith("lumina; error=tls_certificate_error")
    assert heard == b""
