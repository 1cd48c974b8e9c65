"""Files that a configuration names. The golden files hold what is told about each."""

import os
import ssl
from pathlib import Path

import pytest

from lumina.config.check.files import PAIR_REASONS, check_files
from lumina.config.load import load
from lumina.config.source import Source
from lumina.config.validate import validate
from tests.config.golden_cases import furnish
from tests.config.written import noted


def checked(folder: Path, text: str) -> list[str]:
    source = Source(folder / "a.yaml", text + "\nroutes: []\n")
    check_files(validate(source, load(source)))
    return noted(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    furnish(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("server: {tls: {certificate: a.pem, key: a.key}}", id="a pair"),
        pytest.param("server: {tls: [{certificate: a.pem, key: ./folder/../a.key}]}", id="a list of one"),
        pytest.param('upstreams: {a: {endpoints: ["https://a"], tls: {ca: a.pem}}}', id="authorities"),
        pytest.param("access_log: {path: access.log}", id="a log to be"),
        pytest.param("access_log: {path: text.txt}", id="a log that is there"),
        pytest.param("access_log: {path: /dev/null}", id="a log that is a device"),
        pytest.param("limits: {}", id="no files"),
    ],
)
def test_what_can_be_used(folder: Path, text: str) -> None:
    assert checked(folder, text) == []


def test_relative_paths_begin_at_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert checked(folder, "server: {tls: {certificate: a.pem, key: a.key}}") == []


def test_each_pair_of_a_list_is_checked(folder: Path) -> None:
    text = "server: {tls: [{certificate: a.pem, key: b.key}, {certificate: x, key: a.key}]}"
    assert checked(folder, text) == ["1:42 `b.key` is the key of another certificate", "1:64 `x` does not exist"]


@pytest.mark.parametrize(("name", "asked"), [("text.txt", "text.txt"), ("folder/access.log", "folder")])
def test_a_log_that_may_not_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, asked: str) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (folder / asked, os.W_OK))
    assert checked(folder, f"access_log: {{path: {name}}}") == [f"1:20 `{name}` may not be written by this user"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("a" * 300, "cannot be read"), ('"a\\0b"', "is not the name of a file")],
    ids=["too long", "a zero byte"],
)
def test_names_that_no_file_has(folder: Path, name: str, message: str) -> None:
    for text in (f"access_log: {{path: {name}}}", f"server: {{tls: {{certificate: {name}, key: a.key}}}}"):
        (told,) = checked(folder, text)
        assert told.endswith(message)


def test_a_key_of_no_known_kind(folder: Path) -> None:
    (folder / "odd.key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    text = "server: {tls: {certificate: a.pem, key: odd.key}}"
    assert checked(folder, text) == ["1:41 `odd.key` holds a key that cannot be read"]


@pytest.mark.parametrize("reason", [*PAIR_REASONS, "SOMETHING_NEW", None])
def test_what_openssl_finds_is_said_of_the_file_at_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reason: str | None
) -> None:
    class Refusing(ssl.SSLContext):
        def load_cert_chain(self, *_: object, **__: object) -> None:
            error = ssl.SSLError(1, "refused")
            error.reason = reason  # type: ignore[assignment]
            raise error

    monkeypatch.setattr(ssl, "SSLContext", Refusing)
    at_fault, message = PAIR_REASONS.get(reason or "", ("key", "holds a key that cannot be read"))
    place, name = ("1:29", "a.pem") if at_fault == "certificate" else ("1:41", "a.key")
    assert checked(folder, "server: {tls: {certificate: a.pem, key: a.key}}") == [f"{place} `{name}` {message}"]
