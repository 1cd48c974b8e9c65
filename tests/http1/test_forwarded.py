"""Who a request comes from, as trusted proxies tell it: held against a plain model, and case by case."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.http.networks import Networks
from lumina.http1.fields import Fields
from lumina.http1.forwarded import Forwarded
from tests.http1.told import FOUR, NODES, PEER, RFC_7239, SIX, TRUSTED, X_FORWARDED, chain, client, node, part, read

PARTS = ("host", "port", "prefix", "id")


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        (b"10.0.0.1", True),
        (b"11.0.0.1", False),
        (b"::ffff:10.9.9.9", True),
        (b"fd12::1", True),
        (b"fe80::1", False),
        (b"", False),
        (b"unix", False),
    ],
)
def test_who_is_trusted(peer: bytes, trusted: bool) -> None:
    assert read(b"", peer=peer)[1] is trusted


def test_nobody_is_trusted_without_a_list() -> None:
    told = Forwarded()
    assert not told.trusting
    told.configure(Networks(["::/0"]), X_FORWARDED)
    assert told.trusting


@pytest.mark.parametrize(
    ("value", "node"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:80", "1.2.3.4"),
        ("1.2.3.4:65535", "1.2.3.4"),
        ("1.2.3.4:0", "1.2.3.4"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:1.2.3.4]:5", "1.2.3.4"),
        ("::ffff:102:304", "1.2.3.4"),
    ],
)
def test_nodes(value: str, node: str) -> None:
    assert chain(f"X-Forwarded-For: {value}\r\n".encode()) == f"{node}, 10.0.0.1"
    quoted = f'Forwarded: for="{value}"\r\n'.encode()
    if ":" not in value or value.startswith("[") or "." in value:
        assert chain(quoted, RFC_7239) == f"{node}, 10.0.0.1"


@pytest.mark.parametrize(
    "value",
    [
        "unknown",
        "_hidden",
        "-",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "256.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:a",
        "1.2.3.4:_hidden",
        "1.2.3.4:65536",
        "1.2.3.4:000080",
        "1.2.3.4:80:80",
        "1.2.3.4 80",
        "1.2.3.4/8",
        "[1.2.3.4]",
        "[::1",
        "::1]",
        "[::1]80",
        "[::1]:",
        "[::1]:a",
        "[]",
        "[",
        "::1%eth0",
        "[::1%25eth0]",
        "1::2::3",
        ":::",
        '"1.2.3.4"',
        "http://1.2.3.4",
        "a.example",
        "0x7f.1",
        "2130706433",
        "1.2.3.4;5.6.7.8",
        "\xe9",
    ],
)
def test_what_is_no_node_ends_the_walk(value: str) -> None:
    fields = f"X-Forwarded-For: 6.6.6.6, {value}, 10.0.0.2\r\n".encode("latin-1")
    assert chain(fields) == "10.0.0.2, 10.0.0.1"
    assert client(fields) == "10.0.0.2"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param(b"", "10.0.0.1", id="nothing is told"),
        pytest.param(b"X-Forwarded-For: 1.1.1.1\r\n", "1.1.1.1", id="one"),
        pytest.param(b"X-Forwarded-For: 6.6.6.6, 1.1.1.1\r\n", "1.1.1.1", id="one that says it is another"),
        pytest.param(b"X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.3.3.3\r\n", "1.1.1.1", id="behind a second proxy"),
        pytest.param(b"X-Forwarded-For: 10.6.6.6, 1.1.1.1\r\n", "1.1.1.1", id="one that says it is a proxy"),
        pytest.param(b"X-Forwarded-For: 10.6.6.6\r\n", "10.6.6.6", id="a proxy itself"),
        pytest.param(b"X-Forwarded-For: 10.7.7.7, 10.6.6.6\r\n", "10.7.7.7", id="proxies alone"),
        pytest.param(b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 10.3.3.3\r\n", "1.1.1.1", id="two lines"),
        pytest.param(
            b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n", "2.2.2.2", id="the last line is last"
        ),
        pytest.param(b"X-Forwarded-For: 1.1.1.1\r\nA: b\r\nx-forwarded-for:\r\n", "1.1.1.1", id="an empty line"),
        pytest.param(b"X-Forwarded-For: , 1.1.1.1 ,\t,\r\n", "1.1.1.1", id="empty elements"),
        pytest.param(b"X-Forwarded-For: ,,,\r\n", "10.0.0.1", id="empty elements alone"),
        pytest.param(b"X-Forwarded-For:1.1.1.1,10.3.3.3\r\n", "1.1.1.1", id="no white space"),
        pytest.param(b"X_Forwarded_For: 1.1.1.1\r\n", "10.0.0.1", id="underscores"),
        pytest.param(b"X-Real-IP: 1.1.1.1\r\n", "10.0.0.1", id="another field"),
        pytest.param(b"Forwarded: for=1.1.1.1\r\n", "10.0.0.1", id="the other family"),
        pytest.param(b"X-Forwarded-For: fd00::2\r\n", "fd00::2", id="a proxy by IPv6"),
        pytest.param(b"X-Forwarded-For: 1::1, fd00::2\r\n", "1::1", id="a client by IPv6"),
        pytest.param(b"X-Forwarded-For: 1.1.1.1, ::ffff:10.2.2.2\r\n", "1.1.1.1", id="a proxy, mapped"),
    ],
)
def test_the_client(fields: bytes, found: str) -> None:
    assert client(fields) == found


def test_a_walk_has_its_bound() -> None:
    many = ", ".join(f"10.1.0.{number}" for number in range(200))
    told, _ = read(f"X-Forwarded-For: 1.1.1.1, {many}\r\n".encode())
    assert told.count == NODES
    assert told.chain()[0] == f"10.1.0.{200 - (NODES - 1)}"
    assert told.client == NODES - 1


ELEMENT = st.one_of(
    FOUR,
    SIX,
    FOUR.map(lambda one: f"{one}:80"),
    SIX.map(lambda one: f"[{one}]"),
    SIX.map(lambda one: f"[{one}]:443"),
    FOUR.map(lambda one: f"::ffff:{one}"),
    st.just(""),
    st.text('0123456789abcdf.:[]%_" ', max_size=12).map(str.strip),
)


def model(lists: list[list[str]]) -> tuple[str, str]:
    """Return the client and the chain that is left, by walking a list of Python."""
    networks = [ipaddress.ip_network(one) for one in TRUSTED]
    found = [ipaddress.ip_address(PEER.decode())]
    for text in reversed([element for elements in lists for element in elements if element]):
        address = node(text)
        if address is None or len(found) == NODES:
            break
        found.append(address)
    strangers = [one for one in found[1:] if not any(one in network for network in networks)]
    first = strangers[0] if strangers else found[-1]
    return str(first), ", ".join(str(one) for one in reversed(found))


@given(st.lists(st.lists(ELEMENT.filter(lambda text: "," not in text), max_size=6), max_size=4))
@example([["1.1.1.1", "10.0.0.2:1"], ["[fd00::1]:2", "", "10.3.3.3"]])
def test_the_walk_is_the_models(lists: list[list[str]]) -> None:
    fields = "".join(f"X-Forwarded-For: {', '.join(elements)}\r\n" for elements in lists).encode()
    assert (client(fields), chain(fields)) == model(lists)


# What was asked for.


@pytest.mark.parametrize(
    ("value", "secure"),
    [("https", 1), ("HTTPS", 1), ("wss", 1), ("http", 0), ("ws", 0), ("ftp", -1), ("", -1), ("https,http", -1)],
)
def test_the_scheme(value: str, secure: int) -> None:
    assert read(f"X-Forwarded-Proto: {value}\r\n".encode())[0].secure == secure
    assert read(f'Forwarded: for=1.1.1.1;proto="{value}"\r\n'.encode(), ways=RFC_7239)[0].secure == secure


@pytest.mark.parametrize("value", ["a.example", "a.example:8443", "[::1]:80", "1.2.3.4", "xn--a"])
def test_the_host(value: str) -> None:
    assert part("host", f"X-Forwarded-Host: {value}\r\n".encode()) == value
    assert part("host", f'Forwarded: for=1.1.1.1;host="{value}"\r\n'.encode(), RFC_7239) == value


@pytest.mark.parametrize(
    "value", ["", "a, b", "a/b", "user@a", "a:b", "a:99999", "a b", "[::1", "http://a", "a\\b", "\xe9"]
)
def test_what_is_no_host(value: str) -> None:
    assert part("host", f"X-Forwarded-Host: {value}\r\n".encode("latin-1")) is None
    assert part("host", f'Forwarded: for=1.1.1.1;host="{value}"\r\n'.encode("latin-1"), RFC_7239) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [("1", "1"), ("65535", "65535"), ("0", None), ("65536", None), ("+1", None), ("", None), ("1, 2", None)],
)
def test_the_port(value: str, found: str | None) -> None:
    assert part("port", f"X-Forwarded-Port: {value}\r\n".encode()) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("/a", "/a"),
        ("/a/b.c/", "/a/b.c"),
        ("/a//", "/a"),
        ("/", None),
        ("", None),
        ("a", None),
        ("//evil.example", None),
        ("/a//b", None),
        ("/../a", None),
        ("/a/./b", None),
        ("/a?b", None),
        ("/a%2fb", None),
        ("/a\\b", None),
        ("/a, /b", None),
        ("/a,/b", None),
        ("/" + "a" * 1024, None),
    ],
)
def test_the_prefix(value: str, found: str | None) -> None:
    assert part("prefix", f"X-Forwarded-Prefix: {value}\r\n".encode()) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a", True),
        ("0192f1a0-7b7a-7c3a-9d3e-1f2b3c4d5e6f", True),
        ("Root=1-67891233-abcdef012345678912345678", True),
        ("a+/~_.@:=Z9", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("a b", False),
        ('a"b', False),
        ("a\\b", False),
        ("<b>", False),
        ("a,b", False),
        ("a;b", False),
        ("\xe9", False),
    ],
)
@pytest.mark.parametrize("ways", [X_FORWARDED, RFC_7239])
def test_the_identifier(value: str, found: bool, ways: int) -> None:
    assert part("id", f"X-Request-ID: {value}\r\n".encode("latin-1"), ways) == (value if found else None)


@pytest.mark.parametrize(
    ("name", "value"), [("Host", "a"), ("Port", "1"), ("Prefix", "/a"), ("Proto", "https"), ("Request-ID", "a")]
)
def test_what_is_told_twice_is_not_told(name: str, value: str) -> None:
    name = "X-Request-ID" if name == "Request-ID" else f"X-Forwarded-{name}"
    told, _ = read(f"{name}: {value}\r\n{name.upper()}: {value}\r\n".encode())
    assert [getattr(told, f"{one}_size") for one in PARTS] == [0, 0, 0, 0]
    assert told.secure == -1


def test_nothing_is_left_of_the_request_before() -> None:
    head = Fields()
    fields = b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: a\r\nX-Forwarded-Proto: https\r\nX-Request-ID: b\r\n\r\n"
    told = Forwarded()
    told.configure(Networks(TRUSTED), X_FORWARDED)
    assert head.scan_bytes(fields) > 0
    assert told.read_bytes(head, fields, PEER)
    assert (told.count, told.client, told.secure, told.host_size, told.id_size) == (2, 1, 1, 1, 1)
    assert head.scan_bytes(b"\r\n") > 0
    assert told.read_bytes(head, b"\r\n", PEER)
    assert (told.count, told.client, told.secure, told.host_size, told.id_size) == (1, 0, -1, 0, 0)
