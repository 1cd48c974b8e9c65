"""How long events take: that all of them are counted, and when the figure is good."""

from pathlib import Path

from bench import events

COUNT = 20


def test_every_event_of_every_kind_is_counted(tmp_path: Path) -> None:
    seen = events.measure(tmp_path, COUNT, 0.001)
    kinds = {(one.way, one.form) for one in seen}
    assert kinds == {(way, form) for way in ("directly", "plain", "TLS") for form in events.HEADS}
    assert [len(one.took) for one in seen] == [COUNT] * len(kinds)
    assert all(0.0 < seconds < 20.0 for one in seen for seconds in one.took)


def test_what_a_row_says() -> None:
    seen = events.Seen("plain", "chunked", [number / 1000 for number in range(1, 101)])
    assert [seen.at(share) for share in (0.5, 0.99, 1.0)] == [0.051, 0.1, 0.1]
    assert seen.row() == "| plain | chunked | 100 | 51.00 | 100.00 | 100.00 |"
