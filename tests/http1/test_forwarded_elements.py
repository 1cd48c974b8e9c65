"""Elements of Forwarded (RFC 7239, section 4), and what a client may do to those that proxies add."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.http1.told import FOUR, RFC_7239, SIX, X_FORWARDED, chain, client, node, part, read


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("for=1.1.1.1", "1.1.1.1, 10.0.0.1", id="a token"),
        pytest.param("For=1.1.1.1", "1.1.1.1, 10.0.0.1", id="in any case"),
        pytest.param('for="1.1.1.1"', "1.1.1.1, 10.0.0.1", id="quoted"),
        pytest.param('for="[2001:db8::1]:80"', "2001:db8::1, 10.0.0.1", id="IPv6"),
        pytest.param('for="1.1.1.1:_p"', "1.1.1.1, 10.0.0.1", id="a hidden port"),
        pytest.param('for="[::1]:_p-1.a"', "::1, 10.0.0.1", id="a hidden port of IPv6"),
        pytest.param('for="1.1.1.1:_"', "10.0.0.1", id="an empty hidden port"),
        pytest.param('for="1.1.1.1:_p p"', "10.0.0.1", id="a hidden port with a space"),
        pytest.param("for=1.1.1.1;proto=http;by=2.2.2.2", "1.1.1.1, 10.0.0.1", id="more parameters"),
        pytest.param("proto=http;for=1.1.1.1", "1.1.1.1, 10.0.0.1", id="in another order"),
        pytest.param("for=1.1.1.1; proto=http ;", "1.1.1.1, 10.0.0.1", id="white space and an empty parameter"),
        pytest.param(";;for=1.1.1.1", "1.1.1.1, 10.0.0.1", id="empty parameters"),
        pytest.param("for=1.1.1.1;odd=a;odd=b", "1.1.1.1, 10.0.0.1", id="what is not known"),
        pytest.param('for=1.1.1.1;odd="a, for=2.2.2.2"', "1.1.1.1, 10.0.0.1", id="a comma in quotes"),
        pytest.param('for=1.1.1.1;odd="a;for=2.2.2.2"', "1.1.1.1, 10.0.0.1", id="a semicolon in quotes"),
        pytest.param('for=1.1.1.1;odd="a\\", for=2.2.2.2"', "1.1.1.1, 10.0.0.1", id="an escaped quote"),
        pytest.param('for=1.1.1.1;odd="a\\\\"', "1.1.1.1, 10.0.0.1", id="an escaped backslash"),
        pytest.param("for=1.1.1.1, for=10.2.2.2", "1.1.1.1, 10.2.2.2, 10.0.0.1", id="two"),
        pytest.param("for=1.1.1.1,,for=10.2.2.2,", "1.1.1.1, 10.2.2.2, 10.0.0.1", id="and empty elements"),
        pytest.param("for=unknown", "10.0.0.1", id="unknown"),
        pytest.param("for=_hidden", "10.0.0.1", id="obfuscated"),
        pytest.param("for=1.1.1.1, for=_hidden", "10.0.0.1", id="what is before one that is obfuscated"),
        pytest.param("proto=http", "10.0.0.1", id="no node"),
        pytest.param("for=", "10.0.0.1", id="nothing"),
        pytest.param('for=""', "10.0.0.1", id="nothing, quoted"),
        pytest.param("for", "10.0.0.1", id="no equals sign"),
        pytest.param("=1.1.1.1", "10.0.0.1", id="no name"),
        pytest.param("for =1.1.1.1", "10.0.0.1", id="white space before the equals sign"),
        pytest.param("for= 1.1.1.1", "10.0.0.1", id="white space behind it"),
        pytest.param("for=1.1.1.1 proto=http", "10.0.0.1", id="no semicolon"),
        pytest.param("for=1.1.1.1:80", "10.0.0.1", id="a port that is not quoted"),
        pytest.param("for=[::1]", "10.0.0.1", id="IPv6 that is not quoted"),
        pytest.param("for=1.1.1.1;for=2.2.2.2", "10.0.0.1", id="two nodes in one element"),
        pytest.param("for=1.1.1.1;host=a;host=b", "10.0.0.1", id="two hosts"),
        pytest.param("for=1.1.1.1;proto=http;proto=https", "10.0.0.1", id="two schemes"),
        pytest.param('for="1.1.1.1', "10.0.0.1", id="a quote that is not closed"),
        pytest.param('for="1.1.1.1\\"', "10.0.0.1", id="a quote whose end is escaped"),
        pytest.param('for="1.1.1.1"x', "10.0.0.1", id="something behind a quote"),
        pytest.param('for=1.1.1.1"', "10.0.0.1", id="a quote that is not opened"),
        pytest.param('for="\\1.1.1.1"', "10.0.0.1", id="an escape in an address"),
        pytest.param("for=1.1.1.1;by=", "10.0.0.1", id="nothing behind another name"),
        pytest.param("by=;for=1.1.1.1", "10.0.0.1", id="nothing before a semicolon"),
        pytest.param("1.1.1.1", "10.0.0.1", id="an address alone"),
        pytest.param('for=6.6.6.6;x=", for=1.1.1.1', "1.1.1.1, 10.0.0.1", id="a client that leaves a quote open"),
        pytest.param('"\\, for=1.1.1.1', "1.1.1.1, 10.0.0.1", id="and escapes what comes"),
        pytest.param(
            'x=", for="[2001:db8::1]:80";host="a:80"', "2001:db8::1, 10.0.0.1", id="before one that is quoted, too"
        ),
    ],
)
def test_elements(value: str, found: str) -> None:
    assert chain(f"Forwarded: {value}\r\n".encode(), RFC_7239) == found


def test_what_is_before_a_malformed_element_is_not_read() -> None:
    assert chain(b"Forwarded: for=6.6.6.6, for=x, for=10.2.2.2\r\n", RFC_7239) == "10.2.2.2, 10.0.0.1"
    assert chain(b"Forwarded: for=6.6.6.6, x\r\nForwarded: for=10.2.2.2\r\n", RFC_7239) == "10.2.2.2, 10.0.0.1"


def test_the_clients_own_element_tells_what_it_asked_for() -> None:
    fields = (
        b"Forwarded: for=6.6.6.6;host=spoof;proto=http, for=1.1.1.1;host=a;proto=https\r\n"
        b"Forwarded: for=10.2.2.2;host=b;proto=http\r\n"
    )
    told, _ = read(fields, ways=RFC_7239)
    assert client(fields, RFC_7239) == "1.1.1.1"
    assert (part("host", fields, RFC_7239), told.secure) == ("a", 1)
    last = b"Forwarded: for=10.1.1.1;host=a, for=10.2.2.2;host=b;proto=http\r\n"
    assert (part("host", last, RFC_7239), read(last, ways=RFC_7239)[0].secure) == ("a", -1)


def test_the_other_family_is_not_looked_at() -> None:
    fields = b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: a\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\n"
    told, trusted = read(fields, ways=RFC_7239)
    assert trusted
    assert (told.count, told.secure, told.host_size, told.port_size, told.prefix_size) == (1, -1, 0, 0, 0)
    assert chain(b"Forwarded: for=1.1.1.1\r\n", X_FORWARDED | RFC_7239) == "10.0.0.1"
    assert chain(b"X-Forwarded-For: 1.1.1.1\r\n", X_FORWARDED | RFC_7239) == "1.1.1.1, 10.0.0.1"


ANYTHING = st.text(st.sampled_from('for=1.6;,"\\ [:]x_'), max_size=24) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=24
)
WRITTEN = st.sampled_from(
    [
        "for=1.1.1.1",
        'for="1.1.1.1:80"',
        "for=1.1.1.1;host=a;proto=https",
        'host="a, \\", for=6.6.6.6";for=1.1.1.1',
        'by="[::1]:1";for="1.1.1.1"',
    ]
)


@given(ANYTHING, WRITTEN, st.sampled_from([", ", ",", " , ", "\r\nForwarded: "]))
@example('"\\', "for=1.1.1.1", ",")
def test_whatever_a_client_sends_hides_nothing_that_a_proxy_adds(sent: str, added: str, between: str) -> None:
    assert client(f"Forwarded: {sent}{between}{added}\r\n".encode(), RFC_7239) == "1.1.1.1"


@given(ANYTHING, st.sampled_from([", ", ",", "\r\nX-Forwarded-For: "]))
def test_nor_in_the_other_family(sent: str, between: str) -> None:
    assert client(f"X-Forwarded-For: {sent}{between}1.1.1.1\r\n".encode()) == "1.1.1.1"


TOKEN = st.text(st.sampled_from("abz019-._~!#$%&'*+^`|"), min_size=1, max_size=6)
QUOTED = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8).map(
    lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
)
NODE = st.one_of(FOUR, FOUR.map(lambda one: f'"{one}:80"'), SIX.map(lambda one: f'"[{one}]"'))


@st.composite
def sound(draw: st.DrawFn) -> tuple[str, str]:
    """Draw an element of the grammar, and the address that stands in it."""
    inner = draw(NODE)
    pairs = [f"for={inner}"]
    pairs += [f"x{place}={value}" for place, value in enumerate(draw(st.lists(TOKEN | QUOTED, max_size=3)))]
    pairs += [f"host={draw(TOKEN | QUOTED)}"] * draw(st.booleans())
    address = node(inner.strip('"'))
    return ";".join(draw(st.permutations(pairs))), str(address)


@given(st.lists(sound(), max_size=6), st.sampled_from([", ", ",", "\r\nForwarded: "]))
def test_every_element_of_the_grammar_is_read(elements: list[tuple[str, str]], between: str) -> None:
    fields = f"Forwarded: {between.join(text for text, _ in elements)}\r\n".encode()
    assert chain(fields, RFC_7239) == ", ".join([*[address for _, address in elements], "10.0.0.1"])
