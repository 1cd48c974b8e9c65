"""Counters that outlive workers, and access lines in a ring."""

import os
import subprocess
import sys
import threading

import pytest

from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.errors import EngineError
from tests.engine.stage import Stage, answer, get

AT_ONCE = 20  # requests, which fit into what the kernel holds


def serve(stage: Stage, times: int, path: str = "/nowhere") -> None:
    client = stage.client()
    for at in range(0, times, AT_ONCE):
        count = min(AT_ONCE, times - at)
        client.send(get(path) * count)
        assert client.read().count(b"HTTP/1.1 404 ") == count
    client.close()
    stage.settle()


def test_one_that_attaches_reads_the_same(stage: Stage) -> None:
    serve(stage, 3)
    other = Arena.attach(os.dup(stage.arena.fd))
    assert other.read() == stage.arena.read()
    assert other.read()["requests"] == {(0, "GET", 404): 3}


def test_a_successor_goes_on_counting(stage: Stage) -> None:
    serve(stage, 2)
    before = stage.arena.read()
    Engine(stage.arena, 0)
    stage.arena.clear_gauges(0)
    after = stage.arena.read()
    assert after["requests"] == before["requests"]
    assert after["workers"][0]["connections"] == 0


def test_there_is_no_other_slot(stage: Stage) -> None:
    with pytest.raises(EngineError, match="no slot 1"):
        stage.arena.drain_log(1)


def test_a_full_ring_drops_lines_and_counts_them(stage: Stage) -> None:
    path = "/" + "x" * 1000
    serve(stage, 1000, path)
    dropped = stage.arena.read()["workers"][0]["log_dropped"]
    kept = stage.arena.drain_log(0).splitlines(keepends=True)
    assert len(kept) + dropped == 1000
    assert dropped > 0
    assert all(line.startswith(b'{"time":') and line.endswith(b"}\n") for line in kept)
    serve(stage, 700, path)
    assert all(line.endswith(b"}\n") for line in stage.arena.drain_log(0).splitlines(keepends=True))
    assert stage.arena.drain_log(0) == b""


def test_the_bell_is_rung_once_when_half_a_ring_waits(stage: Stage) -> None:
    path = "/" + "x" * 1000
    silent = stage.arena.bell()
    serve(stage, 200, path)
    assert stage.arena.bell() == silent
    serve(stage, 600, path)
    rung = stage.arena.bell()
    assert rung != silent
    serve(stage, 20, path)
    assert stage.arena.bell() == rung  # whoever was called has not come yet
    stage.arena.drain_log(0)
    serve(stage, 800, path)
    assert stage.arena.bell() != rung


def test_who_waits_for_the_bell_is_woken_by_another_process(stage: Stage) -> None:
    arena = stage.arena
    bell = arena.bell()
    woken = threading.Event()

    def wait() -> None:
        while arena.bell() == bell:
            arena.wait(bell, 3600.0)
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    ringer = "import sys; from lumina.engine.arena import Arena; Arena.attach(int(sys.argv[1])).ring()"
    subprocess.run([sys.executable, "-c", ringer, str(arena.fd)], pass_fds=[arena.fd], check=True)
    assert woken.wait(30)


def test_waiting_for_the_bell_ends_by_itself(stage: Stage) -> None:
    stage.arena.wait(stage.arena.bell(), 0.01)
    stage.arena.wait(stage.arena.bell() + 1, 3600.0)  # it was rung before the wait began


def test_durations_fall_into_buckets(stage: Stage) -> None:
    client = stage.client()
    client.send(get())
    stage.accept().send(answer())
    client.read()
    counts, total = stage.arena.read()["durations"][2]
    assert len(counts) == 15
    assert sum(counts) == 1
    assert total > 0
