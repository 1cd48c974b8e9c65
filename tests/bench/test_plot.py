"""The plot, where matplotlib is installed."""

from pathlib import Path

import pytest

from bench.measure import Figure, Measured, Sample
from bench.report import Circumstances

pytest.importorskip("matplotlib")
from bench import plot

HERE = Circumstances(
    machine="A processor", date="2026-01-02", commit="0", command="", rounds=1, seconds=1, versions={}, missing={}
)


def drawn(measured: Measured, folder: Path) -> tuple[str, bytes]:
    files = [folder / "latest.svg", folder / "latest.png"]
    plot.draw(measured, HERE, files)
    return files[0].read_text(), files[1].read_bytes()


def test_the_same_figures_make_the_same_plot(tmp_path: Path) -> None:
    row = {name: Figure([Sample(cost)]) for name, cost in (("floor", 20.0), ("lumina", 22.0), ("nginx", 30.0))}
    measured = Measured(figures={"small": row, "idle": {"lumina": Figure([Sample(0.4)])}, "tls": {}})
    first, image = drawn(measured, tmp_path)
    assert (first.startswith("<?xml"), image.startswith(b"\x89PNG")) == (True, True)
    assert plot.OURS.lower() in first
    assert drawn(measured, tmp_path)[0] == first


def test_contenders_that_were_not_measured_leave_no_bar(tmp_path: Path) -> None:
    only_ours = Measured(figures={"tls": {"lumina": Figure([Sample(30.0)])}})
    assert plot.THEIRS.lower() not in drawn(only_ours, tmp_path)[0]
