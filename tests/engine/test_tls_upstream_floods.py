"""Upstreams that say much by TLS, and nothing by HTTP: keys, tickets, handshakes and empty records without end."""

import contextlib
import ctypes
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lumina.control.tls import client_context
from lumina.engine.openssl import SESSION_AT, direct_calls, library
from tests.engine.stage import Stage, answer, head_of
from tests.engine.test_tls import turning
from tests.engine.test_tls_floods import CIPHER, MESSAGES, expanded

ALERT, HANDSHAKE, CONTENT = 21, 22, 23  # of what a record is (RFC 5246, section 6.2.1)
HELLO_REQUEST = bytes(4)
ASKED = b"POST /api/payments/x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nno"  # is not asked twice

pytestmark = pytest.mark.skipif(direct_calls() is None, reason="what OpenSSL hears cannot be counted here")


class Server:
    """One connection of an upstream that reaches below `ssl`."""

    def __init__(self, sock: ssl.SSLSocket, keys: Path) -> None:
        self.socket = sock
        self.keys = keys
        self.written = 1  # records; the first was Finished
        found = library()
        assert found is not None
        self.calls = found
        self.session = ctypes.c_void_p.from_address(id(sock._sslobj) + SESSION_AT)  # type: ignore[attr-defined]
        self.calls.SSL_key_update.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.calls.SSL_new_session_ticket.argtypes = [ctypes.c_void_p]
        self.calls.SSL_do_handshake.argtypes = [ctypes.c_void_p]
        self.calls.SSL_get_server_random.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]

    def heard(self) -> bool:
        """Read a request; False: there is none."""
        found = b""
        while not found.endswith(b"no"):
            part = self.socket.recv(65536)
            if not part:
                return False
            found += part
        return True

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def key(self) -> None:
        self.calls.SSL_key_update(self.session, 0)
        self.calls.SSL_do_handshake(self.session)

    def ticket(self) -> None:
        self.calls.SSL_new_session_ticket(self.session)
        self.calls.SSL_do_handshake(self.session)

    def record(self, kind: int, content: bytes) -> None:
        """Send a record of TLS 1.2 that comes next from this server, past OpenSSL."""
        _, theirs, master = next(row for row in self.keys.read_text().split("\n") if row.startswith("CLIENT_R")).split()
        ours = ctypes.create_string_buffer(32)
        self.calls.SSL_get_server_random(self.session, ours, 32)
        block = expanded(bytes.fromhex(master), b"key expansion", ours.raw + bytes.fromhex(theirs), 40)
        nonce = self.written.to_bytes(8)
        more = nonce + bytes([kind]) + b"\x03\x03" + len(content).to_bytes(2)
        sealed = nonce + AESGCM(block[16:32]).encrypt(block[36:40] + nonce, content, more)
        self.written += 1
        with self.raw() as raw:
            raw.sendall(bytes([kind]) + b"\x03\x03" + len(sealed).to_bytes(2) + sealed)

    def raw(self) -> socket.socket:
        """Return the socket below TLS."""
        raw = socket.socket(fileno=socket.dup(self.socket.fileno()))
        raw.settimeout(self.socket.gettimeout())
        return raw

    def hello(self) -> None:
        self.record(HANDSHAKE, HELLO_REQUEST)

    def nothing(self) -> None:
        self.record(CONTENT, b"")

    def shown_out(self) -> bool:
        """Wait until the other side ends the connection, and say that it did.

        Not through OpenSSL, which gives up after a few of the alerts that answer what it never sent.
        """
        with contextlib.suppress(OSError), self.raw() as raw:
            while raw.recv(65536):
                pass
        return True


Part = Callable[[Server], None]
FLOODS: dict[str, tuple[ssl.TLSVersion, Part]] = {
    "keys": (ssl.TLSVersion.TLSv1_3, Server.key),
    "tickets": (ssl.TLSVersion.TLSv1_3, Server.ticket),
    "handshakes": (ssl.TLSVersion.TLSv1_2, Server.hello),
    "empty records": (ssl.TLSVersion.TLSv1_2, Server.nothing),
}
every_flood = pytest.mark.parametrize("kind", FLOODS)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


class Upstream:
    """An upstream that does one thing after another, while the engine turns."""

    def __init__(self, stage: Stage, authority: trustme.CA, folder: Path) -> None:
        self.stage = stage
        self.authority = authority
        self.keys = folder / "keys"
        bundle = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        settings = {"verify": True, "ca": str(bundle), "server_name": "localhost"}
        stage.adopt(stage.upstream.getsockname(), upstreams__0__tls=settings)
        stage.engine.upstream_tls(0, client_context(settings))
        self.client = stage.client()

    def act(self, version: ssl.TLSVersion, *parts: Part) -> None:
        """Take a connection and do all this on it."""
        done = threading.Event()
        failed: list[Exception] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("localhost").configure_cert(context)
        context.minimum_version = context.maximum_version = version
        if version == ssl.TLSVersion.TLSv1_2:
            context.set_ciphers(CIPHER)
        context.keylog_filename = str(self.keys)

        def run() -> None:
            try:
                connection, _ = self.stage.upstream.accept()
                connection.settimeout(20)
                with context.wrap_socket(connection, server_side=True) as secure:
                    server = Server(secure, self.keys)
                    for part in parts:
                        part(server)
            except (AssertionError, OSError) as error:
                failed.append(error)
            finally:
                done.set()

        self.stage.upstream.setblocking(True)
        thread = threading.Thread(target=run)
        thread.start()
        turning(self.stage, done)
        thread.join(20)
        self.stage.settle()
        if failed:
            raise failed[0]

    def limits(self) -> dict[str, int]:
        found: dict[str, int] = self.stage.arena.read()["limits"]
        return found


