"""Field sections: the grammar of a line, and what the Connection field takes away (RFC 9112, section 5; RFC 9110)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.names import NAMES
from lumina.http1.fields import Fields
from lumina.http1.rules import RULES

TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEXT = bytes([9, *range(32, 127), *range(128, 256)])


def section(*lines: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def refusal(wire: bytes) -> str:
    fields = Fields()
    assert fields.scan_bytes(wire) == -2
    return RULES[fields.refusal].word


def forwarded(*lines: bytes) -> list[bytes]:
    """Scan a section and return the names of what is passed on."""
    wire = section(*lines)
    fields = Fields()
    assert fields.scan_bytes(wire) == len(wire)
    return [name for name, _ in fields.forwarded(wire)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        # RFC 9112, section 5: field-name ":" OWS field-value OWS
        pytest.param(b": a", "field-name-empty", id="5: no name"),
        pytest.param(b":", "field-name-empty", id="5: nothing but a colon"),
        pytest.param(b"a", "field-colon", id="5: no colon"),
        pytest.param(b"a b: c", "field-name-space", id="5.1: space in the name"),
        pytest.param(b"a : b", "field-name-space", id="5.1: space before the colon"),
        pytest.param(b"a\t: b", "field-name-space", id="5.1: tab before the colon"),
        pytest.param(b"Content-Length : 1", "field-name-space", id="5.1: space after a known name"),
        pytest.param(b" a: b", "obs-fold", id="5.2: space first"),
        pytest.param(b"\ta: b", "obs-fold", id="5.2: tab first"),
        pytest.param(b"a: b\r\n c", "obs-fold", id="5.2: folded"),
        pytest.param(b"a: b\r\n\tc", "obs-fold", id="5.2: folded with a tab"),
        pytest.param(b"a: b\r\n ", "obs-fold", id="5.2: folded, empty"),
        pytest.param(b"a:\r\n b", "obs-fold", id="5.2: folded before the value"),
        # RFC 9110, section 5.1: the name is a token
        pytest.param(b"a(b): c", "field-name", id="5.1: brackets"),
        pytest.param(b"a[b]: c", "field-name", id="5.1: square brackets"),
        pytest.param(b"a/b: c", "field-name", id="5.1: slash"),
        pytest.param(b'"a": c', "field-name", id="5.1: quotes"),
        pytest.param(b"a@b: c", "field-name", id="5.1: at sign"),
        pytest.param(b"a,b: c", "field-name", id="5.1: comma"),
        pytest.param(b"a;b: c", "field-name", id="5.1: semicolon"),
        pytest.param(b"a=b", "field-name", id="5.1: equals sign"),
        pytest.param(b"a\x00: b", "field-name", id="5.1: NUL"),
        pytest.param(b"a\x0b: b", "field-name", id="5.1: vertical tab"),
        pytest.param(b"a\x7f: b", "field-name", id="5.1: DEL"),
        pytest.param(b"\xc3\xa9: b", "field-name", id="5.1: UTF-8"),
        pytest.param(b"a\xa0: b", "field-name", id="5.1: a space of Latin-1"),
        # section 5.5: the value has no controls
        pytest.param(b"a: \x00", "field-value", id="5.5: NUL"),
        pytest.param(b"a: b\x00c", "field-value", id="5.5: NUL inside"),
        pytest.param(b"a:\x01b", "field-value", id="5.5: control at once"),
        pytest.param(b"a: b\x07", "field-value", id="5.5: bell"),
        pytest.param(b"a: b\x08c", "field-value", id="5.5: backspace"),
        pytest.param(b"a: b\x0bc", "field-value", id="5.5: vertical tab"),
        pytest.param(b"a: b\x0cc", "field-value", id="5.5: form feed"),
        pytest.param(b"a: b\x1bc", "field-value", id="5.5: escape"),
        pytest.param(b"a: b\x1fc", "field-value", id="5.5: the last control"),
        pytest.param(b"a: b\x7fc", "field-value", id="5.5: DEL"),
        # RFC 9112, section 2.2: CRLF
        pytest.param(b"a: b\nc: d", "bare-lf", id="2.2: LF ends a line"),
        pytest.param(b"a: b\rc: d", "bare-cr", id="2.2: CR ends a line"),
        pytest.param(b"a: b\r\rc: d", "bare-cr", id="2.2: two CR"),
        pytest.param(b"a\n: b", "bare-lf", id="2.2: LF in the name"),
        pytest.param(b"a\r: b", "field-colon", id="2.2: CR in the name"),
        pytest.param(b"\n", "bare-lf", id="2.2: LF for an empty line"),
        pytest.param(b"\rX: a", "bare-cr", id="2.2: CR first"),
    ],
)
def test_lines_are_refused(line: bytes, rule: str) -> None:
    assert refusal(section(line)) == rule
    assert refusal(section(b"Before: x", line)) == rule


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        pytest.param(b"a: b", b"a", b"b", id="plain"),
        pytest.param(b"a:b", b"a", b"b", id="no space"),
        pytest.param(b"a: \t b \t ", b"a", b"b", id="white space around"),
        pytest.param(b"a: b \t c", b"a", b"b \t c", id="white space inside"),
        pytest.param(b"a:", b"a", b"", id="empty"),
        pytest.param(b"a:  \t", b"a", b"", id="white space alone"),
        pytest.param(b"a: :b: ", b"a", b":b:", id="colons"),
        pytest.param(TOKEN + b": x", TOKEN, b"x", id="every octet of a name"),
        pytest.param(b"a: x" + TEXT + b"x", b"a", b"x" + TEXT + b"x", id="every octet of a value"),
        pytest.param(b"a: caf\xc3\xa9", b"a", b"caf\xc3\xa9", id="obs-text"),
        pytest.param(b"a: " + b"b" * 5000, b"a", b"b" * 5000, id="long value"),
    ],
)
def test_lines_are_understood(line: bytes, name: bytes, value: bytes) -> None:
    wire = section(line, b"Next: y")
    fields = Fields()
    assert fields.scan_bytes(wire) == len(wire)
    assert fields.pairs(wire) == [(name, value), (b"Next", b"y")]


def test_order_case_and_repetition_are_kept() -> None:
    lines = [b"b: 2", b"A: 1", b"b: 3", b"a: 4", b"Set-Cookie: x", b"Set-Cookie: y"]
    wire = section(*lines)
    fields = Fields()
    fields.scan_bytes(wire)
    assert [name + b": " + value for name, value in fields.pairs(wire)] == lines


def test_an_empty_section() -> None:
    fields = Fields()
    assert (fields.scan_bytes(b"\r\n"), fields.count) == (2, 0)


@pytest.mark.parametrize(("count", "taken"), [(2, True), (3, False)])
def test_the_count_is_bounded(count: int, taken: bool) -> None:
    wire = section(*[b"a: b"] * count)
    fields = Fields()
    assert fields.scan_bytes(wire, 2) == (len(wire) if taken else -2)
    assert RULES[fields.refusal].word == ("none" if taken else "field-count")


OF_THIS_HOP = [
    b"Connection",
    b"Content-Length",
    b"Transfer-Encoding",
    b"TE",
    b"Upgrade",
    b"Keep-Alive",
    b"Proxy-Connection",
    b"Proxy-Authenticate",
    b"Proxy-Authorization",
]


@pytest.mark.parametrize("name", OF_THIS_HOP)
def test_fields_of_this_hop_are_not_passed_on(name: bytes) -> None:
    assert forwarded(name + b": x", b"A: b", name.lower() + b": x") == [b"A"]


@pytest.mark.parametrize("name", [b"Trailer", b"Expect", b"Via", b"Forwarded", b"Host", b"Date", b"Max-Forwards"])
def test_fields_for_all_are_passed_on(name: bytes) -> None:
    assert forwarded(name + b": x", b"A: b") == [name, b"A"]


@pytest.mark.parametrize(
    ("connection", "rest"),
    [
        pytest.param(b"X-A", [b"X-B"], id="one"),
        pytest.param(b"x-a,X-b", [], id="two, in another case"),
        pytest.param(b" , x-a ,, x-b, ", [], id="empty members"),
        pytest.param(b"close, X-B", [b"X-A"], id="beside close"),
        pytest.param(b"X-AB", [b"X-A", b"X-B"], id="a name that is not there"),
        pytest.param(b"X-A x", [b"X-A", b"X-B"], id="no token"),
        pytest.param(b'"X-A"', [b"X-A", b"X-B"], id="quoted"),
        pytest.param(b"X_A", [b"X-B"], id="an underscore in the name of the option"),
    ],
)
def test_connection_takes_away_what_it_names(connection: bytes, rest: list[bytes]) -> None:
    assert forwarded(b"X-A: 1", b"Connection: " + connection, b"X-B: 2") == rest


def test_connection_fields_add_up() -> None:
    assert forwarded(b"Connection: X-A", b"X-A: 1", b"X-B: 1", b"X-C: 1", b"connection: x-b", b"X-A: 2") == [b"X-C"]


def test_connection_takes_away_what_announces_trailers() -> None:
    assert forwarded(b"Connection: Trailer", b"Trailer: X-T", b"A: b") == [b"A"]


ENDURING = [name for name in NAMES[1:] if name.title() not in (*OF_THIS_HOP, b"Te", b"Trailer")]


@pytest.mark.parametrize("name", ENDURING, ids=bytes.decode)
def test_connection_cannot_take_away_what_is_for_all(name: bytes) -> None:
    assert forwarded(b"Connection: " + name, name + b": x", b"A: b") == [name, b"A"]


def test_connection_options_are_bounded() -> None:
    options = [b"x-%d" % number for number in range(65)]
    assert forwarded(b"Connection: " + b",".join(options[:64]), b"x-63: a", b"x-64: b") == [b"x-64"]
    assert refusal(section(b"Connection: " + b",".join(options[:40]), b"Connection: " + b",".join(options[40:]))) == (
        "connection-options"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(b"close", (True, False, False), id="close"),
        pytest.param(b"CLOSE", (True, False, False), id="in capitals"),
        pytest.param(b"keep-alive", (False, True, False), id="keep-alive"),
        pytest.param(b"keep_alive", (False, False, False), id="keep-alive with an underscore"),
        pytest.param(b"upgrade, keep-alive", (False, True, True), id="two"),
        pytest.param(b"close,close\t,\tupgrade", (True, False, True), id="tabs and repetition"),
        pytest.param(b"closed, keep, upgrades", (False, False, False), id="other words"),
        pytest.param(b"", (False, False, False), id="nothing"),
    ],
)
def test_what_connection_says(value: bytes, said: tuple[bool, bool, bool]) -> None:
    fields = Fields()
    fields.scan_bytes(section(b"Connection: " + value))
    assert (fields.close, fields.keep_alive, fields.upgrade) == said


@pytest.mark.parametrize(
    "name",
    [
        b"Content_Length",
        b"content_length",
        b"Transfer_Encoding",
        b"X_Forwarded_For",
        b"X-Forwarded_For",
        b"Max_Forwards",
    ],
)
def test_underscores_do_not_make_a_known_name(name: bytes) -> None:
    assert forwarded(name + b": 1", b"A_B: c") == [b"A_B"]


@pytest.mark.parametrize("name", [b"X_Forwarded_Ssl", b"x-forwarded_user", b"X_FORWARDED", b"X-Forwarded-Client_Cert"])
def test_underscores_do_not_make_one_of_the_family(name: bytes) -> None:
    assert forwarded(name + b": a", b"B: c") == [b"B"]


@pytest.mark.parametrize("name", [b"X_Forwardeds", b"X_Forward", b"X_Y", b"Y_Forwarded_Ssl", b"X-Forwarded-Ssl"])
def test_what_is_not_one_of_it_is_passed_on(name: bytes) -> None:
    assert forwarded(name + b": a") == [name]


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_nothing_behind_the_end_is_seen(data: bytes, behind: bytes) -> None:
    fields, other = Fields(), Fields()
    wire = b"a: " + data
    found = fields.scan_bytes(wire)
    assert other.scan_bytes(wire + behind, end=len(wire)) == found
    assert (other.refusal, other.pairs(wire)) == (fields.refusal, fields.pairs(wire))
