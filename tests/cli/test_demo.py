"""`lumina demo`, as a process, tried as its own text says."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lumina.cli.demo import invitation
from lumina.cli.main import main

LIMIT = 60  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(port: int, service_port: int) -> list[str]:
    return [sys.executable, "-m", "lumina", "demo", "--port", str(port), "--service-port", str(service_port)]


@pytest.fixture(scope="module")
def lines() -> Iterator[list[str]]:
    """A running demo: the commands that it tells people to try."""
    with subprocess.Popen(command(free_port(), free_port()), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        told: list[str] = []
        for line in process.stdout:
            told.append(line.decode().strip())
            if "Ctrl-C" in told[-1]:
                break
        yield [line for line in told if line.startswith("curl ")]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
        assert process.returncode == 0


def tried(line: str) -> str:
    """Run one of the commands, and return what it printed."""
    words = [*shlex.split(line), "--silent", "--max-time", "20"]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=LIMIT).stdout


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("/status", '"service": "payments"'),
        ("/charge", '"amount": 42'),
        ("/events", "event: tick"),
        ("/slow", '"waited": 2.0'),
        ("/nowhere", "no_route"),
        ("/health", '"status": "ok"'),
        ("/metrics", "lumina_build_info{version="),
    ],
)
def test_what_it_says_to_try_works(lines: list[str], part: str, found: str) -> None:
    (line,) = [line for line in lines if part in line]
    assert found in tried(line)


def test_the_service_sees_what_the_gateway_adds(lines: list[str]) -> None:
    (line,) = [line for line in lines if "/status" in line]
    seen = json.loads(tried(line))["seen_by_the_service"]
    assert (seen["via"], seen["x-forwarded-for"]) == ("1.1 lumina", "127.0.0.1")


@pytest.mark.parametrize("taken", ["gateway", "service"])
def test_a_taken_port_is_told_before_anything_starts(taken: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        words = command(port, free_port()) if taken == "gateway" else command(free_port(), port)
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == f"lumina: cannot listen on 127.0.0.1:{port}: the port is taken"


def test_the_invitation_shows_the_file_it_runs() -> None:
    told = invitation(8080, 8082)
    assert '    upstream: "http://localhost:8082"' in told
    assert "curl http://127.0.0.1:8080/api/payments/status" in told


def test_nothing_is_left_in_the_temporary_directory(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("t")
    environment = {**os.environ, "TMPDIR": str(directory)}
    with subprocess.Popen(
        command(free_port(), free_port()), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        kinds = sorted(path.name.rsplit("-", 1)[0] for path in directory.iterdir())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert (kinds, list(directory.iterdir())) == (["lumina", "lumina-demo"], [])


@pytest.mark.parametrize("option", ["--port", "--service-port"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_refused(option: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", f"{option}={port}"])
    assert ended.value.code == 2
    assert f"{port} is not a port" in capsys.readouterr().err
