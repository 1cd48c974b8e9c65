"""The kinds of values that name a place. What each refuses is in the golden files and with the parsers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from lumina.config.address import Address
from lumina.config.model.places import Host, NameServer, Network, Prefix, RoutePath, Target, Url, UrlOrName
from lumina.config.model.values import Kind
from lumina.config.nodes import Lost, Substituted

KINDS: list[Kind[Any]] = [Host(), NameServer(), Network(), Prefix(), RoutePath(), Target(), Url(), UrlOrName()]
A = Address("http", "a", 80, None, "")


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (Host(), "[::1]", "::1"),
        (Prefix(), "", "/"),
        (Prefix(), "/", "/"),
        (Prefix(), "/v1/", "/v1"),
        (RoutePath(), "a", "a"),
        (RoutePath(), "a/", "a"),
        (RoutePath(), "a/%7eb", "a/~b"),
        (RoutePath(), "/a/", "/a"),
        (RoutePath(), "/", "/"),
        (Url(), "http://a", A),
        (UrlOrName(), "http://a", A),
        (UrlOrName(), "orders", "orders"),
        (Target(), "/a?b", "/a?b"),
        (NameServer(), "127.0.0.1", ("127.0.0.1", 53)),
        (NameServer(), "127.0.0.1:5353", ("127.0.0.1", 5353)),
        (NameServer(), "::1", ("::1", 53)),
        (NameServer(), "[::1]", ("::1", 53)),
        (NameServer(), "[::1]:5353", ("::1", 5353)),
        (Network(), "10.0.0.0/8", "10.0.0.0/8"),
        (Network(), "10.0.0.1", "10.0.0.1"),
        (Network(), "10.0.0.1/32", "10.0.0.1"),
        (Network(), "10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        (Network(), "2001:DB8:0::/32", "2001:db8::/32"),
        (Network(), "::1", "::1"),
        (Network(), "0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_what_is_read(kind: Kind[object], value: str, result: object) -> None:
    assert kind.read(value) == kind.read(Substituted(value)) == result


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        (Host(), "a b", "is neither a host name nor an address: `a b`", ""),
        (Host(), "http://a", "must be a host alone, not `http://a`", ""),
        (Prefix(), "v1", "must begin with `/`, unlike `v1`", "did you mean `/v1`?"),
        (Prefix(), Lost(), "must be a path, not empty", ""),
        (RoutePath(), "", "must not be empty", "write `/` for everything"),
        (RoutePath(), "a b", "holds a character that a path must escape", "did you mean `a%20b`?"),
        (RoutePath(), "/a b", "holds a character that a path must escape", "did you mean `/a%20b`?"),
        (RoutePath(), "http://a", "must be a path, not a URL", "the URL goes in `upstream`"),
        (Url(), "a", "must be a URL that begins with `http://` or `https://`", ""),
        (
            Url(),
            80,
            "must be a URL such as `http://127.0.0.1:8082`, not the number `80`",
            "did you mean `http://localhost:80`?",
        ),
        (NameServer(), "dns.test", "must be an IP address, perhaps with a port, not `dns.test`", ""),
        (NameServer(), "1.1.1:53", "must be an IP address, perhaps with a port, not `1.1.1:53`", ""),
        (NameServer(), "1.1.1.1:0", "has the port `0`, and ports go from 1 to 65535", ""),
        (
            Network(),
            "proxies",
            "must be an IP address, or a network such as `10.0.0.0/8`, not `proxies`",
            "",
        ),
        (
            Network(),
            "fe80::1%eth0",
            "must be an IP address, or a network such as `10.0.0.0/8`, not `fe80::1%eth0`",
            "",
        ),
        (Network(), "10.0.0.0/33", "must be an IP address, or a network such as `10.0.0.0/8`, not `10.0.0.0/33`", ""),
        (Network(), "10.0.0.1/8", "has bits beyond its prefix: `10.0.0.1/8`", "did you mean `10.0.0.0/8`?"),
        (Network(), 10, "must be an IP address or network, not the number `10`", 'write `"10"`'),
        (Target(), "up", "must begin with `/` and hold no space and no fragment: `up`", "did you mean `/up`?"),
        (UrlOrName(), True, "must be a URL or the name of an upstream, not the flag `true`", 'write `"true"`'),
        (UrlOrName(), "a:80", "must begin with `http://` or `https://`", "did you mean `http://a:80`?"),
    ],
)
def test_what_is_refused(kind: Kind[object], value: object, message: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        kind.read(value)
    assert caught.value.context == {"message": message, "hint": hint}


@given(st.sampled_from(KINDS), st.text("hush:/@[]?#% ", min_size=1))
def test_what_was_substituted_is_never_told(kind: Kind[object], text: str) -> None:
    secret = f"{text}Zz"
    try:
        kind.read(Substituted(secret))
    except PydanticCustomError as error:
        assert "Zz" not in str(error.context)  # noqa: PT017 (both ends are right)


@given(st.sampled_from(KINDS), st.text("ab:/.%2", max_size=12))
def test_what_is_read_can_be_written_and_read_again(kind: Kind[object], text: str) -> None:
    try:
        read = kind.read(text)
    except PydanticCustomError:
        return
    assert kind.read(kind.plain(read)) == read


def test_every_kind_has_words_for_the_manual() -> None:
    assert all(kind.words and not kind.words.startswith("a ") for kind in KINDS)
