"""The HTTP/1.1 battery that lies beside some checkouts: requests and responses that readers have disagreed about."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.conftest import Launch

BATTERY = Path(__file__).parents[3] / "shared" / "acceptance" / "h1" / "h1_battery.py"
UPSTREAM = "http://127.0.0.1:21080"  # the battery's own, at a port that it does not choose
STRICT = 98.0  # per cent of the cases in which nothing more could be asked for


@pytest.mark.heavy
@pytest.mark.timeout(900)
@pytest.mark.skipif(not BATTERY.exists(), reason="the battery is not here")
def test_no_case_of_the_battery_fails(
    launch: Launch, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    gateway = launch({"routes": [{"path": "/", "upstream": UPSTREAM}]})
    report = tmp_path / "report.json"
    words = [sys.executable, str(BATTERY), "127.0.0.1", str(gateway.port), "--json", str(report)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
    assert report.exists(), done.stdout + done.stderr
