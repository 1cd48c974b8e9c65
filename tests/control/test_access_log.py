"""The thread between the rings and the sink."""

import json
import os
import queue
import threading
from pathlib import Path

import pytest

from lumina.control import access_log as module
from lumina.control import sink as sink_module
from lumina.control.access_log import AccessLog
from lumina.control.sink import Sink


class Rings:
    """Stands in for the arena: lines of each slot, taken once."""

    def __init__(self, slots: int) -> None:
        self._lines: list[queue.SimpleQueue[bytes]] = [queue.SimpleQueue() for _ in range(slots)]
        self.asked = threading.Event()
        self._rung = 0
        self._change = threading.Condition()

    def put(self, slot: int, lines: bytes) -> None:
        self._lines[slot].put(lines)

    def drain_log(self, slot: int) -> bytes:
        self.asked.set()
        ring = self._lines[slot]
        return b"".join(ring.get() for _ in range(ring.qsize()))

    def bell(self) -> int:
        return self._rung

    def wait(self, bell: int, seconds: float) -> None:
        with self._change:
            self._change.wait_for(lambda: self._rung != bell, seconds)

    def ring(self) -> None:
        with self._change:
            self._rung += 1
            self._change.notify_all()


def read_until(descriptor: int, size: int) -> bytes:
    got = b""
    while len(got) < size:
        got += os.read(descriptor, size - len(got))
    return got


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> int:
    """A pipe in the place of standard output; returns where it is read."""
    read, write = os.pipe()
    monkeypatch.setattr(sink_module, "STDOUT", write)
    return read


def test_lines_of_every_slot_arrive_while_it_runs(pipe: int) -> None:
    rings = Rings(2)
    log = AccessLog(rings, 2, Sink(None), "json")
    log.start()
    rings.put(0, b"a\n")
    rings.put(1, b"b\n")
    assert sorted(read_until(pipe, 4).splitlines()) == [b"a", b"b"]
    log.stop()


def test_what_is_left_at_the_end_is_written(tmp_path: Path) -> None:
    rings = Rings(1)
    log = AccessLog(rings, 1, Sink(str(tmp_path / "log")), "json")
    log.start()
    rings.asked.wait(10)
    rings.put(0, b"last\n")
    log.stop()
    assert (tmp_path / "log").read_bytes() == b"last\n"


def test_a_sink_that_blocks_holds_up_nobody_but_the_thread(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_WORDS", 0.1)
    rings = Rings(1)
    log = AccessLog(rings, 1, Sink(None), "json")
    log.start()
    rings.put(0, b"x" * 1_000_000 + b"\n")  # far more than the pipe holds
    assert os.read(pipe, 1) == b"x"
    log.stop()
    assert log.is_alive()  # it hangs in its write, and is given up
    read_until(pipe, 1_000_000)
    log.join(10)
    assert not log.is_alive()


def test_text_is_for_people(tmp_path: Path) -> None:
    facts = {"time": "2026-01-02T03:04:05.678Z", "status": 200, "method": "GET", "path": "/", "upstream": "u"}
    line = json.dumps({**facts, "reason": "ok", "duration": 0.001, "bytes_out": 1, "client": "c"}).encode() + b"\n"
    rings = Rings(1)
    log = AccessLog(rings, 1, Sink(str(tmp_path / "log")), "text")
    rings.put(0, line * 2)
    log.pass_on()
    rows = (tmp_path / "log").read_text().splitlines()
    assert [row.partition("  ")[2] for row in rows] == ["200  GET /  → u  1.0 ms · 1 B · c"] * 2


def test_auto_is_json_where_no_terminal_is(tmp_path: Path) -> None:
    rings = Rings(1)
    log = AccessLog(rings, 1, Sink(str(tmp_path / "log")), "auto")
    rings.put(0, b'{"status": 200}\n')
    log.pass_on()
    assert (tmp_path / "log").read_bytes() == b'{"status": 200}\n'


def looked_once(pause: float, monkeypatch: pytest.MonkeyPatch) -> tuple[Rings, AccessLog]:
    """A log that runs, has looked for the first time, and looks again unasked after so many seconds."""
    monkeypatch.setattr(module, "PAUSE", pause)
    rings = Rings(1)
    log = AccessLog(rings, 1, Sink(None), "json")
    log.start()
    rings.asked.wait(10)
    return rings, log


def test_it_comes_when_it_is_called(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rings, log = looked_once(3600.0, monkeypatch)
    rings.put(0, b"a\n")
    rings.ring()
    assert read_until(pipe, 2) == b"a\n"
    log.stop()
    assert not log.is_alive()  # stopping calls, too


def test_it_looks_now_and_then_uncalled(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rings, log = looked_once(0.01, monkeypatch)
    rings.put(0, b"a\n")
    assert read_until(pipe, 2) == b"a\n"
    log.stop()
