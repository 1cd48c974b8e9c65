"""The origin and the floor, compiled and run."""

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.native.build import compile_native, native
from bench.process import Program, free_port
from bench.works import BODIES

pytestmark = pytest.mark.heavy  # compiles
CPUS = frozenset(os.sched_getaffinity(0))


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of an origin and of a relay before it."""
    compile_native()
    folder = tmp_path_factory.mktemp("native")
    files = {letter: folder / f"body{letter}" for letter in BODIES}
    for letter, file in files.items():
        file.write_bytes(BODIES[letter])
    origin, relay = free_port(), free_port()
    bodies = {letter: str(file) for letter, file in files.items()}
    with (
        Program(native(f"origin.serve({origin}, {bodies!r})"), log=folder / "origin.log", cpus=CPUS) as behind,
        Program(native(f"relay.serve({relay}, {origin})"), log=folder / "relay.log", cpus=CPUS) as before,
    ):
        behind.wait_until_listening(origin)
        before.wait_until_listening(relay)
        yield origin, relay


@pytest.mark.parametrize("place", [0, 1], ids=["origin", "relay"])
def test_the_letter_chooses_the_body(ports: tuple[int, int], place: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", ports[place], timeout=10)
    for path, letter in (("/status", ""), ("/64k", "6"), ("/1m", "1"), ("/status", "")):
        client.request("GET", path, headers={"Accept": "*/*"})
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, BODIES[letter])
    client.close()


def test_a_head_may_come_octet_by_octet(ports: tuple[int, int]) -> None:
    with socket.create_connection(("127.0.0.1", ports[0]), 10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in b"GET /64k HTTP/1.1\r\nA: \r\r\nHost: x\r\n\r\n":
            client.send(bytes([octet]))
        answer = client.makefile("rb").read(len(BODIES["6"]))
    assert b"Content-Length: 65536\r\n" in answer


def test_two_heads_at_once_are_two_answers(ports: tuple[int, int]) -> None:
    with socket.create_connection(("127.0.0.1", ports[0]), 10) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        client.sendall(b"GET /b HTTP/1.1\r\n\r\n")
        got = b""
        while got.count(BODIES[""]) < 2:
            got += client.recv(65536)
    assert got.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.usefixtures("ports")
def test_an_end_on_one_side_of_the_relay_ends_the_other() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Program(
            native(f"relay.serve({(port := free_port())}, {server.getsockname()[1]})"), log=Path(os.devnull), cpus=CPUS
        ) as relay,
    ):
        relay.wait_until_listening(port)
        server.accept()[0].close()  # the look whether it listens was relayed as well
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            upstream = server.accept()[0]
            upstream.sendall(b"last")
            upstream.close()
            assert client.makefile("rb").read() == b"last"
