"""What the supervisor says of itself, and to whom."""

import json
import os
import pty
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from lumina.control.events import Log, configure


@pytest.fixture(autouse=True)
def defaults() -> Iterator[None]:
    """Leave structlog as it was found."""
    yield
    structlog.reset_defaults()


def said(form: str) -> str:
    """Return what one event looks like in a pipe."""
    read, write = os.pipe()
    configure(form, write).warning("worker died", worker=1, signal="SIGKILL")
    os.close(write)
    with os.fdopen(read) as file:
        return file.read()


@pytest.mark.parametrize("form", ["auto", "json"])
def test_machines_read_json_in_the_order_of_an_access_line(form: str) -> None:
    line = said(form)
    facts = json.loads(line)
    assert line.endswith("}\n")
    assert list(facts) == ["time", "level", "event", "worker", "signal"]
    assert (facts["level"], facts["event"], facts["worker"]) == ("warning", "worker died", 1)
    assert datetime.fromisoformat(facts["time"]).tzinfo == UTC


def test_text_is_readable_and_plain_where_no_terminal_is() -> None:
    line = said("text")
    assert "\x1b" not in line
    assert line.split(maxsplit=1)[1].split() == ["[warning", "]", "worker", "died", "worker=1", "signal=SIGKILL"]


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_a_row_with_colours_unless_they_are_refused(
    no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    ours, theirs = pty.openpty()
    configure("auto", theirs).info("listening", workers=2)
    row = os.read(ours, 4096)
    os.close(ours)
    os.close(theirs)
    assert b"listening" in row
    assert (b"\x1b[" in row) == coloured


def test_what_is_below_information_is_not_said() -> None:
    read, write = os.pipe()
    configure("json", write).debug("a detail")
    os.close(write)
    with os.fdopen(read) as file:
        assert file.read() == ""


def fill(descriptor: int) -> int:
    """Write until nothing more is taken; return how much was."""
    os.set_blocking(descriptor, False)
    taken = 0
    try:
        while True:
            taken += os.write(descriptor, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(descriptor, True)
    return taken


def test_a_full_pipe_does_not_hold_us_up_and_speaks_again_once_it_is_read() -> None:
    read, write = os.pipe()
    log: Log = configure("json", write)
    taken = fill(write)
    log.info("lost")
    while taken:
        taken -= len(os.read(read, taken))
    log.info("heard")
    os.close(write)
    with os.fdopen(read) as file:
        assert json.loads(file.read())["event"] == "heard"


def test_a_reader_that_is_gone_is_no_failure() -> None:
    read, write = os.pipe()
    os.close(read)
    configure("json", write).info("nobody hears this")
    os.close(write)


def test_a_long_line_arrives_whole() -> None:
    read, write = os.pipe()
    configure("json", write).error("the engine failed", error="x" * 20_000)
    os.close(write)
    with os.fdopen(read) as file:
        assert len(json.loads(file.read())["error"]) == 20_000
