"""`lumina serve`, as a process: what it says, how it ends, what it refuses."""

import http.client
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

LIMIT = 60  # seconds
COMMAND = [sys.executable, "-m", "lumina", "serve"]
CONFIG = """\
server: {{host: 127.0.0.1, port: {port}, workers: 1}}
routes:
  - path: payments
    upstream: http://127.0.0.1:{upstream}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    return free_port()


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """A configuration whose upstream does not answer."""
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(port=port, upstream=free_port()))
    return path


def line_with(stream: IO[bytes], event: str) -> dict[str, object]:
    """Read on to the line of that event and return it."""
    for line in stream:
        facts: dict[str, object] = json.loads(line)
        if facts["event"] == event:
            return facts
    raise AssertionError


@pytest.fixture
def gateway(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A gateway that listens."""
    with subprocess.Popen(
        [*COMMAND, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        line_with(process.stderr, "listening")
        yield process
        if process.poll() is None:
            process.kill()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=LIMIT) as response:
            status: int = response.status
    except urllib.error.HTTPError as error:
        error.close()
        status = error.code
    return status


def test_access_lines_are_data_and_go_to_standard_output(gateway: subprocess.Popen[bytes], port: int) -> None:
    assert status_of(f"http://127.0.0.1:{port}/api/payments/x?secret=1") == 502
    assert gateway.stdout is not None
    facts = line_with(gateway.stdout, "access")
    assert (facts["status"], facts["path"], facts["reason"], facts["route"]) == (
        502,
        "/api/payments/x",
        "connection_refused",
        "payments",
    )
    assert facts["client"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_and_nothing_is_left(gateway: subprocess.Popen[bytes], number: signal.Signals) -> None:
    gateway.send_signal(number)
    _, said = gateway.communicate(timeout=LIMIT)
    assert gateway.returncode == 0
    assert [json.loads(line)["event"] for line in said.splitlines()] == ["draining", "stopped"]


def test_output_that_nobody_reads_holds_up_neither_requests_nor_the_end(
    gateway: subprocess.Popen[bytes], port: int
) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    for _ in range(400):  # more lines than a pipe holds
        client.request("GET", "/nowhere")
        assert client.getresponse().read()
    client.close()
    gateway.send_signal(signal.SIGTERM)
    assert gateway.wait(LIMIT) == 0


def test_the_default_is_the_file_in_this_directory(config: Path, port: int) -> None:
    with subprocess.Popen(COMMAND, cwd=config.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert line_with(process.stderr, "listening")["addresses"] == [f"http://127.0.0.1:{port}"]
        process.terminate()


def test_modules_in_the_directory_it_is_started_from_do_not_become_ours(config: Path) -> None:
    (config.parent / "json.py").write_text("raise SystemExit('a stranger')")
    installed = [str(Path(sys.executable).with_name("lumina")), "serve"]
    command = installed if Path(installed[0]).exists() else [sys.executable, "-P", "-m", "lumina", "serve"]
    with subprocess.Popen(command, cwd=config.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        line_with(process.stderr, "listening")
        process.terminate()


def test_a_taken_port_is_1_and_one_line_with_a_hint(config: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            [*COMMAND, "--config", str(config)], capture_output=True, text=True, check=False, timeout=LIMIT
        )
    first, hint = done.stderr.splitlines()
    assert (done.returncode, first) == (1, f"lumina: cannot listen on 127.0.0.1:{port}: the port is taken")
    assert hint.startswith("hint: ")


def test_a_wrong_file_is_2_and_nothing_listens(config: Path, port: int) -> None:
    config.write_text(config.read_text().replace("routes", "roots"))
    done = subprocess.run(
        [*COMMAND, "--config", str(config)], capture_output=True, text=True, check=False, timeout=LIMIT
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `routes`?" in done.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=LIMIT)


def test_a_terminal_gets_readable_rows(config: Path, port: int) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [*COMMAND, "--config", str(config)], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        seen = b""
        while b"listening" not in seen:
            seen += os.read(ours, 4096)
        status_of(f"http://127.0.0.1:{port}/nowhere")
        while b"/nowhere" not in seen:
            seen += os.read(ours, 4096)
        process.terminate()
    os.close(ours)
    row = next(line for line in seen.decode().splitlines() if "/nowhere" in line)
    assert row.split()[1:] == ["404", "GET", "/nowhere", "no_route", *row.split()[5:]]
    assert "\x1b" not in row
