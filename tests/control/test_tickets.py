"""Session tickets across contexts, which stand for workers here."""

import ssl

import pytest

from lumina.control.tickets import KEY_BYTES, new_keys, share_tickets
from lumina.engine import openssl


def test_keys_are_long_enough_and_new_each_time() -> None:
    first, second = new_keys(), new_keys()
    assert (len(first), first != second) == (KEY_BYTES, True)


def test_keys_are_taken_and_the_context_is_left_as_it_was() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    before = context.num_tickets
    assert share_tickets(context, new_keys())
    assert context.num_tickets == before


def test_keys_of_a_wrong_length_are_refused() -> None:
    assert not share_tickets(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), b"short")


def test_an_openssl_that_cannot_be_reached_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssl, "library", lambda: None)
    assert not share_tickets(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), new_keys())
