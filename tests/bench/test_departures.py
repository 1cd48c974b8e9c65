"""Clients that leave, each phase once: the upstream is told, and the log says why."""

import pytest

from bench import departures


@pytest.mark.timeout(300)
def test_every_phase_once(capsys: pytest.CaptureFixture[str]) -> None:
    departures.main(["--rounds", "1"])  # whether it was quick enough is not this test's matter
    rows = capsys.readouterr().out.splitlines()[2:]
    told = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert set(told) == set(departures.PHASES)
    assert len(told) == 2 * len(departures.PHASES) - 1
    assert [row for row in rows if "logged as" in row] == []
