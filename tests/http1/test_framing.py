"""How a body ends: what Content-Length and Transfer-Encoding may say, and what they may not (RFC 9112, section 6)."""

import pytest

from lumina.http1.request import RequestHead
from lumina.http1.response import ResponseHead
from lumina.http1.rules import RULES

NONE, LENGTH, CHUNKED, UNTIL_CLOSE = range(4)


def request(*fields: bytes, method: bytes = b"POST", version: bytes = b"1.1") -> tuple[str, int, int]:
    """Parse a request, and return the rule it breaks, its kind of body, and its content length."""
    lines = [method + b" / HTTP/" + version, b"Host: h.test", *fields, b"", b""]
    head = RequestHead()
    head.parse_bytes(b"\r\n".join(lines))
    return RULES[head.refusal].word, head.body, head.content_length


def response(*fields: bytes, status: int = 200, method: int = 1, version: bytes = b"1.1") -> tuple[str, int, int]:
    """Parse a response to a request of `method` (GET, if nothing is said), and return the same."""
    lines = [b"HTTP/%s %d OK" % (version, status), *fields, b"", b""]
    head = ResponseHead()
    head.parse_bytes(b"\r\n".join(lines), method)
    return RULES[head.refusal].word, head.body, head.content_length


@pytest.mark.parametrize(
    ("value", "length"),
    [
        pytest.param(b"0", 0, id="zero"),
        pytest.param(b"5", 5, id="one digit"),
        pytest.param(b"005", 5, id="leading zeros"),
        pytest.param(b" 5\t", 5, id="white space around"),
        pytest.param(b"0" * 100 + b"7", 7, id="a hundred zeros"),
        pytest.param(b"1152921504606846976", 2**60, id="the largest"),
    ],
)
def test_a_content_length_is_read(value: bytes, length: int) -> None:
    assert request(b"Content-Length: " + value) == ("none", LENGTH, length)
    assert response(b"Content-Length: " + value) == ("none", LENGTH, length)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"+5", id="plus"),
        pytest.param(b"-5", id="minus"),
        pytest.param(b"-0", id="minus zero"),
        pytest.param(b"0x5", id="hexadecimal"),
        pytest.param(b"0o5", id="octal"),
        pytest.param(b"5.0", id="fraction"),
        pytest.param(b"5e1", id="exponent"),
        pytest.param(b"1_0", id="underscore"),
        pytest.param(b"1 0", id="space inside"),
        pytest.param(b"1\t0", id="tab inside"),
        pytest.param(b"5;", id="semicolon"),
        pytest.param(b"abc", id="letters"),
        pytest.param(b"5x", id="letter at the end"),
        pytest.param(b'"5"', id="quoted"),
        pytest.param(b"\xb2", id="a digit of Latin-1"),
        pytest.param(b"\xd9\xa5", id="a digit of another script"),
        pytest.param(b"1152921504606846977", id="one too large"),
        pytest.param(b"9223372036854775808", id="2**63"),
        pytest.param(b"18446744073709551621", id="2**64 + 5"),
        pytest.param(b"9" * 100, id="a hundred digits"),
        pytest.param(b",", id="empty members"),
        pytest.param(b"5,", id="empty member at the end"),
        pytest.param(b",5", id="empty member first"),
    ],
)
def test_a_content_length_is_refused(value: bytes) -> None:
    assert request(b"Content-Length: " + value)[0] == "content-length"
    assert response(b"Content-Length: " + value)[0] == "content-length"


@pytest.mark.parametrize(
    ("fields", "in_request", "in_response"),
    [
        pytest.param([b"5", b"5"], "content-length-repeated", "none", id="two fields, equal"),
        pytest.param([b"5", b"6"], "content-length-repeated", "content-length-repeated", id="two fields"),
        pytest.param([b"5, 5"], "content-length", "none", id="a list, equal"),
        pytest.param([b"5,05 , 5"], "content-length", "none", id="a list, equal as numbers"),
        pytest.param([b"5, 6"], "content-length", "content-length-repeated", id="a list"),
        pytest.param([b"5", b"5, 6"], "content-length-repeated", "content-length-repeated", id="a field and a list"),
        pytest.param([b"5", b"x"], "content-length-repeated", "content-length", id="a field and letters"),
    ],
)
def test_several_content_lengths(fields: list[bytes], in_request: str, in_response: str) -> None:
    lines = [b"Content-Length: " + value for value in fields]
    assert request(b"A: b", *lines, b"C: d")[0] == in_request
    assert response(b"A: b", *lines, b"C: d")[0] == in_response


