"""How long a request may take, as its fields say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.deadline import Deadline, left

NONE, SECONDS, MILLISECONDS, GRPC = range(4)
DAY = 86400.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"1H", 3600.0),
        (b"2M", 120.0),
        (b"3S", 3.0),
        (b"250m", 0.25),
        (b"99999999u", 99.999999),
        (b"5n", 5e-9),
        (b"00000250m", 0.25),
        (b"99999999H", DAY),
    ],
)
def test_grpc(value: bytes, seconds: float) -> None:
    deadline = Deadline()
    assert deadline.read(value, grpc=True)
    assert deadline.seconds == pytest.approx(seconds)
    assert deadline.unit == GRPC


@pytest.mark.parametrize(
    "value", [b"", b"5", b"S", b"0m", b"123456789m", b"1.5S", b"5s", b"-1S", b"5 S", b"5\xb5", b"5mm", b"x5S"]
)
def test_what_is_no_timeout_of_grpc(value: bytes) -> None:
    deadline = Deadline()
    deadline.read(b"1S", grpc=True)
    assert not deadline.read(value, grpc=True)
    assert deadline.unit == NONE


@pytest.mark.parametrize(
    ("value", "seconds", "unit"),
    [
        (b"2", 2.0, SECONDS),
        (b"0.25", 0.25, SECONDS),
        (b"12.125", 12.125, SECONDS),
        (b"250ms", 0.25, MILLISECONDS),
        (b"1.5s", 1.5, MILLISECONDS),
        (b"2m", 120.0, MILLISECONDS),
        (b"1h", 3600.0, MILLISECONDS),
        (b"999999999", DAY, SECONDS),
        (b"0.000000001", 1e-9, SECONDS),
    ],
)
def test_seconds(value: bytes, seconds: float, unit: int) -> None:
    deadline = Deadline()
    assert deadline.read(value)
    assert deadline.seconds == pytest.approx(seconds)
    assert deadline.unit == unit


@pytest.mark.parametrize(
    "value",
    b"|0|0.0|-1|+1|1e3|.5|5.|1.2.3|1..2|5x|5us|5mss|ms|1 s|s|1234567890|0.1234567890|5mx|\xff".split(b"|"),
)
def test_what_is_no_number_of_seconds(value: bytes) -> None:
    assert not Deadline().read(value)


@pytest.mark.parametrize(
    ("seconds", "unit", "written"),
    [
        (0.25, SECONDS, b"0.250"),
        (12.3456, SECONDS, b"12.345"),
        (DAY, SECONDS, b"86400.000"),
        (0.25, MILLISECONDS, b"250ms"),
        (2 * DAY, MILLISECONDS, b"86400000ms"),
        (1.2, GRPC, b"1200m"),
        (0.0, GRPC, b"1m"),
        (-5.0, SECONDS, b"0.001"),
        (0.0005, MILLISECONDS, b"1ms"),
    ],
)
def test_what_is_left_is_written_to_the_right(seconds: float, unit: int, written: bytes) -> None:
    assert left(seconds, unit) == written.rjust(11)


@given(st.floats(min_value=0.001, max_value=DAY), st.sampled_from([SECONDS, MILLISECONDS, GRPC]))
def test_what_is_written_is_read_and_is_not_more(seconds: float, unit: int) -> None:
    deadline = Deadline()
    assert deadline.read(left(seconds, unit).strip(), grpc=unit == GRPC)
    assert deadline.unit == unit
    assert seconds - 0.001001 <= deadline.seconds <= seconds + 1e-9
