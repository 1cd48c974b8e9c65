"""Each peer's configuration, and where its program is looked for."""

import json
from pathlib import Path

import pytest

from bench.peers import PEERS, Peer, Site, route_name

CERTIFICATE = Path("/nowhere/loopback.pem")


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.parametrize("certificate", [None, CERTIFICATE], ids=["plain", "tls"])
def test_a_configuration_has_the_site(peer: Peer, certificate: Path | None, tmp_path: Path) -> None:
    launch = peer.launch("program", Site(tmp_path, 18080, 18081, certificate))
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert launch.argv[0] == "program"
    assert any(str(tmp_path) in argument for argument in launch.argv)
    assert ("18080" in written, "18081" in written, str(CERTIFICATE) in written) == (
        True,
        True,
        certificate is not None,
    )


@pytest.mark.parametrize("peer", [peer for peer in PEERS if peer.name != "lumina"], ids=lambda peer: peer.name)
def test_every_peer_writes_an_access_log(peer: Peer, tmp_path: Path) -> None:
    peer.launch("program", Site(tmp_path, 18080, 18081))
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert str(tmp_path / "access.log") in written or "log stdout" in written


def test_lumina_may_have_many_routes(tmp_path: Path) -> None:
    (lumina,) = [peer for peer in PEERS if peer.name == "lumina"]
    lumina.launch("program", Site(tmp_path, 18080, 18081, routes=3))
    routes = json.loads((tmp_path / "lumina.yaml").read_text())["routes"]
    assert [route["path"] for route in routes] == ["service-00000", "service-00001", "service-00002"]
    assert len(route_name(9999)) == len(route_name(0))


def test_a_folder_of_peers_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caddy = tmp_path / "caddy"
    caddy.write_text("#!/bin/sh\necho v2.3.4-beta h1:abc\n")
    caddy.chmod(0o755)
    monkeypatch.setenv("LUMINA_PEERS", str(tmp_path))
    (peer,) = [peer for peer in PEERS if peer.name == "caddy"]
    assert (peer.program(), peer.version()) == (str(caddy), "2.3.4")
