"""TLS on either side of the engine, with real certificates."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme

from lumina.engine.openssl import direct_calls
from lumina.engine.tls import call_directly
from tests.engine.stage import Stage, answer, entrance, get, head_of


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["by OpenSSL itself", "by ssl"], autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """How an established session is read and written."""
    call_directly(None if request.param == "by ssl" else direct_calls())
    yield
    call_directly(direct_calls())


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def secure_address(stage: Stage, authority: trustme.CA) -> tuple[str, int]:
    sock = entrance()
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
        self.peer = stage.take(socket.create_connection(secure_address(stage, authority)))
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


@pytest.mark.parametrize("size", [1, 100, 8000, 8191, 8192, 16384])
def test_records_of_any_size_come_through_whole(stage: Stage, authority: trustme.CA, size: int) -> None:
    """All of them are there at once, more than one read of the socket takes, and nothing comes after."""
    count = max(3, 200_000 // size) if size > 1 else 5000
    client = SecurePeer(stage, authority)
    client.session.write(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (count * size))
    for place in range(count):
        client.session.write(bytes([place % 251]) * size)
    client.flush()
    upstream = stage.accept()
    body = b"".join(bytes([place % 251]) * size for place in range(count))
    assert upstream.read_until(body[-100:]).partition(b"\r\n\r\n")[2] == body
    upstream.send(answer(body))
    found = bytearray()
    while not found.endswith(body[-100:]):
        found += client.read()
    assert found.endswith(body)


def test_a_record_in_two_parts_is_waited_for(stage: Stage, authority: trustme.CA) -> None:
    client = SecurePeer(stage, authority)
    client.peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    upstream = None
    for at in (1, 5, 6, 40, 70):
        client.session.write(get())
        record = client.sealed.read()
        client.peer.send(record[:at])
        stage.settle()
        client.peer.send(record[at:])
        upstream = upstream or stage.accept()
        assert upstream.read().endswith(b"\r\n\r\n")
        upstream.send(answer(b"taken"))
        assert client.read().endswith(b"taken")


def test_what_is_no_record_breaks_the_connection(stage: Stage, authority: trustme.CA) -> None:
    client = SecurePeer(stage, authority)
    client.peer.send(b"\x17\x03\x03\x00\x20" + bytes(32))
    client.peer.read()
    assert client.peer.ended
    assert stage.engine.connections == 0


def test_what_is_no_record_is_no_error_of_another_session(stage: Stage, authority: trustme.CA) -> None:
    """OpenSSL keeps an error for its thread until it is fetched; `ssl` would take it for one of what it asks next."""
    client, other = SecurePeer(stage, authority), SecurePeer(stage, authority)
    assert other.read() == b""  # what came with the handshake
    client.session.write(get())
    client.flush()
    upstream = stage.accept()
    client.peer.send(b"no record")
    upstream.send(answer())
    stage.settle()
    assert other.read() == b""


def test_an_end_that_is_not_said_is_no_end(stage: Stage, authority: trustme.CA) -> None:
    """The upload is cut: what the client sent so far must not pass for all of it."""
    client = SecurePeer(stage, authority)
    client.session.write(b"POST /api/payments/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n")
    client.flush()
    upstream = stage.accept()
    assert b"1234" in upstream.read()
    client.peer.finish()
    assert not upstream.read().endswith(b"0\r\n\r\n")
    assert upstream.ended
    assert stage.lines()[0]["status"] == 499


def test_an_end_that_is_said_is_one(stage: Stage, authority: trustme.CA) -> None:
    client = SecurePeer(stage, authority)
    with pytest.raises(ssl.SSLWantReadError):
        client.session.unwrap()
    client.flush()
    stage.settle()
    assert stage.engine.connections == 0
    assert stage.lines() == []


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
    client = stage.take(socket.create_connection(secure_address(stage, authority)))
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


@pytest.mark.parametrize("told", [True, False], ids=["said", "not said"])
def test_only_an_end_that_the_upstream_says_ends_an_answer(stage: Stage, authority: trustme.CA, *, told: bool) -> None:
    """Without close_notify anybody on the way may have cut what has no length (RFC 9112, section 9.8)."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    stage.adopt(
        stage.upstream.getsockname(), upstreams__0__tls={"verify": True, "ca": None, "server_name": "localhost"}
    )
    stage.engine.upstream_tls(0, context)
    client = stage.client()
    client.send(get())
    done = threading.Event()

    def serve() -> None:
        connection, _ = stage.upstream.accept()
        connection.setblocking(True)
        secure = server_context(authority).wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)
        secure.recv(65536)
        secure.sendall(b"HTTP/1.1 200 OK\r\n\r\nas far as it goes")
        if told:
            with contextlib.suppress(OSError):  # the other side need not say its end
                secure.unwrap()
        secure.close()
        done.set()

    stage.upstream.setblocking(True)
    thread = threading.Thread(target=serve)
    thread.start()
    turning(stage, done)
    thread.join(20)
    found = client.read()
    assert b"as far as it goes" in found
    assert found.endswith(b"0\r\n\r\n") == told
    assert stage.lines()[0]["reason"] == ("ok" if told else "http_response_incomplete")
