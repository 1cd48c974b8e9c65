"""The command: what it asks for, and what it says is missing."""

from pathlib import Path

import pytest

from bench.peers import PEERS
from bench.run import main, parse, present
from bench.works import WORKS


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH."""
    monkeypatch.setenv("LUMINA_PEERS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("bench.peers.SYSTEM", str(tmp_path))
    return tmp_path


def test_a_missing_peer_is_named_with_a_way_to_have_it(bare: Path) -> None:
    (bare / "haproxy").write_text("#!/bin/sh\n")
    (bare / "haproxy").chmod(0o755)
    peers = [peer for peer in PEERS if peer.name in ("nginx", "haproxy", "caddy")]
    installed, missing = present(peers)
    assert [peer.name for peer in installed] == ["haproxy"]
    assert list(missing) == ["nginx", "caddy"]
    assert "nginx-light" in missing["nginx"]


@pytest.mark.usefixtures("bare")
def test_a_machine_without_the_load_generator_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "hint: apt-get install wrk" in capsys.readouterr().err


def test_everything_is_measured_unless_said_otherwise() -> None:
    asked = parse([])
    assert (asked.only, asked.peers) == (list(WORKS.values()), list(PEERS))


def test_works_and_peers_can_be_chosen() -> None:
    asked = parse(["--only", "tls,small", "--peers", "nginx"])
    assert ([work.name for work in asked.only], [peer.name for peer in asked.peers]) == (["small", "tls"], ["nginx"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["--only", "small,h9"], "unknown work: h9", id="work"),
        pytest.param(["--peers", "squid"], "unknown peer: squid", id="peer"),
    ],
)
def test_a_wrong_choice_is_said(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(arguments)
    assert why in capsys.readouterr().err
