"""`lumina version`."""

import platform

import pytest

from lumina import __version__
from lumina.cli import version
from lumina.cli.main import main


@pytest.mark.parametrize(("uncompiled", "build"), [([], "compiled"), (["lumina.engine.engine"], "not compiled")])
def test_one_line_says_what_runs(
    uncompiled: list[str], build: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(version, "missing", lambda: uncompiled)
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"lumina {__version__} ({build}, CPython {platform.python_version()})\n"


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_option_that_people_try_is_the_command(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option]) == 0
    assert capsys.readouterr().out.startswith(f"lumina {__version__} (")
