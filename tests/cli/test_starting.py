"""What keeps a gateway from starting, told before anything runs."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lumina.cli import starting
from lumina.cli.starting import start
from lumina.control.listening import ListenError

GOOD = """\
server:
  port: 8080
routes:
  - path: payments
    upstream: http://127.0.0.1:8082
"""


def never(_: dict[str, Any], __: object) -> int:
    raise AssertionError


def written(directory: Path, text: str) -> Path:
    path = directory / "config.yaml"
    path.write_text(text)
    return path


def test_a_plan_is_handed_on_and_the_code_comes_back(tmp_path: Path) -> None:
    plans: list[dict[str, Any]] = []

    def run(plan: dict[str, Any], load: Callable[[], dict[str, Any]]) -> int:
        plans.extend((plan, load()))
        return 7

    assert start(written(tmp_path, GOOD), run) == 7
    assert [route["name"] for route in plans[0]["routes"]] == ["payments"]
    assert plans[0] == plans[1]


def test_a_wrong_file_is_2_and_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD.replace("8080", "808080").replace("upstream", "upstraem"))
    assert start(path, never) == 2
    told = capsys.readouterr().err
    assert f"{path}:2:" in told
    assert "did you mean `upstream`?" in told


def test_a_file_that_is_missing_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(tmp_path / "none.yaml", never) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_what_cannot_start_is_1_with_its_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: dict[str, Any], __: object) -> int:
        raise ListenError("127.0.0.1:8080", "the port is taken", "choose another")

    assert start(written(tmp_path, GOOD), run) == 1
    assert capsys.readouterr().err == (
        "lumina: cannot listen on 127.0.0.1:8080: the port is taken\nhint: choose another\n"
    )


def test_what_is_not_compiled_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starting, "missing", lambda: ["lumina.engine.engine"])
    assert start(written(tmp_path, GOOD), never) == 1
    told = capsys.readouterr().err
    assert "not compiled (1 modules, such as lumina.engine.engine)" in told
    assert "hint: " in told


def test_a_sigterm_before_there_is_a_gateway_ends_with_0(tmp_path: Path) -> None:
    def run(_: dict[str, Any], __: object) -> int:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        start(written(tmp_path, GOOD), run)
    assert ended.value.code == 0
    assert signal.getsignal(signal.SIGTERM) is before
