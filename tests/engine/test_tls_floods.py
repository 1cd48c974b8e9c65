"""Peers that say much by TLS, and nothing by HTTP: new keys without end, attempts at another handshake."""

import ctypes
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lumina.engine.openssl import SESSION_AT, direct_calls, library
from tests.engine.stage import Stage, get
from tests.engine.test_tls import secure_address, turning

MESSAGES = 32  # that are taken between two records with content
CIPHER = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
NO_RENEGOTIATION = 31  # octets of the alert, with its head, nonce and tag

pytestmark = pytest.mark.skipif(direct_calls() is None, reason="what OpenSSL hears cannot be counted here")


class Client:
    """A client that reaches below `ssl`."""

    def __init__(self, address: tuple[str, int], authority: trustme.CA, version: ssl.TLSVersion, keys: Path) -> None:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        context.minimum_version = context.maximum_version = version
        if version == ssl.TLSVersion.TLSv1_2:
            context.set_ciphers(CIPHER)
        context.keylog_filename = str(keys)
        self.socket = context.wrap_socket(socket.create_connection(address, 20), server_hostname="localhost")
        found = library()
        assert found is not None
        self.calls = found
        self.session = ctypes.c_void_p.from_address(id(self.socket._sslobj) + SESSION_AT)  # type: ignore[attr-defined]
        self.calls.SSL_key_update.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.calls.SSL_do_handshake.argtypes = [ctypes.c_void_p]
        self.calls.SSL_get_server_random.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]

    def new_keys(self, asked: int) -> bool:
        """Send a KeyUpdate, which may ask for another one; return whether it went."""
        self.calls.SSL_key_update(self.session, asked)
        return bool(self.calls.SSL_do_handshake(self.session) == 1)

    def ask(self) -> bytes:
        """Send a request, and return the beginning of its answer."""
        self.socket.sendall(get("/nowhere"))
        return self.socket.recv(65536)

    def rest(self) -> bytes:
        """Return what comes until the end, however it comes."""
        found = b""
        try:
            while part := self.socket.recv(65536):
                found += part
        except ConnectionResetError:
            return found
        return found


