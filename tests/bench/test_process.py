"""Programs and their children: weighed together, ended together."""

import os
import socket
from pathlib import Path

import pytest

from bench.process import Program, StartError, free_port, hold_port

CPUS = frozenset(os.sched_getaffinity(0))
PARENT = """
import os, signal, socket, sys, time
reader, writer = os.pipe()
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else signal.SIG_DFL)
    os.write(writer, b"x")
else:
    os.read(reader, 1)
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    time.sleep(0.01)
"""


def start(log: Path, port: int, *arguments: str) -> Program:
    program = Program(["python3", "-c", PARENT, str(port), *arguments], log=log, cpus=CPUS)
    program.wait_until_listening(port)
    return program


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def test_children_are_counted(tmp_path: Path) -> None:
    with start(tmp_path / "log", free_port()) as program:
        assert len(program.pids()) == 2
        assert program.cpu_seconds() > 0
        assert program.resident_bytes() > 2_000_000


@pytest.mark.parametrize("arguments", [[], ["stubborn"]], ids=["obedient", "stubborn"])
def test_children_are_ended(tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.process.PATIENCE", 1.0)
    with start(tmp_path / "log", free_port(), *arguments) as program:
        pids = program.pids()
    assert [pid for pid in pids if alive(pid)] == []


def test_a_program_that_ends_says_why(tmp_path: Path) -> None:
    with (
        Program(["sh", "-c", "echo no such key >&2; exit 1"], log=tmp_path / "log", cpus=CPUS) as program,
        pytest.raises(StartError, match="ended: no such key"),
    ):
        program.wait_until_listening(free_port())


def test_a_program_that_never_listens_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.process.PATIENCE", 0.1)
    with (
        Program(["sleep", "60"], log=tmp_path / "log", cpus=CPUS) as program,
        pytest.raises(StartError, match=r"does not listen: \(it said nothing\)"),
    ):
        program.wait_until_listening(free_port())


def test_a_port_that_is_held_is_nobody_else_s_and_its_server_s_again_and_again() -> None:
    with hold_port() as holder:
        address = holder.getsockname()
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)
            with socket.create_server(address) as server, socket.create_connection(server.getsockname()):
                pass
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(address)
        taken = {socket.create_server(("127.0.0.1", 0)) for _ in range(200)}
        assert address not in {server.getsockname() for server in taken}
        for server in taken:
            server.close()


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port