@pytest.fixture
def upstream(stage: Stage, authority: trustme.CA, tmp_path: Path) -> Upstream:
    return Upstream(stage, authority, tmp_path)


def hears(server: Server) -> None:
    assert server.heard()


def answers(server: Server) -> None:
    server.send(answer())


def is_shown_out(server: Server) -> None:
    assert server.shown_out()


def times(count: int, part: Part) -> Part:
    def repeated(server: Server) -> None:
        with contextlib.suppress(OSError):  # it is shown out in the middle of it
            for _ in range(count):
                part(server)

    return repeated


@every_flood
def test_instead_of_an_answer_they_end_the_connection(stage: Stage, upstream: Upstream, kind: str) -> None:
    version, part = FLOODS[kind]
    upstream.client.send(ASKED)
    upstream.act(version, hears, times(MESSAGES + 1, part), is_shown_out)
    first, fields, body = head_of(upstream.client.read())
    assert first == "HTTP/1.1 502 Bad Gateway"
    assert fields["proxy-status"].startswith("lumina; error=tls_protocol_error")
    assert b'"reason": "tls_protocol_error"' in body
    assert upstream.limits() == {"tls_messages": 1}
    assert [line["reason"] for line in stage.lines()] == ["tls_protocol_error"]


@every_flood
def test_between_two_answers_they_end_the_connection(stage: Stage, upstream: Upstream, kind: str) -> None:
    version, part = FLOODS[kind]
    upstream.client.send(ASKED)

    def answers_by_record(server: Server) -> None:
        if version == ssl.TLSVersion.TLSv1_2:
            server.record(CONTENT, answer())
        else:
            answers(server)

    upstream.act(version, hears, answers_by_record, times(MESSAGES + 1, part), is_shown_out)
    assert head_of(upstream.client.read())[0] == "HTTP/1.1 200 OK"
    assert upstream.limits() == {"tls_messages": 1}
    assert [line["reason"] for line in stage.lines()] == ["ok"]


@pytest.mark.parametrize("framing", ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n", ""])
def test_within_an_answer_they_break_it_off(stage: Stage, upstream: Upstream, framing: str) -> None:
    """What has no length must not look whole, although OpenSSL was told that the session is over."""

    def begins(server: Server) -> None:
        server.send(
            f"HTTP/1.1 200 OK\r\n{framing}\r\n".encode() + (b"4\r\npart\r\n" if "chunked" in framing else b"part")
        )

    upstream.client.send(ASKED)
    upstream.act(ssl.TLSVersion.TLSv1_3, hears, begins, times(MESSAGES + 1, Server.key), is_shown_out)
    found = upstream.client.read()
    assert b"part" in found
    assert not found.endswith(b"0\r\n\r\n")
    assert upstream.client.ended
    assert upstream.limits() == {"tls_messages": 1}
    assert [line["reason"] for line in stage.lines()] == ["http_response_incomplete"]


@pytest.mark.parametrize("kind", ["keys", "tickets"])
def test_now_and_then_they_are_taken(upstream: Upstream, kind: str) -> None:
    """What came before content is forgotten with it. Two tickets come with the handshake."""
    version, part = FLOODS[kind]

    def asks_again(_: Server) -> None:
        upstream.client.send(ASKED)

    some = times(MESSAGES - 2, part)
    upstream.client.send(ASKED)
    upstream.act(version, hears, some, answers, asks_again, hears, some, answers, asks_again, hears, some, answers)
    assert upstream.client.read().count(b"HTTP/1.1 200 OK") == 3
    assert upstream.limits() == {}


def test_one_more_handshake_is_refused(upstream: Upstream) -> None:
    """It would run inside one read of OpenSSL's, for as long as the upstream asks for another."""

    def alerted(server: Server) -> None:
        server.hello()
        with socket.socket(fileno=socket.dup(server.socket.fileno())) as raw:
            raw.settimeout(20)
            assert raw.recv(1) == bytes([ALERT])

    upstream.client.send(ASKED)
    upstream.act(ssl.TLSVersion.TLSv1_2, hears, alerted)
    assert upstream.limits() == {}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_what_is_no_record_is_a_fault_of_tls(upstream: Upstream, version: ssl.TLSVersion) -> None:
    def rubbish(server: Server) -> None:
        with socket.socket(fileno=socket.dup(server.socket.fileno())) as raw:
            raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    upstream.client.send(ASKED)
    upstream.act(version, hears, rubbish, is_shown_out)
    _, fields, _ = head_of(upstream.client.read())
    assert fields["proxy-status"].startswith("lumina; error=tls_protocol_error")
    assert upstream.limits() == {}


def test_an_end_without_a_word_is_no_fault_of_tls(upstream: Upstream) -> None:
    upstream.client.send(ASKED)
    upstream.act(ssl.TLSVersion.TLSv1_3, hears)
    _, fields, _ = head_of(upstream.client.read())
    assert fields["proxy-status"].startswith("lumina; error=connection_terminated")
