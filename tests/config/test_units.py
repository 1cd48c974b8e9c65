"""Durations and sizes as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.units import BYTES, UnitError, format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("250ms", 0.25, id="milliseconds"),
        pytest.param("30s", 30.0, id="seconds"),
        pytest.param("1m30s", 90.0, id="two units"),
        pytest.param("1h1m1s1ms", 3661.001, id="every unit"),
        pytest.param("90m", 5400.0, id="more than the next unit holds"),
        pytest.param("1.5s", 1.5, id="a fraction"),
        pytest.param("0.5h", 1800.0, id="a fraction of an hour"),
        pytest.param("30", 30.0, id="no unit"),
        pytest.param("0.25", 0.25, id="no unit and a fraction"),
        pytest.param("0s", 0.0, id="nothing"),
        pytest.param("007s", 7.0, id="zeros before it"),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("s", "", id="no number"),
        pytest.param("-1s", "", id="a sign"),
        pytest.param("1 s", "1s", id="a space"),
        pytest.param("1s1m", "", id="from small to large"),
        pytest.param("1s1s", "", id="a unit twice"),
        pytest.param("1m30", "", id="a number without a unit at the end"),
        pytest.param(".5s", "", id="no digit before the point"),
        pytest.param("5.s", "", id="no digit after the point"),
        pytest.param("1e3s", "", id="an exponent"),
        pytest.param("٣s", "", id="digits of another script"),
        pytest.param("1S", "1s", id="upper case"),
        pytest.param("5min", "5m", id="min"),
        pytest.param("2 hours", "2h", id="hours"),
        pytest.param("10msec", "10ms", id="msec"),
        pytest.param("2d", "48h", id="days"),
        pytest.param("1us", "", id="microseconds"),
        pytest.param("1s\n", "", id="a line feed"),
        pytest.param("9" * 61, "", id="too long to be meant"),
    ],
)
def test_what_is_no_duration(text: str, nearest: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_duration(text)
    assert caught.value.nearest == nearest


@given(st.integers(0, 10**10))
def test_a_duration_is_read_as_it_is_written(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.floats(1e-9, 1e9))
def test_any_float_is_read_as_it_is_written(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.25, "250ms"), (75.0, "1m15s"), (3600.0, "1h"), (604800.0, "168h"), (0.0005, "0.0005s")],
)
def test_durations_are_written_short(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param("0", 0, id="nothing"),
        pytest.param("65536", 65536, id="no unit"),
        pytest.param("512B", 512, id="bytes"),
        pytest.param("64KiB", 65536, id="a power of 1024"),
        pytest.param("10MB", 10_000_000, id="a power of 1000"),
        pytest.param("10 MB", 10_000_000, id="a space"),
        pytest.param("1kB", 1000, id="the SI spelling"),
        pytest.param("1.5KiB", 1536, id="a fraction that is whole bytes"),
        pytest.param("2TiB", 2 * 1024**4, id="large"),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("KiB", "", id="no number"),
        pytest.param("-1", "", id="a sign"),
        pytest.param("1.5", "", id="half a byte"),
        pytest.param("1.0001KiB", "", id="a fraction of a byte"),
        pytest.param("10mb", "10MB", id="lower case"),
        pytest.param("64kib", "64KiB", id="lower case of 1024"),
        pytest.param("64K", "64KiB", id="half a unit"),
        pytest.param("64g", "64GiB", id="half a unit in lower case"),
        pytest.param("10 megabytes", "10MB", id="in words"),
        pytest.param("10bytes", "10B", id="bytes in words"),
        pytest.param("10Mbit", "", id="bits"),
        pytest.param("٣KiB", "", id="digits of another script"),
        pytest.param("9" * 31, "", id="too long to be meant"),
    ],
)
def test_what_is_no_size(text: str, nearest: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_size(text)
    assert caught.value.nearest == nearest


@given(st.integers(0, 10**18))
def test_a_size_is_read_as_it_is_written(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(st.integers(0, 9999), st.sampled_from(sorted(BYTES)))
def test_every_unit_is_read(count: int, unit: str) -> None:
    assert parse_size(f"{count}{unit}") == count * BYTES[unit]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_duration, parse_size):
        try:
            assert parse(text) >= 0
        except UnitError as error:
            assert error.nearest == "" or parse(error.nearest) >= 0  # noqa: PT017 (both ends are right)
