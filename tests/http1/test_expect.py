"""Expectations: 100-continue, and nothing else (RFC 9110, section 10.1.1)."""

import pytest

from lumina.http1.request import RequestHead
from lumina.http1.rules import RULES


def parsed(*fields: bytes, version: bytes = b"1.1") -> tuple[RequestHead, bytes]:
    wire = b"\r\n".join([b"POST / HTTP/" + version, b"Host: a", *fields, b"", b""])
    head = RequestHead()
    head.parse_bytes(wire)
    return head, wire


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([b"100-continue"], id="plain"),
        pytest.param([b"100-Continue"], id="another case"),
        pytest.param([b"100-continue, 100-continue"], id="a list"),
        pytest.param([b"100-continue", b"100-continue"], id="two fields"),
        pytest.param([b"100-continue,"], id="an empty member behind it"),
        pytest.param([b", ,\t,100-continue"], id="empty members before it"),
        pytest.param([b"100-continue ,, 100-continue ,"], id="empty members between"),
    ],
)
def test_continue_is_expected(values: list[bytes]) -> None:
    head, wire = parsed(b"Content-Length: 5", *[b"Expect: " + value for value in values], b"A: b")
    assert (head.refusal, head.expects_continue) == (0, True)
    told = [value.lower() for name, value in head.forwarded(wire) if name == b"Expect"]
    assert told == [b"100-continue"]  # that some servers read lists, and others do not, is nobody's to make use of


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([b"200-ok"], id="another"),
        pytest.param([b", x"], id="another behind an empty member"),
        pytest.param([b"", b"x"], id="another behind an empty field"),
        pytest.param([b"100-continue, x"], id="one more"),
        pytest.param([b"100-continue", b"x"], id="one more field"),
        pytest.param([b"100-continue; a=b"], id="a parameter"),
        pytest.param([b"100 continue"], id="nearly"),
        pytest.param([b'"100-continue"'], id="quoted"),
    ],
)
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_nothing_else_can_be_expected(values: list[bytes], version: bytes) -> None:
    head, _ = parsed(*[b"Expect: " + value for value in values], version=version)
    assert (RULES[head.refusal].word, RULES[head.refusal].status) == ("expect", 417)


@pytest.mark.parametrize("value", [b"", b",", b" , ,\t", b",\r\nExpect:"], ids=["nothing", "a comma", "several", "two"])
def test_an_empty_list_expects_nothing_and_goes_no_further(value: bytes) -> None:
    head, wire = parsed(b"Content-Length: 5", b"Expect: " + value, b"A: b")
    assert (head.refusal, head.expects_continue) == (0, False)
    assert head.forwarded(wire) == [(b"Host", b"a"), (b"A", b"b")]


def test_an_empty_field_takes_nothing_from_another() -> None:
    head, wire = parsed(b"Content-Length: 5", b"Expect: ,", b"Expect: 100-continue", b"Expect:")
    assert (head.refusal, head.expects_continue) == (0, True)
    assert (b"Expect", b"100-continue") in head.forwarded(wire)


def test_without_content_there_is_nothing_to_wait_for() -> None:
    head, wire = parsed(b"Expect: 100-continue")
    assert (head.refusal, head.expects_continue) == (0, False)
    assert (b"Expect", b"100-continue") in head.forwarded(wire)


def test_http_1_0_expects_nothing() -> None:
    head, wire = parsed(b"Content-Length: 5", b"Expect: 100-continue", b"A: b", version=b"1.0")
    assert (head.refusal, head.expects_continue) == (0, False)
    assert head.forwarded(wire) == [(b"Host", b"a"), (b"A", b"b")]
