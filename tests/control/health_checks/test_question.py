"""One question to an endpoint, asked over real sockets."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from lumina import __version__
from lumina.control import tls
from lumina.control.health_checks.question import BODY, Asker
from tests.control.conftest import Authority
from tests.control.health_checks.endpoints import BAD, GOOD, HEALTH, Endpoint


def asked(endpoint: Endpoint, *addresses: str, **changes: object) -> str | None:
    """Return what is wrong with an endpoint."""

    async def run() -> str | None:
        async with endpoint.listening():
            return await Asker({**HEALTH, **changes}, None, None).ask(endpoint.member(*addresses))

    return asyncio.run(run())


def with_body(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(
    ("answer", "changes", "wrong"),
    [
        pytest.param(GOOD, {}, None, id="good"),
        pytest.param(BAD, {}, "answered 503", id="another status"),
        pytest.param(BAD, {"statuses": [[200, 299], [503, 503]]}, None, id="a status that counts as good"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\n\r\n" + GOOD, {}, None, id="an interim answer before"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nall is well", {"body": "well"}, None, id="a body until the end"),
        pytest.param(with_body(b"all is well"), {"body": "well"}, None, id="the text is there"),
        pytest.param(
            with_body(b"all is lost"), {"body": "well"}, "answered without the text that is looked for", id="it is not"
        ),
        pytest.param(
            with_body(b"x" * BODY + b"well"),
            {"body": "well"},
            "answered without the text that is looked for",
            id="it is too far",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwe\r\n2\r\nll\r\n0\r\n\r\n",
            {"body": "well"},
            None,
            id="in chunks",
        ),
        pytest.param(b"", {}, "not HTTP: ", id="closed at once"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", {}, "not HTTP: ", id="another protocol"),
        pytest.param(b"", {"kind": "tcp"}, None, id="a connection is enough"),
        pytest.param(None, {"timeout": 0.05}, "no answer within 0.05 s", id="silence"),
    ],
)
def test_answers(answer: bytes | None, changes: dict[str, object], wrong: str | None) -> None:
    found = asked(Endpoint(answer), **changes)
    assert (found or "").startswith(wrong or "")
    assert (found is None) == (wrong is None)


def test_the_request_says_what_is_asked_and_by_whom() -> None:
    endpoint = Endpoint()
    asked(endpoint, host="other.test", method="OPTIONS")
    head = endpoint.requests[0].decode()
    assert head.startswith("OPTIONS /up?full HTTP/1.1\r\nHost: other.test\r\n")
    assert f"User-Agent: lumina-health/{__version__}\r\n" in head
    asked(endpoint)
    assert b"\r\nHost: gate.test\r\n" in endpoint.requests[1]


def test_nobody_there_is_told() -> None:
    endpoint = Endpoint()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        endpoint.port = holder.getsockname()[1]
        found = asyncio.run(Asker(HEALTH, None, None).ask(endpoint.member()))
    assert "refused" in str(found) or "Connect call failed" in str(found)


def test_one_address_of_a_machine_is_enough() -> None:
    assert asked(Endpoint(), "127.0.0.2", "127.0.0.1") is None
    assert asked(Endpoint(), "127.0.0.1", "127.0.0.2") is None


def test_an_address_that_says_nothing_does_not_hold_up_the_other() -> None:
    full = socket.create_server(("127.0.0.3", 0), backlog=0)
    port = full.getsockname()[1]
    fillers = []
    try:
        for _ in range(3):  # whatever comes now, the kernel does not answer
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)

        async def run() -> str | None:
            endpoint = Endpoint()
            async with endpoint.listening(port=port):
                return await Asker(HEALTH, None, None).ask(endpoint.member("127.0.0.3", "127.0.0.1"))

        assert asyncio.run(run()) is None
    finally:
        for one in [full, *fillers]:
            one.close()


def test_another_port_may_be_asked() -> None:
    endpoint = Endpoint()

    async def run() -> str | None:
        async with endpoint.listening():
            member = endpoint.member()
            elsewhere = member._replace(addresses=(("127.0.0.1", 1),))
            return await Asker({**HEALTH, "port": endpoint.port}, None, None).ask(elsewhere)

    assert asyncio.run(run()) is None


def test_a_unix_socket_is_asked_too(tmp_path: Path) -> None:
    endpoint = Endpoint()
    path = str(tmp_path / "s")

    async def run() -> str | None:
        async with endpoint.listening(path=path):
            return await Asker(HEALTH, None, None).ask(endpoint.member(unix=path))

    assert asyncio.run(run()) is None
    assert endpoint.connections == 1


@pytest.mark.parametrize(
    ("server_name", "settings", "wrong"),
    [
        pytest.param(None, {}, None, id="its own name"),
        pytest.param("other.test", {}, "other.test", id="a name that it has not"),
        pytest.param("other.test", {"verify": False}, None, id="nobody looks"),
        pytest.param(None, {"ca": None}, "certificate verify failed", id="an authority that nobody knows"),
    ],
)
def test_certificates_are_looked_at_as_requests_do(
    authority: Authority, server_name: str | None, settings: dict[str, object], wrong: str | None
) -> None:
    server = tls.server_context([authority.issue("gate.test").entry])
    client: ssl.SSLContext = tls.client_context({"verify": True, "ca": authority.bundle, **settings})
    endpoint = Endpoint()

    async def run() -> str | None:
        async with endpoint.listening(tls=server):
            return await Asker(HEALTH, client, server_name).ask(endpoint.member())

    found = asyncio.run(run())
    assert (wrong or "") in (found or "")
    assert (found is None) == (wrong is None)


LOCAL = {1: b"PROXY UNKNOWN\r\n", 2: b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"}


@pytest.mark.parametrize("version", LOCAL)
@pytest.mark.parametrize("kind", ["http", "tcp"])
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_a_header_says_that_the_connection_is_our_own(
    authority: Authority, version: int, kind: str, secured: bool
) -> None:
    server = tls.server_context([authority.issue("gate.test").entry])
    client = tls.client_context({"verify": True, "ca": authority.bundle})
    heard: list[bytes] = []
    endpoint = Endpoint()

    def converse(listener: socket.socket) -> None:
        connection = listener.accept()[0]
        heard.append(connection.recv(len(LOCAL[version]), socket.MSG_WAITALL))
        if secured and kind == "http":
            connection = server.wrap_socket(connection, server_side=True)
        with connection, contextlib.suppress(OSError):
            heard.append(connection.recv(65536))
            connection.sendall(GOOD)

    async def run() -> str | None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            endpoint.port = listener.getsockname()[1]
            serving = asyncio.get_running_loop().create_task(asyncio.to_thread(converse, listener))
            asker = Asker({**HEALTH, "kind": kind}, client if secured else None, None, version)
            found = await asker.ask(endpoint.member())
            await serving
            return found

    assert asyncio.run(run()) is None
    assert heard[0] == LOCAL[version]
    assert kind == "tcp" or heard[1].startswith(b"GET /up?full HTTP/1.1\r\n")


def test_a_unix_socket_is_told_too(tmp_path: Path) -> None:
    endpoint = Endpoint()
    path = str(tmp_path / "s")

    async def run() -> str | None:
        async with endpoint.listening(path=path):
            return await Asker(HEALTH, None, None, 1).ask(endpoint.member(unix=path))

    assert asyncio.run(run()) is None
    assert endpoint.requests[0].startswith(b"PROXY UNKNOWN\r\nGET ")
