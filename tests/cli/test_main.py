"""The command line as a whole."""

import os
import subprocess
import sys

import pytest

from lumina.cli.main import COMMANDS, main, parser


@pytest.mark.parametrize("words", [[], ["nonsense"], ["version", "too", "much"]])
def test_what_is_no_command_is_refused_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: lumina" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize(
    ("words", "file"),
    [([], "config.yaml"), (["a.yaml"], "a.yaml"), (["--config", "a.yaml"], "a.yaml"), (["--config=a.yaml"], "a.yaml")],
    ids=str,
)
def test_the_configuration_is_named_in_one_way_for_all(command: str, words: list[str], file: str) -> None:
    assert parser().parse_args([command, *words]).file == file


@pytest.mark.parametrize("words", [["a.yaml", "--config", "b.yaml"], ["--config", "a.yaml", "b.yaml"]], ids=str)
def test_two_configurations_are_one_too_many(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["serve", *words])


def test_help_names_every_command() -> None:
    told = parser().format_help()
    assert [name for name in COMMANDS if name not in told] == []


def test_a_version_is_printed_without_loading_what_only_others_need() -> None:
    code = (
        "import sys; from lumina.cli.main import main; main(['version']);"
        "print(sorted({'asyncio', 'pydantic', 'structlog', 'yaml'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.splitlines()[1] == "[]"


def test_an_interrupt_is_told_as_a_shell_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("lumina.cli.version.run", run)
    assert main(["version"]) == 130


def test_a_reader_that_has_had_enough_is_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "lumina", "version"], stdout=write, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lumina", "version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("lumina ")
