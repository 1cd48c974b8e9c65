"""A worker process as its supervisor sees it: the channel, inherited sockets, and the way it ends."""

import http.client
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lumina.control.channel import LENGTH, Message, encode
from lumina.control.tickets import new_keys
from lumina.engine.arena import Arena
from tests.control.conftest import Authority

LIMIT = 30  # seconds
KEYS = new_keys().hex()  # of all workers, as one supervisor hands them out

Plan = dict[str, Any]


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers every GET with its own target; `/slow` waits until told."""

    protocol_version = "HTTP/1.1"
    going_on = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.going_on.wait(LIMIT)
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (its name)
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    """A server that does not tell of clients which left."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream(plan: Plan) -> Iterator[http.server.ThreadingHTTPServer]:
    """A real upstream, which `plan` leads to."""
    server = QuietServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Upstream.going_on.clear()
    authority = f"127.0.0.1:{server.server_port}"
    plan["upstreams"][0]["endpoints"][0].update(host="127.0.0.1", port=server.server_port, authority=authority)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Worker:
    """A worker that was told `hello`, and the supervisor's end of its channel."""

    def __init__(self, plan: Plan, directory: Path, *endpoints: Message) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.address = self.listener.getsockname()
        self.arena = Arena.create(1)
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(LIMIT)
        inherited = (theirs.fileno(), self.listener.fileno(), self.arena.fd)
        command = [sys.executable, "-m", "lumina.control.worker", str(theirs.fileno())]
        self.process = subprocess.Popen(command, pass_fds=inherited, stderr=subprocess.PIPE)
        theirs.close()
        hello = {
            "type": "hello",
            "slot": 0,
            "plan": plan,
            "arena": self.arena.fd,
            "admin": str(directory / "admin.sock"),
            "ticket_keys": KEYS,
            "listeners": [{"fd": self.listener.fileno(), "admin_only": False}],
            "endpoints": endpoints,
        }
        self.channel.sendall(encode(hello))

    def hear(self) -> Message:
        """Return the next message."""
        (size,) = LENGTH.unpack(self._exactly(LENGTH.size))
        message: Message = json.loads(self._exactly(size))
        return message

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self.channel.recv(size - len(got))
            assert piece
            got += piece
        return got

    def client(self) -> http.client.HTTPConnection:
        """Return a client of it."""
        host, port = self.address
        return http.client.HTTPConnection(host, port, timeout=LIMIT)

    def get(self, target: str) -> tuple[int, bytes]:
        """Ask through the worker."""
        client = self.client()
        client.request("GET", target)
        response = client.getresponse()
        body = response.read()
        client.close()
        return response.status, body

    def tell(self, message: Message) -> None:
        self.channel.sendall(encode(message))

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        return self.process.wait(LIMIT)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.channel.close()
        self.listener.close()


Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A starter of workers, none of which outlives the test."""
    started: list[Worker] = []

    def begin(plan: Plan, *endpoints: Message) -> Worker:
        started.append(Worker(plan, tmp_path, *endpoints))
        return started[-1]

    yield begin
    for worker in started:
        worker.close()


@pytest.mark.usefixtures("upstream")
def test_it_reports_ready_serves_and_drains(plan: Plan, start: Start) -> None:
    worker = start(plan)
    assert worker.hear() == {"type": "ready"}
    assert worker.get("/api/payments/status?x=1") == (200, b"/status?x=1")
    worker.tell({"type": "drain"})
    assert worker.end() == 0
    assert worker.arena.read()["requests"] == {(2, "GET", 200): 1}


@pytest.mark.usefixtures("upstream")
def test_an_exchange_under_way_is_finished_while_it_drains(plan: Plan, start: Start) -> None:
    worker = start(plan)
    worker.hear()
    client = worker.client()
    client.request("GET", "/api/payments/slow")
    until(lambda: worker.arena.read()["workers"][0]["in_flight"] == 1)
    worker.tell({"type": "drain"})
    worker.listener.close()
    until(lambda: refused(worker.address))
    Upstream.going_on.set()
    response = client.getresponse()
    assert (response.status, response.read()) == (200, b"/slow")
    client.close()
    assert worker.end() == 0


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("way", ["the channel ends", "SIGTERM"])
def test_without_a_supervisor_or_when_told_to_it_drains_by_itself(plan: Plan, start: Start, way: str) -> None:
    worker = start(plan)
    worker.hear()
    if way == "SIGTERM":
        worker.process.send_signal(signal.SIGTERM)
    else:
        worker.channel.close()
    assert worker.end() == 0


@pytest.mark.usefixtures("upstream")
def test_an_orphan_does_not_wait_for_its_connections_for_ever(plan: Plan, start: Start) -> None:
    plan["timeouts"]["drain"] = 0.1
    worker = start(plan)
    worker.hear()
    client = worker.client()
    client.request("GET", "/api/payments/slow")
    until(lambda: worker.arena.read()["workers"][0]["in_flight"] == 1)
    worker.channel.close()
    assert worker.end() == 0
    Upstream.going_on.set()
    client.close()


def test_a_supervisor_that_is_gone_before_it_says_hello_is_no_failure() -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "lumina.control.worker", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()
    ours.close()
    assert process.wait(LIMIT) == 0


def endpoints_at(host: str, port: int) -> Message:
    """Return what a supervisor tells of the first upstream once its name is known."""
    endpoint = {"addresses": [[host, port]], "unix": None, "host": "a.test", "authority": "a.test"}
    return {
        "type": "endpoints",
        "upstream": 0,
        "endpoints": [{**endpoint, "key": f"{host}:{port}", "slot": 2, "weight": 1, "priority": 0}],
    }


def test_a_name_that_nobody_knows_yet_is_an_error_until_it_is_told(
    plan: Plan, start: Start, upstream: http.server.ThreadingHTTPServer
) -> None:
    plan["upstreams"][0]["endpoints"][0]["host"] = "a.test"
    worker = start(plan)
    assert worker.hear() == {"type": "ready"}
    assert worker.get("/api/payments/status")[0] in (502, 503, 504)
    worker.tell(endpoints_at("127.0.0.1", upstream.server_port))
    until(lambda: worker.get("/api/payments/status") == (200, b"/status"))


def test_what_is_known_at_the_start_is_used_at_once(
    plan: Plan, start: Start, upstream: http.server.ThreadingHTTPServer
) -> None:
    plan["upstreams"][0]["endpoints"][0]["host"] = "a.test"
    worker = start(plan, endpoints_at("127.0.0.1", upstream.server_port))
    worker.hear()
    assert worker.get("/api/payments/status") == (200, b"/status")


@pytest.mark.usefixtures("upstream")
def test_a_listener_with_certificates_speaks_tls(plan: Plan, start: Start, authority: Authority) -> None:
    plan["server"]["tls"] = [authority.issue("gate.test").entry]
    worker = start(plan)
    worker.hear()
    context = ssl.create_default_context(cafile=authority.bundle)
    with (
        socket.create_connection(worker.address, timeout=LIMIT) as plain,
        context.wrap_socket(plain, server_hostname="gate.test") as client,
    ):
        client.sendall(b"GET /api/payments/status HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.usefixtures("upstream")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_begun_with_one_worker_goes_on_with_another(
    plan: Plan, start: Start, authority: Authority, version: ssl.TLSVersion
) -> None:
    plan["server"]["tls"] = [authority.issue("gate.test").entry]
    context = ssl.create_default_context(cafile=authority.bundle)
    context.maximum_version = version
    reused: list[bool | None] = []
    session: ssl.SSLSession | None = None
    for worker in (start(plan), start(plan)):
        worker.hear()
        with (
            socket.create_connection(worker.address, timeout=LIMIT) as plain,
            context.wrap_socket(plain, server_hostname="gate.test", session=session) as client,
        ):
            client.sendall(b"GET /nowhere HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\n\r\n")
            assert client.recv(65536)  # in TLS 1.3 the ticket comes after the handshake
            session = client.session
            reused.append(client.session_reused)
    assert reused == [False, True]


def test_a_certificate_that_cannot_be_used_is_told_before_it_ends(plan: Plan, start: Start, tmp_path: Path) -> None:
    plan["server"]["tls"] = [{"certificate": str(tmp_path / "none.crt"), "key": str(tmp_path / "none.key")}]
    worker = start(plan)
    message = worker.hear()
    assert (message["level"], message["event"]) == ("critical", "worker cannot start")
    assert "none.crt" in message["facts"]["error"]
    assert worker.end() == 1


def test_it_has_imported_nothing_heavy() -> None:
    heavy = {"pydantic", "yaml", "structlog", "prometheus_client", "h11", "dns", "lumina.config"}
    code = f"import sys, lumina.control.worker; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT)
    assert done.stdout == "[]\n"


def until(true: Callable[[], bool]) -> None:
    """Wait for what another process does to shared memory or to a port: nothing tells of it."""
    deadline = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < deadline
        os.sched_yield()


def refused(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=LIMIT).close()
    except ConnectionRefusedError:
        return True
    return False
