"""Where access lines go, and what becomes of them when it is full, gone or renamed."""

import os
import pty
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina.control import sink as sink_module
from lumina.control.sink import Sink, wants_colour


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Sink]]:
    """A pipe in the place of standard output: where it is read, and the sink that writes to it."""
    read, write = os.pipe()
    monkeypatch.setattr(sink_module, "STDOUT", write)
    yield read, Sink(None)
    os.close(write)


def test_lines_are_appended_to_what_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text("before\n")
    sink = Sink(str(path))
    sink.write(b"one\ntwo\n")
    sink.close()
    assert path.read_text() == "before\none\ntwo\n"


def test_others_may_not_read_the_file(tmp_path: Path) -> None:
    Sink(str(tmp_path / "access.log")).close()
    assert (tmp_path / "access.log").stat().st_mode & 0o007 == 0


def test_a_renamed_file_is_left_when_asked_to(tmp_path: Path) -> None:
    path, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    sink = Sink(str(path))
    sink.write(b"old\n")
    path.rename(rotated)
    sink.write(b"still old\n")
    sink.reopen()
    sink.write(b"new\n")
    sink.close()
    assert (rotated.read_text(), path.read_text()) == ("old\nstill old\n", "new\n")


def test_a_renamed_file_is_noticed_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "LOOK_AGAIN", 0.0)
    path = tmp_path / "access.log"
    sink = Sink(str(path))
    path.rename(tmp_path / "access.log.1")
    sink.write(b"new\n")
    sink.close()
    assert path.read_text() == "new\n"


def test_a_directory_that_is_gone_leaves_the_old_file(tmp_path: Path) -> None:
    directory, kept = tmp_path / "logs", tmp_path / "kept"
    directory.mkdir()
    sink = Sink(str(directory / "access.log"))
    (directory / "access.log").rename(kept)
    directory.rmdir()
    sink.reopen()
    sink.write(b"line\n")
    sink.close()
    assert kept.read_text() == "line\n"


def test_a_file_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Sink(str(tmp_path / "missing" / "access.log"))


def test_lines_for_a_reader_that_is_gone_are_counted(pipe: tuple[int, Sink]) -> None:
    read, sink = pipe
    os.close(read)
    sink.write(b"one\ntwo\n")
    sink.write(b"three\n")
    assert sink.lost == 3


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "non-blocking"])
def test_a_full_pipe_gets_every_line_once_it_is_read(pipe: tuple[int, Sink], blocking: bool) -> None:
    read, sink = pipe
    os.set_blocking(sink_module.STDOUT, blocking)
    lines = b"".join(b"%06d\n" % number for number in range(50_000))  # several times what a pipe holds
    writer = threading.Thread(target=sink.write, args=(lines,))
    writer.start()
    got = bytearray()
    while len(got) < len(lines):
        got += os.read(read, 65536)
    writer.join()
    os.close(read)
    assert (bytes(got), sink.lost) == (lines, 0)


@pytest.mark.parametrize(
    ("name", "value", "wanted"), [("NO_COLOR", "1", False), ("TERM", "dumb", False), ("NO_COLOR", "", True)]
)
def test_colours_are_for_terminals_that_want_them(
    name: str, value: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    read, write = os.pipe()
    assert (wants_colour(theirs), wants_colour(write)) == (wanted, False)
    for descriptor in (ours, theirs, read, write):
        os.close(descriptor)
