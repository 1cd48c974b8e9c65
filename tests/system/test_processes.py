"""Processes come and go: a killed worker, a stop with requests under way, a supervisor that is gone, a wrong start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.conftest import Launch
from tests.system.gateway import OURS, Gateway
from tests.system.load import CLIENTS, Load
from tests.system.program import Program, eventually, is_alive
from tests.system.serving import ServingOrigin
from tests.system.wire import Origin, connect


@pytest.fixture
def serving() -> Iterator[ServingOrigin]:
    with ServingOrigin() as made:
        yield made


def to(origin: Origin, workers: int = 2, **more: object) -> dict[str, object]:
    server = {"workers": workers}
    return {"server": server, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}], **more}


def test_a_killed_worker_costs_only_its_own_connections(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(to(serving))
    load = Load(gateway.port)
    load.reach(500)
    victim, other = gateway.workers()
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: len(gateway.workers()) == 2 and victim not in gateway.workers())
    load.reach(500)
    load.stop()
    assert is_alive(other)
    assert load.refused == []
    assert len(load.broken) <= CLIENTS  # each connection of that worker, once
    eventually(lambda: gateway.health()["workers"]["alive"] == 2)
    assert gateway.health()["workers"]["restarts"] == 1


def test_every_worker_may_be_killed_at_once(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(to(serving))
    for _ in range(3):
        before = gateway.workers()
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        eventually(lambda before=before: not any(map(is_alive, before)))  # type: ignore[misc]
        assert gateway.ask("/x").body == b"/x"  # the sockets stayed open: this waits for a new worker
        eventually(lambda before=before: len(set(gateway.workers()) - set(before)) == 2)  # type: ignore[misc]


def test_what_was_counted_survives_a_killed_worker(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(to(serving, workers=1))
    for _ in range(50):
        gateway.ask("/x")
    eventually(lambda: gateway.metric("lumina_requests_total", route="/", code="200") == 50)
    os.kill(gateway.workers()[0], signal.SIGKILL)
    for _ in range(50):
        gateway.ask("/x")
    eventually(lambda: gateway.metric("lumina_requests_total", route="/", code="200") == 100)


def test_a_stop_loses_no_request_under_way(launch: Launch, origin: Origin) -> None:
    gateway = launch(to(origin))
    clients = [gateway.connect() for _ in range(6)]
    for number, client in enumerate(clients):
        client.send(f"GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n")
    upstreams = [origin.accept() for _ in clients]
    names = [upstream.read_request().head.line.split(" ")[1].encode() for upstream in upstreams]
    for upstream in upstreams[::2]:  # half of them are in the middle of the answer
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto")
    gateway.tell(signal.SIGTERM)
    eventually(lambda: not listens(gateway.port))
    for upstream, name in zip(upstreams, names, strict=True):
        begun = upstream in upstreams[::2]
        upstream.send("" if begun else "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto", name)
    for number, client in enumerate(clients):
        assert client.read_response().body == b"to/%d" % number
        assert client.end() == "closed"
    assert gateway.program.wait() == 0
    assert [line["status"] for line in gateway.access_lines() if line["route"] == "/"] == [200] * 6


def listens(port: int) -> bool:
    try:
        connect(port).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_under_load_breaks_nothing(launch: Launch, serving: ServingOrigin, number: signal.Signals) -> None:
    gateway = launch(to(serving))
    load = Load(gateway.port)
    load.reach(300)
    workers = gateway.workers()
    gateway.tell(number)
    status = gateway.program.wait(60)
    load.stop()
    assert status == 0
    assert not any(map(is_alive, workers))
    # A connection may be found closed when the next request is about to be sent on it, which a client may send again
    # (RFC 9112, section 9.3.1); an answer that has begun is never cut.
    assert [error for error in load.broken if "after b''" not in error and "Pipe" not in error] == []


def test_idle_connections_do_not_delay_a_stop(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(to(serving, timeouts={"drain": "60s"}))
    with gateway.connect() as fresh, gateway.connect() as used:
        used.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        used.read_response()
        gateway.tell(signal.SIGTERM)
        assert [fresh.end(), used.end()] == ["closed", "closed"]
        assert gateway.program.wait() == 0


def test_a_stop_has_an_end(launch: Launch, origin: Origin) -> None:
    gateway = launch(to(origin, timeouts={"drain": "300ms"}))
    with gateway.connect() as client:
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        origin.accept().read_request()  # and never an answer
        gateway.tell(signal.SIGTERM)
        assert gateway.program.wait() == 0
        assert client.drop() in ("closed", "reset")


def test_workers_do_not_outlive_a_killed_supervisor(launch: Launch, serving: ServingOrigin) -> None:
    gateway = launch(to(serving))
    workers = gateway.workers()
    assert len(workers) == 2
    os.kill(gateway.pid, signal.SIGKILL)
    eventually(lambda: not any(map(is_alive, workers)))
    eventually(lambda: not listens(gateway.port))


# ---- starts that cannot be


def serve(file: Path) -> Program:
    return Program("lumina", [sys.executable, "-m", "lumina", "serve", "--config", file], OURS)


def test_a_wrong_configuration(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text('server:\n  prot: 8080\nroutes:\n  - path: "a"\n    upstream: "ftp://x"\n')
    program = serve(file)
    assert program.wait() == 2
    program.stop()
    told = "\n".join(program.err)
    assert f"{file.name}:2:3: " in told
    assert "port" in told  # what may have been meant
    assert f"{file.name}:5:" in told  # every mistake at once
    assert program.out == []


def test_no_configuration(tmp_path: Path) -> None:
    program = serve(tmp_path / "none.yaml")
    assert program.wait() == 2
    program.stop()
    assert "none.yaml" in "\n".join(program.err)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        file = tmp_path / "taken.yaml"
        file.write_text(f"server:\n  port: {port}\nroutes: []\n")
        program = serve(file)
        assert program.wait() == 1
        program.stop()
    told = "\n".join(program.err)
    assert f"127.0.0.1:{port}" in told
    assert "taken" in told
    assert "Traceback" not in told


def test_check_and_version() -> None:
    words = [sys.executable, "-m", "lumina", "version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, **OURS})
    import lumina

    assert lumina.__version__ in done.stdout


def test_nothing_is_left_behind(launch: Launch, serving: ServingOrigin, tmp_path: Path) -> None:
    """No socket file, no temporary directory, no process."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Gateway(to(serving), tmp_path, environment={"TMPDIR": str(scratch)}) as gateway:
        assert gateway.ask("/x").status == 200
        workers = gateway.workers()
    assert list(scratch.iterdir()) == []
    assert not any(map(is_alive, workers))
