"""The long link: packets come late, in order, and a share of them not at all."""

import random

import pytest

from bench.wire import ROOM, Way


def sent(way: Way, count: int) -> list[float]:
    """Send so many numbered packets, a millisecond apart, and return when each of them arrived; 0.0: it did not."""
    arrivals = [0.0] * count
    for step in range(count + 1000):
        now = 100.0 + step / 1000
        if step < count:
            way.send(now, step.to_bytes(4, "big"))
        for packet in way.arrived(now):
            arrivals[int.from_bytes(packet, "big")] = now
    assert not way.under_way
    return arrivals


def test_packets_are_late_by_the_delay_more_or_less_and_stay_in_order() -> None:
    arrivals = sent(Way(random.Random(1), 0.05, 0.02, 0.0), 2000)
    late = [arrival - 100.0 - step / 1000 for step, arrival in enumerate(arrivals)]
    assert 0.03 <= min(late) < 0.06
    assert max(late) < 0.072
    assert arrivals == sorted(arrivals)
    assert max(late) - min(late) > 0.01


@pytest.mark.parametrize("loss", [0.0, 0.02, 0.5, 1.0])
def test_a_share_is_lost(loss: float) -> None:
    arrivals = sent(Way(random.Random(1), 0.01, 0.0, loss), 5000)
    assert arrivals.count(0.0) == pytest.approx(5000 * loss, abs=60 if 0.0 < loss < 1.0 else 0)


def test_what_is_under_way_is_bounded() -> None:
    way = Way(random.Random(1), 1.0, 0.0, 0.0)
    for _ in range(ROOM + 10):
        way.send(1.0, b"packet")
    assert len(way.arrived(3.0)) == ROOM
