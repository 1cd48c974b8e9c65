"""Python's descriptors in the engine's epoll set."""

import socket

from lumina.engine.arena import Arena
from lumina.engine.engine import Engine


def test_a_descriptor_is_reported_until_it_is_ignored() -> None:
    engine = Engine(Arena.create(1), 0)
    here, there = socket.socketpair()
    engine.guests.attend(here.fileno(), read=True, write=False)
    assert engine.guests.wait(0.0) == []
    there.send(b"x")
    assert [fd for fd, _ in engine.guests.wait(5.0)] == [here.fileno()]
    assert [fd for fd, _ in engine.guests.wait(5.0)] == [here.fileno()]
    engine.guests.attend(here.fileno(), read=False, write=True)
    assert [fd for fd, _ in engine.guests.wait(5.0)] == [here.fileno()]
    engine.guests.ignore(here.fileno())
    assert engine.guests.wait(0.0) == []
    here.send(b"still open")
    assert there.recv(100) == b"still open"
    here.close()
    there.close()
