"""The whole benchmark on one peer, as short as it goes."""

import json
import shutil
from pathlib import Path

import pytest

from bench.peers import search_path

pytest.importorskip("matplotlib")
from bench.run import main

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not shutil.which("wrk"), reason="needs wrk"),
    pytest.mark.skipif(not shutil.which("nginx", path=search_path()), reason="needs nginx"),
]


def test_one_peer_is_measured_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--only", "small,tls", "--peers", "nginx", "--rounds", "1", "--seconds", "1", "--results"]
    assert main([*arguments, str(tmp_path)]) == 0
    works = json.loads((tmp_path / "latest.json").read_text())["works"]
    costs = {work: {name: found["cost"] for name, found in row["contenders"].items()} for work, row in works.items()}
    assert ({work: set(row) for work, row in costs.items()}) == {"small": {"floor", "nginx"}, "tls": {"nginx"}}
    assert all(cost > 1 for row in costs.values() for cost in row.values())
    assert "| Small answer, 64 connections, µs |" in capsys.readouterr().out
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        f"latest.{kind}" for kind in ("json", "md", "png", "svg")
    ]