@pytest.mark.parametrize("value", [b"chunked", b"Chunked", b"CHUNKED", b"\tchunked ", b"chunked\t"])
def test_chunked(value: bytes) -> None:
    assert request(b"Transfer-Encoding: " + value) == ("none", CHUNKED, -1)
    assert response(b"Transfer-Encoding: " + value) == ("none", CHUNKED, -1)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        pytest.param([b"gzip, chunked"], "coding-unknown", id="gzip first"),
        pytest.param([b"gzip", b"chunked"], "coding-unknown", id="gzip first, in two fields"),
        pytest.param([b"identity, chunked"], "coding-unknown", id="identity first"),
        pytest.param([b"gzip;q=1, chunked"], "coding-unknown", id="a parameter first"),
        pytest.param([b""], "coding-order", id="empty"),
        pytest.param([b","], "coding-order", id="empty members"),
        pytest.param([b"gzip"], "coding-order", id="gzip alone"),
        pytest.param([b"identity"], "coding-order", id="identity alone"),
        pytest.param([b"chunked, gzip"], "coding-order", id="chunked first"),
        pytest.param([b"chunked, chunked"], "coding-order", id="chunked twice"),
        pytest.param([b"chunked", b"chunked"], "coding-order", id="chunked in two fields"),
        pytest.param([b"chunked", b"identity"], "coding-order", id="identity after chunked"),
        pytest.param([b"chunked, gzip, chunked"], "coding-order", id="chunked around gzip"),
        pytest.param([b", chunked"], "coding-order", id="empty member first"),
        pytest.param([b"chunked,"], "coding-order", id="empty member at the end"),
        pytest.param([b"chunked", b""], "coding-order", id="an empty field more"),
        pytest.param([b"xchunked"], "coding-order", id="nearly chunked"),
        pytest.param([b"chunkedx"], "coding-order", id="more than chunked"),
        pytest.param([b"chunkedchunked"], "coding-order", id="chunkedchunked"),
        pytest.param([b"chunk"], "coding-order", id="less than chunked"),
        pytest.param([b"chunked;a=b"], "coding-order", id="a parameter"),
        pytest.param([b"chunked;"], "coding-order", id="an empty parameter"),
        pytest.param([b"chunked chunked"], "coding-order", id="a space between"),
        pytest.param([b'"chunked"'], "coding-order", id="quoted"),
        pytest.param([b"'chunked'"], "coding-order", id="in apostrophes"),
        pytest.param([b"chunked\xa0"], "coding-order", id="a space of Latin-1"),
        pytest.param([b"c\xebunked"], "coding-order", id="octet beyond ASCII"),
    ],
)
def test_other_codings_are_refused(values: list[bytes], rule: str) -> None:
    fields = [b"Transfer-Encoding: " + value for value in values]
    assert request(*fields)[0] == rule
    assert response(*fields)[0] == rule


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param([b"Content-Length: 5", b"Transfer-Encoding: chunked"], id="length first"),
        pytest.param([b"Transfer-Encoding: chunked", b"Content-Length: 5"], id="coding first"),
        pytest.param([b"Transfer-Encoding: chunked", b"Content-Length: 0"], id="length of zero"),
        pytest.param([b"Transfer-Encoding: gzip", b"Content-Length: x"], id="both wrong"),
        pytest.param([b"Transfer-Encoding:", b"Content-Length: 5"], id="empty coding"),
        pytest.param([b"tRANSFER-eNCODING: chunked", b"cONTENT-lENGTH: 5"], id="in another case"),
    ],
)
def test_length_and_coding_are_refused_together(fields: list[bytes]) -> None:
    assert request(*fields)[0] == response(*fields)[0] == "length-and-coding"


