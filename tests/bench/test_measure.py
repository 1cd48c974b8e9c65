"""Rounds and medians."""

import socket

import pytest

from bench.load import LoadError
from bench.measure import Figure, Sample, read_small_answer, rotated


def test_a_figure_is_the_median_of_its_rounds() -> None:
    figure = Figure([Sample(20.0, 900.0, 0.002), Sample(95.0, 1000.0, 0.009), Sample(22.0, 980.0, 0.003)])
    assert (figure.cost, figure.rate, figure.p99) == (22.0, 980.0, 0.003)


def test_the_spread_is_a_part_of_the_median() -> None:
    assert Figure([Sample(18.0), Sample(20.0), Sample(23.0)]).spread == pytest.approx(0.25)


def test_one_round_has_no_spread() -> None:
    assert Figure([Sample(20.0)]).spread == 0.0


@pytest.mark.parametrize(("turn", "order"), [(0, "abc"), (1, "bca"), (2, "cab"), (3, "abc")])
def test_each_contender_comes_first_in_its_turn(turn: int, order: str) -> None:
    assert "".join(rotated(list("abc"), turn)) == order


def test_no_contenders_have_no_order() -> None:
    assert rotated([], 2) == []


def test_an_answer_may_come_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        theirs.sendall(b'7\r\n{"a":1}\r\n0\r\n\r\n')
        theirs.shutdown(socket.SHUT_WR)
        read_small_answer(ours)
        assert ours.recv(1) == b""


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        pytest.param(b"HTTP/1.1 503 Service Unavailable\r\n\r\n{}", "503", id="a refusal"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", "closed", id="an end before the body"),
    ],
)
def test_memory_is_not_measured_on_refusals(wire: bytes, why: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(LoadError, match=why):
            read_small_answer(ours)