def expanded(secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    """Return so much of PRF(secret, label, seed) (RFC 5246, section 5)."""
    seed = label + seed
    made, step = b"", seed
    while len(made) < size:
        step = hmac.digest(secret, step, hashlib.sha256)
        made += hmac.digest(secret, step + seed, hashlib.sha256)
    return made[:size]


def hellos(client: Client, keys: Path, count: int) -> bytes:
    """Return records of TLS 1.2 with the beginning of a ClientHello each, which come next from this client."""
    _, ours, master = next(line for line in keys.read_text().split("\n") if line.startswith("CLIENT_RANDOM")).split()
    theirs = ctypes.create_string_buffer(32)
    client.calls.SSL_get_server_random(client.session, theirs, 32)
    block = expanded(bytes.fromhex(master), b"key expansion", theirs.raw + bytes.fromhex(ours), 40)
    cipher, salt = AESGCM(block[:16]), block[32:36]
    records = []
    for number in range(1, count + 1):  # 0 was Finished
        nonce = number.to_bytes(8)
        more = nonce + b"\x16\x03\x03\x00\x04"
        sealed = nonce + cipher.encrypt(salt + nonce, b"\x01\x00\x00\x00", more)
        records.append(b"\x16\x03\x03" + len(sealed).to_bytes(2) + sealed)
    return b"".join(records)


def answered(stage: Stage) -> None:
    """Ask as somebody else, and be answered."""
    with socket.create_connection(stage.address, 20) as other:
        other.sendall(get("/nowhere"))
        assert other.recv(65536).startswith(b"HTTP/1.1 404 ")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def talk(stage: Stage, authority: trustme.CA, tmp_path: Path) -> Callable[..., None]:
    """Let a client talk to the engine, which turns meanwhile."""

    def talk(version: ssl.TLSVersion, act: Callable[[Client], None]) -> None:
        address = secure_address(stage, authority)
        done = threading.Event()
        failed: list[Exception] = []

        def run() -> None:
            try:
                client = Client(address, authority, version, tmp_path / "keys")
                with client.socket:
                    act(client)
            except (AssertionError, OSError) as error:
                failed.append(error)
            finally:
                done.set()

        thread = threading.Thread(target=run)
        thread.start()
        turning(stage, done)
        thread.join()
        if failed:
            raise failed[0]

    return talk


@pytest.mark.parametrize("asked", [0, 1], ids=["its own", "ours too"])
def test_new_keys_now_and_then_are_taken(talk: Callable[..., None], asked: int) -> None:
    def act(client: Client) -> None:
        for _ in range(3):  # what came before content is forgotten with it
            assert all(client.new_keys(asked) for _ in range(MESSAGES // 2 - 1))
            assert client.ask().startswith(b"HTTP/1.1 404 ")

    talk(ssl.TLSVersion.TLSv1_3, act)


@pytest.mark.parametrize("asked", [0, 1], ids=["its own", "ours too"])
def test_new_keys_without_end_end_the_connection(talk: Callable[..., None], asked: int) -> None:
    def act(client: Client) -> None:
        for _ in range(MESSAGES + 1):
            client.new_keys(asked)
        assert client.rest() == b""

    talk(ssl.TLSVersion.TLSv1_3, act)


def test_a_flood_is_counted_as_a_limit_that_was_met(talk: Callable[..., None], stage: Stage) -> None:
    def act(client: Client) -> None:
        for _ in range(MESSAGES):
            client.new_keys(0)
        assert client.ask().startswith(b"HTTP/1.1 404 ")
        assert stage.arena.read()["limits"] == {}
        for _ in range(MESSAGES + 1):
            client.new_keys(0)
        assert client.rest() == b""

    talk(ssl.TLSVersion.TLSv1_3, act)
    assert stage.arena.read()["limits"] == {"tls_messages": 1}


def test_who_leaves_without_one_met_no_limit(talk: Callable[..., None], stage: Stage) -> None:
    def act(client: Client) -> None:
        assert client.new_keys(0)
        assert client.ask().startswith(b"HTTP/1.1 404 ")

    talk(ssl.TLSVersion.TLSv1_3, act)
    stage.settle()
    assert stage.arena.read()["workers"][0]["connections"] == 0
    assert stage.arena.read()["limits"] == {}


def test_they_are_counted_however_they_arrive(talk: Callable[..., None], stage: Stage) -> None:
    def act(client: Client) -> None:
        for _ in range(2):
            for _ in range(MESSAGES // 2 + 1):
                client.new_keys(0)
            answered(stage)  # so the first half has been read before the second comes
        assert client.rest() == b""

    talk(ssl.TLSVersion.TLSv1_3, act)


def test_one_who_floods_holds_nobody_up(talk: Callable[..., None], stage: Stage) -> None:
    def act(client: Client) -> None:
        for _ in range(200_000):  # until it is shown out
            if not client.new_keys(0):
                break
        else:
            raise AssertionError("it could go on")
        answered(stage)

    talk(ssl.TLSVersion.TLSv1_3, act)


def test_another_handshake_is_refused_and_harms_nothing(talk: Callable[..., None], tmp_path: Path) -> None:
    def act(client: Client) -> None:
        raw = socket.socket(fileno=client.socket.detach())
        with raw:
            raw.settimeout(20)
            raw.sendall(hellos(client, tmp_path / "keys", 3))
            got = b""
            while len(got) < 3 * NO_RENEGOTIATION:
                got += raw.recv(65536)
        assert got.count(b"\x15\x03\x03\x00\x1a") == 3

    talk(ssl.TLSVersion.TLSv1_2, act)


def test_handshakes_without_end_end_the_connection(talk: Callable[..., None], tmp_path: Path) -> None:
    def act(client: Client) -> None:
        raw = socket.socket(fileno=client.socket.detach())
        got = 0
        with raw:
            raw.settimeout(20)
            raw.sendall(hellos(client, tmp_path / "keys", MESSAGES + 1))
            try:
                while part := raw.recv(65536):
                    got += len(part)
            except ConnectionResetError:
                return
        assert got <= (MESSAGES + 1) * NO_RENEGOTIATION

    talk(ssl.TLSVersion.TLSv1_2, act)
