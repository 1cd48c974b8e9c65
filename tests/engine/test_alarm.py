"""How long a wait lasts."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.engine.guest import Guests


@contextlib.contextmanager
def busy() -> Iterator[tuple[Guests, socket.socket]]:
    """The guests of an engine, with one descriptor that has something to read, and who can read it away."""
    engine = Engine(Arena.create(1), 0)
    here, there = socket.socketpair()
    with here, there:
        engine.guests.attend(here.fileno(), read=True, write=False)
        there.send(b"x")
        yield engine.guests, here
        engine.guests.ignore(here.fileno())
        engine.turn()  # lets go of it


@pytest.mark.parametrize("before", [0.0, 0.05, 0.4, 60.0])
def test_a_wait_lasts_as_long_as_it_was_to_whatever_the_one_before_it_was_to(
    before: float,
) -> None:
    with busy() as (guests, here):
        assert [fd for fd, _ in guests.wait(before)] == [here.fileno()]
        here.recv(1)
        for seconds in (0.2, 0.1):
            began = time.monotonic()
            assert guests.wait(seconds) == []
            assert seconds - 0.002 < time.monotonic() - began < 30  # it may end a thousandth early


def test_a_wait_without_an_end_is_not_ended_by_the_time_of_another() -> None:
    with busy() as (guests, here):
        assert guests.wait(0.05) != []
        here.recv(1)
        later = threading.Timer(0.3, here.shutdown, [socket.SHUT_RD])  # which is something to read
        later.start()
        assert [fd for fd, _ in guests.wait(-1)] == [here.fileno()]
        later.join()