def test_http_1_0_knows_no_coding() -> None:
    assert request(b"Transfer-Encoding: chunked", version=b"1.0")[0] == "coding-version"
    assert response(b"Transfer-Encoding: chunked", version=b"1.0")[0] == "coding-version"
    assert request(b"Content-Length: 5", version=b"1.0") == ("none", LENGTH, 5)


@pytest.mark.parametrize("name", [b"Transfer_Encoding: chunked", b"Content_Length: 5", b"X-Content-Length: 5"])
def test_other_names_say_nothing(name: bytes) -> None:
    assert request(name) == ("none", NONE, -1)
    assert response(name) == ("none", UNTIL_CLOSE, -1)


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST", b"OPTIONS", b"DELETE", b"PURGE"])
def test_requests_of_any_method_may_have_content(method: bytes) -> None:
    assert request(method=method) == ("none", NONE, -1)
    assert request(b"Content-Length: 5", method=method) == ("none", LENGTH, 5)
    assert request(b"Transfer-Encoding: chunked", method=method) == ("none", CHUNKED, -1)


def test_trace_has_no_content() -> None:
    assert request(method=b"TRACE") == ("none", NONE, -1)
    assert request(b"Content-Length: 0", method=b"TRACE") == ("none", LENGTH, 0)
    assert request(b"Content-Length: 1", method=b"TRACE")[0] == "trace-content"
    assert request(b"Transfer-Encoding: chunked", method=b"TRACE")[0] == "trace-content"


@pytest.mark.parametrize(
    ("status", "method", "fields", "framing"),
    [
        # RFC 9112, section 6.3
        pytest.param(200, 1, [], (UNTIL_CLOSE, -1), id="nothing said"),
        pytest.param(200, 2, [], (NONE, -1), id="HEAD, nothing said"),
        pytest.param(200, 2, [b"Content-Length: 5"], (NONE, 5), id="HEAD and a length"),
        pytest.param(200, 2, [b"Transfer-Encoding: chunked"], (NONE, -1), id="HEAD and chunked"),
        pytest.param(304, 1, [b"Content-Length: 5"], (NONE, 5), id="304 and a length"),
        pytest.param(304, 1, [b"Transfer-Encoding: chunked"], (NONE, -1), id="304 and chunked"),
        pytest.param(304, 1, [], (NONE, -1), id="304, nothing said"),
        pytest.param(204, 1, [], (NONE, -1), id="204"),
        pytest.param(204, 1, [b"Content-Length: 5"], (NONE, -1), id="204 and a length that means nothing"),
        pytest.param(204, 1, [b"Content-Length: x"], (NONE, -1), id="204 and a length that is none"),
        pytest.param(100, 1, [b"Content-Length: 5"], (NONE, -1), id="100 and a length that means nothing"),
        pytest.param(103, 1, [], (NONE, -1), id="103"),
        pytest.param(101, 1, [], (NONE, -1), id="101"),
        pytest.param(205, 1, [b"Content-Length: 0"], (LENGTH, 0), id="205 and a length"),
        pytest.param(404, 1, [b"Content-Length: 5"], (LENGTH, 5), id="404 and a length"),
    ],
)
def test_responses(status: int, method: int, fields: list[bytes], framing: tuple[int, int]) -> None:
    assert response(*fields, status=status, method=method) == ("none", *framing)


@pytest.mark.parametrize("status", [100, 101, 103, 199, 204])
def test_a_response_without_content_has_no_coding(status: int) -> None:
    assert response(b"Transfer-Encoding: chunked", status=status)[0] == "coding-no-content"


def test_a_response_to_head_is_refused_for_what_a_get_would_be() -> None:
    assert response(b"Content-Length: x", method=2)[0] == "content-length"
    assert response(b"Transfer-Encoding: gzip", method=2)[0] == "coding-order"
