"""What is proved before OpenSSL itself is called."""

import ssl
import sys
from collections.abc import Iterator

import pytest

from lumina.engine import openssl


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """Nothing that was found out before counts in these tests, and nothing of them after."""
    for known in (openssl.library, openssl.direct_calls):
        known.cache_clear()
    yield
    for known in (openssl.library, openssl.direct_calls):
        known.cache_clear()


def test_here_everything_can_be_had() -> None:
    calls = openssl.direct_calls()
    assert calls is not None
    assert all(calls)


def test_a_context_is_left_as_it_was() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    before = context.num_tickets
    assert openssl.context_pointer(context)
    assert context.num_tickets == before


def test_an_openssl_of_another_make_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "OPENSSL_VERSION_INFO", (1, 1, 1, 0, 0))
    assert openssl.library() is None
    assert openssl.direct_calls() is None


def test_another_interpreter_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "name", "another")
    assert openssl.direct_calls() is None


@pytest.mark.parametrize("file", ["/nowhere/_ssl.so", sys.executable])
def test_a_library_without_the_calls_is_left_alone(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr(ssl._ssl, "__file__", file)  # type: ignore[attr-defined]
    assert openssl.direct_calls() is None


def test_a_session_that_does_not_name_its_context_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssl, "OWNER_AT", openssl.SESSION_AT)
    assert openssl.direct_calls() is None


def test_a_session_of_another_context_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pointer = openssl.context_pointer(other)
    monkeypatch.setattr(openssl, "context_pointer", lambda _: pointer)
    assert openssl.direct_calls() is None
