"""`lumina check`: say what a configuration file means, or every mistake in it."""

import argparse
from pathlib import Path

import pytest

from lumina.cli import check
from lumina.config import load_plan

WHOLE = """\
server: {port: 8443, workers: 1, admin: {port: 9901}}
upstreams:
  orders: {endpoints: ["https://a/v1", "https://b:8443/v1"]}
routes:
  - {path: payments, upstream: "http://localhost:8082"}
  - {path: /orders, upstream: orders}
  - {path: /, upstream: "unix:/run/site.sock"}
"""
SUMMARY = """\
listens on http://127.0.0.1:8443 with 1 worker
health and metrics on http://127.0.0.1:9901
/api/payments  ->  http://localhost:8082  (prefix stripped)
/orders        ->  https://a/v1, https://b:8443/v1  (prefix kept)
/              ->  unix:/run/site.sock  (prefix kept)
3 routes, 3 upstreams, no mistakes
"""


def run(path: Path) -> int:
    parser = argparse.ArgumentParser()
    check.add(parser.add_subparsers())
    arguments = parser.parse_args(["check", str(path)])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path / "config.yaml"


def test_a_sound_file_is_summed_up(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(WHOLE)
    assert (run(path), *capsys.readouterr()) == (0, SUMMARY, "")


def test_mistakes_go_to_standard_error(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("routes: 5\nlimits: {body: 1}\n")
    told = (
        f"{path}:1:9: `routes` must be a list, not `5`\n\nroutes: 5\n        ^\nhint: begin each item with `- `\n\n"
        f"{path}:2:10: unknown field `body` in `limits`\n\nlimits: {{body: 1}}\n         ^^^^\n"
        "hint: did you mean `body_bytes`?\n"
    )
    assert (run(path), *capsys.readouterr()) == (2, "", told)


def test_a_file_that_is_not_there(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (run(path), *capsys.readouterr()) == (
        2,
        "",
        f"{path}: does not exist\nhint: `lumina demo` needs none, and prints one to begin with\n",
    )


def test_warnings_do_not_fail(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text('routes: []\nupstreams: {a: {endpoints: ["http://a"]}}\n')
    assert run(path) == 0
    out, err = capsys.readouterr()
    assert out.endswith("0 routes, 0 upstreams, no mistakes\n")
    assert err.startswith(f"{path}:2:13: warning: no route leads to upstream `a`\n")


def test_addresses_in_the_summary_can_be_copied(path: Path) -> None:
    path.write_text('server: {host: "::1", port: 0}\nroutes: [{path: a, upstream: "http://[::1]:80/x"}]\n')
    first, second, _ = check.summary(load_plan(path)).splitlines()
    assert first.startswith("listens on http://[::1]:0 with ")
    assert second == "/api/a  ->  http://[::1]/x  (prefix stripped)"


def test_mistakes_are_coloured_where_that_is_welcome(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "wants_colour", lambda _: True)
    assert run(path) == 2
    assert "\x1b[" in capsys.readouterr().err
