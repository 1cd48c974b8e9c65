"""The time of a turn, in numbers and in words."""

import email.utils
import time

from lumina.engine.clock import Clock


def test_both_clocks_are_the_system_s() -> None:
    before, wall = time.monotonic(), time.time_ns() // 1_000_000
    clock = Clock()
    assert before <= clock.now <= time.monotonic()
    assert wall <= clock.wall <= time.time_ns() // 1_000_000


def test_the_date_is_as_http_writes_it() -> None:
    clock = Clock()
    read = email.utils.parsedate_to_datetime(clock.http_date.decode())
    assert clock.http_date.endswith(b" GMT")
    assert int(read.timestamp()) == clock.wall // 1000
    assert email.utils.format_datetime(read, usegmt=True).encode() == clock.http_date


def test_time_can_be_skipped() -> None:
    clock = Clock()
    wall = clock.wall
    clock.skip(3600)
    assert clock.now >= time.monotonic() + 3599
    assert clock.wall - wall < 3_600_000  # what people read stays true


def test_time_can_be_slowed_and_set_right_again() -> None:
    clock = Clock()
    clock.slow(1e-6)
    before, then = clock.now, time.monotonic()
    while time.monotonic() < then + 0.01:
        pass
    clock.skip(0.0)
    assert before < clock.now < before + 0.001
    clock.skip(7.0)
    assert before + 7.0 < clock.now < before + 7.001
    clock.slow(1.0)
    before, then = clock.now, time.monotonic()
    while time.monotonic() < then + 0.01:
        pass
    clock.skip(0.0)
    assert clock.now > before + 0.009
