"""TLS contexts, tried by handshakes in memory."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from lumina.control.tickets import new_keys
from lumina.control.tls import TlsError, client_context, read_certificate, server_context
from tests.control.conftest import Authority

VERSIONS = [
    pytest.param(ssl.TLSVersion.TLSv1_2, id="TLS 1.2"),
    pytest.param(ssl.TLSVersion.TLSv1_3, id="TLS 1.3"),
]


def settings(ca: str | None, **changed: object) -> dict[str, Any]:
    return {"verify": True, "ca": ca, "server_name": None, **changed}


def shake(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str | None, session: ssl.SSLSession | None = None
) -> ssl.SSLObject:
    """Shake hands in memory, send one octet to the client, and return the client's side."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, server_hostname=name, session=session)
    left = [here, there]
    for side in left * 4:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    there.write(b"x")
    assert here.read(1) == b"x"
    return here


def names_shown(connection: ssl.SSLObject) -> list[str]:
    facts: Any = connection.getpeercert()
    return [value for _, value in facts["subjectAltName"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_both_versions_are_spoken_and_http_1_1_is_agreed_on(authority: Authority, version: ssl.TLSVersion) -> None:
    client = client_context(settings(authority.bundle))
    client.maximum_version = version
    connection = shake(server_context([authority.issue("gate.test").entry]), client, "gate.test")
    assert connection.version() == version.name.replace("_", ".")
    assert connection.selected_alpn_protocol() == "http/1.1"


def test_older_versions_are_not_spoken(authority: Authority) -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(authority.bundle)
    client.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    server = server_context([authority.issue("gate.test").entry])
    with pytest.raises(ssl.SSLError):
        shake(server, client, "gate.test")


def test_only_ciphers_with_forward_secrecy_are_offered(authority: Authority) -> None:
    offered = server_context([authority.issue("gate.test").entry]).get_ciphers()
    assert all(cipher["name"].startswith(("ECDHE-", "TLS_")) and cipher["aead"] for cipher in offered)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_resumed_by_any_worker_with_the_same_keys(authority: Authority, version: ssl.TLSVersion) -> None:
    entries, keys = [authority.issue("gate.test").entry], new_keys()
    client = client_context(settings(authority.bundle))
    client.maximum_version = version
    first = shake(server_context(entries, keys), client, "gate.test")
    elsewhere = [
        shake(server_context(entries, other), client, "gate.test", first.session).session_reused
        for other in (keys, new_keys())
    ]
    assert (first.session_reused, elsewhere) == (False, [True, False])


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        pytest.param("one.test", ["one.test"], id="the first"),
        pytest.param("two.test", ["two.test", "*.two.test"], id="another"),
        pytest.param("TWO.test", ["two.test", "*.two.test"], id="in capitals"),
        pytest.param("a.two.test", ["two.test", "*.two.test"], id="by a wildcard"),
    ],
)
def test_the_certificate_is_chosen_by_name(authority: Authority, asked: str, shown: list[str]) -> None:
    pems = [authority.issue("one.test"), authority.issue("two.test", "*.two.test")]
    server = server_context([pem.entry for pem in pems])
    assert names_shown(shake(server, client_context(settings(authority.bundle)), asked)) == shown


@pytest.mark.parametrize("asked", ["other.test", "a.b.two.test", None], ids=["unknown", "two labels deep", "no name"])
def test_without_a_match_the_first_certificate_answers(authority: Authority, asked: str | None) -> None:
    pems = [authority.issue("one.test"), authority.issue("*.two.test")]
    client = client_context(settings(authority.bundle))
    client.check_hostname = False
    assert names_shown(shake(server_context([pem.entry for pem in pems]), client, asked)) == ["one.test"]


def test_of_two_certificates_for_one_name_the_earlier_answers(authority: Authority) -> None:
    pems = [authority.issue("one.test"), authority.issue("two.test", "x.test"), authority.issue("two.test", "y.test")]
    connection = shake(
        server_context([pem.entry for pem in pems]), client_context(settings(authority.bundle)), "two.test"
    )
    assert "x.test" in names_shown(connection)


def test_an_upstream_is_verified_unless_told_otherwise(authority: Authority) -> None:
    server = server_context([authority.issue("up.test").entry])
    for wrong in (settings(None), settings(authority.bundle)):
        name = "other.test" if wrong["ca"] else "up.test"
        with pytest.raises(ssl.SSLCertVerificationError):
            shake(server, client_context(wrong), name)
    assert shake(server, client_context(settings(None, verify=False)), "other.test").version() == "TLSv1.3"


def test_names_and_end_are_read_from_a_certificate(authority: Authority) -> None:
    certificate = read_certificate(authority.issue("One.Test", "*.two.test").certificate)
    assert certificate.names == ("one.test", "*.two.test")
    assert certificate.not_after > 1_700_000_000


@pytest.mark.parametrize("content", [b"", b"nonsense", None], ids=["empty", "no PEM", "missing"])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.pem"
    if content is not None:
        path.write_bytes(content)
    for attempt in (
        lambda: read_certificate(str(path)),
        lambda: server_context([{"certificate": str(path), "key": str(path)}]),
        lambda: client_context(settings(str(path))),
    ):
        with pytest.raises(TlsError, match=r"x\.pem"):
            attempt()


def test_a_key_of_another_certificate_is_refused(authority: Authority) -> None:
    entry = {"certificate": authority.issue("one.test").certificate, "key": authority.issue("two.test").key}
    with pytest.raises(TlsError, match=r"(?i:key values mismatch)"):
        server_context([entry])
