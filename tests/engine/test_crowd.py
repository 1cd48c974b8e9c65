"""How many connections an address has."""

import pytest

from lumina.engine.crowd import Crowd, group_of
from tests.engine.stage import Stage


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 1]), True),
        (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]), False),
        (bytes([10, 0, 0, 1]), bytes(10) + b"\xff\xff" + bytes([10, 0, 0, 1]), True),
        (b"\x20\x01" + bytes(6) + b"12345678", b"\x20\x01" + bytes(6) + b"87654321", True),
        (b"\x20\x01" + bytes(6) + b"12345678", b"\x20\x02" + bytes(6) + b"12345678", False),
    ],
)
def test_who_counts_as_one(one: bytes, other: bytes, together: bool) -> None:
    assert (group_of(one) == group_of(other)) is together


def test_who_has_left_takes_no_memory() -> None:
    crowd = Crowd()
    assert [crowd.enter(b"a"), crowd.enter(b"b"), crowd.enter(b"a")] == [1, 1, 2]
    crowd.leave(b"a")
    crowd.leave(b"b")
    assert [crowd.enter(b"a"), crowd.enter(b"b")] == [2, 1]
    for group in b"a", b"a", b"b":
        crowd.leave(group)
    assert crowd.enter(b"a") == 1


def test_one_address_has_so_many_connections_and_no_more(stage: Stage) -> None:
    stage.adopt(limits__client_connections=2)
    first, second, third = stage.client(), stage.client(), stage.client()
    third.read()
    first.read()
    assert (third.ended, first.ended, stage.engine.connections) == (True, False, 2)
    second.close()
    stage.settle()
    fourth = stage.client()
    fourth.read()
    assert (fourth.ended, stage.engine.connections) == (False, 2)
    assert stage.arena.read()["limits"] == {"client_connections": 1}
