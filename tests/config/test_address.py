"""Where an upstream listens. The golden files hold what is told about wrong ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.address import Address, looks_like_address, parse_address
from lumina.config.problems import ObjectionError


@pytest.mark.parametrize(
    ("text", "address", "authority"),
    [
        ("http://localhost:8082", Address("http", "localhost", 8082, None, ""), "localhost:8082"),
        ("HTTP://LocalHost", Address("http", "localhost", 80, None, ""), "localhost"),
        ("http://a:80/", Address("http", "a", 80, None, ""), "a"),
        ("http://a:443", Address("http", "a", 443, None, ""), "a:443"),
        ("https://a", Address("https", "a", 443, None, ""), "a"),
        ("https://a:8443/v1/", Address("https", "a", 8443, None, "/v1"), "a:8443"),
        ("http://a:", Address("http", "a", 80, None, ""), "a"),
        ("http://a:00080", Address("http", "a", 80, None, ""), "a"),
        ("http://10.0.0.1:1", Address("http", "10.0.0.1", 1, None, ""), "10.0.0.1:1"),
        ("http://[2001:DB8::1]:65535", Address("http", "2001:db8::1", 65535, None, ""), "[2001:db8::1]:65535"),
        ("https://[::1]/%7e", Address("https", "::1", 443, None, "/~"), "[::1]"),
        ("unix:/run/a.sock", Address("http", None, 0, "/run/a.sock", ""), "localhost"),
        ("unix:///run/a.sock", Address("http", None, 0, "/run/a.sock", ""), "localhost"),
        ("http+unix://%2Frun%2Fa.sock", Address("http", None, 0, "/run/a.sock", ""), "localhost"),
        ("http+unix://%2Frun%2Fa.sock/v1", Address("http", None, 0, "/run/a.sock", "/v1"), "localhost"),
        ("http+srv://_http._tcp.A.b", Address("http", "a.b", 0, None, "", "_http._tcp.a.b"), "a.b"),
        ("https+srv://a.consul/v1", Address("https", "a.consul", 0, None, "/v1", "a.consul"), "a.consul"),
    ],
)
def test_addresses(text: str, address: Address, authority: str) -> None:
    assert parse_address(text) == address
    assert address.authority == authority


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "://a",
        "http:",
        "http://",
        "http://a b",
        "http://[::1",
        "http://::1]",
        "http://[::1]x:80",
        "http://a:-1",
        "http://a:٣",
        "http://a:99999999999999999999",
        "http://a\n",
        "http://a/b\nc",
        "unix:",
        "unix:a\0",
        "unix:/a\0",
        "http+unix://a",
        "http+srv://",
        "http+srv://_http._tcp",
        "http+srv://a:80",
        "http+srv://_a..b",
        "http+srv://a@b",
        "http+unix:///run/a.sock",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ObjectionError):
        parse_address(text)


ADDRESSES = (
    st.builds(
        Address,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["a", "a.example", "10.0.0.1", "::1", "2001:db8::1"]),
        st.integers(1, 65535),
        st.none(),
        st.sampled_from(["", "/v1", "/a/b%20c"]),
    )
    | st.sampled_from([Address(scheme, "a.b", 0, None, "/v1", "_http._tcp.a.b") for scheme in ("http", "https")])
    | st.builds(
        Address,
        st.just("http"),
        st.none(),
        st.just(0),
        st.sampled_from(["/run/a.sock", "/a b", "/100%", "/é"]),
        st.sampled_from(["", "/v1"]),
    )
)


@given(ADDRESSES)
def test_an_address_is_read_as_it_is_written(address: Address) -> None:
    assert parse_address(str(address)) == address


@given(st.text("htps:/[]@%.a1#?-é \0", max_size=24))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except ObjectionError as error:
        assert error.message  # noqa: PT017 (both ends are right)
        return
    assert parse_address(str(address)) == address
    assert address.authority.isascii()


def test_names_are_told_from_addresses() -> None:
    texts = ("orders", "a.b", "a:80", "/run/a", "http://a")
    assert [looks_like_address(text) for text in texts] == [False, False, True, True, True]
