"""Whose a connection is."""

import pytest

from lumina.proxy_protocol.parties import Parties


def test_they_are_not_known_until_they_are_told() -> None:
    assert Parties().told is None


@pytest.mark.parametrize(
    ("family", "source", "destination"),
    [
        (4, ("192.0.2.1", 1), ("198.51.100.255", 65535)),
        (6, ("2001:db8::1", 0), ("::", 443)),
        (6, ("::ffff:192.0.2.1", 5), ("::1", 6)),
    ],
)
def test_they_are_told(family: int, source: tuple[str, int], destination: tuple[str, int]) -> None:
    parties = Parties()
    parties.tell(family, source, destination)
    assert parties.told == (source, destination)
    assert parties.family == family


@pytest.mark.parametrize(("source", "destination"), [("x", "192.0.2.1"), ("192.0.2.1", "")])
def test_what_is_no_address_is_not_taken(source: str, destination: str) -> None:
    parties = Parties()
    with pytest.raises(ValueError, match="no addresses"):
        parties.tell(4, (source, 1), (destination, 2))
    assert parties.told is None
