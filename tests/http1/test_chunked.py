"""Chunked content: sizes, extensions, ends and trailers, however they arrive (RFC 9112, section 7.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http1.chunked import ChunkedDecoder
from lumina.http1.fields import Fields
from lumina.http1.rules import RULES

LAST = b"0\r\n\r\n"


def decoded(*pieces: bytes) -> tuple[bytes, bool, int]:
    """Feed the pieces, and return the content, whether the body ended, and how many octets were taken."""
    decoder, content, taken = ChunkedDecoder(), bytearray(), 0
    for piece in pieces:
        count = decoder.feed(piece, content)
        assert count >= 0, RULES[decoder.refusal].word
        taken += count
    return bytes(content), decoder.done, taken


def refusal(wire: bytes) -> str:
    decoder = ChunkedDecoder()
    assert decoder.feed(wire, bytearray()) == -2
    assert not decoder.done
    return RULES[decoder.refusal].word


def trailers(section: bytes) -> bytes | None:
    decoder = ChunkedDecoder()
    wire = b"0\r\n" + section + b"\r\n"
    assert decoder.feed(wire, bytearray()) == len(wire)
    return None if decoder.trailers is None else bytes(decoder.trailers)


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        pytest.param(b"", b"", id="no content"),
        pytest.param(b"3\r\nabc\r\n", b"abc", id="one chunk"),
        pytest.param(b"3\r\nabc\r\n2\r\nde\r\n", b"abcde", id="two chunks"),
        pytest.param(b"A\r\n0123456789\r\n", b"0123456789", id="upper-case digit"),
        pytest.param(b"a\r\n0123456789\r\n", b"0123456789", id="lower-case digit"),
        pytest.param(b"0003\r\nabc\r\n", b"abc", id="leading zeros"),
        pytest.param(b"000000000000003\r\nabc\r\n", b"abc", id="fifteen digits"),
        pytest.param(b"0" * 15 + b"3;x\r\nabc\r\n", b"abc", id="sixteen digits, the most of them zeros"),
        pytest.param(b"0" * 4000 + b"3\r\nabc\r\n", b"abc", id="thousands of zeros"),
        pytest.param(b"4\r\n\r\n\r\n\r\n", b"\r\n\r\n", id="line ends for content"),
        pytest.param(b"5\r\n0\r\n\r\n\r\n", b"0\r\n\r\n", id="the last chunk for content"),
        pytest.param(b"1;a\r\nx\r\n", b"x", id="extension"),
        pytest.param(b"1;a=b\r\nx\r\n", b"x", id="extension with a value"),
        pytest.param(b'1;a="b"\r\nx\r\n', b"x", id="quoted"),
        pytest.param(b'1;a="b;\\"c\\\\ \td"\r\nx\r\n', b"x", id="quoted, with all it may hold"),
        pytest.param(b'1;a="caf\xc3\xa9"\r\nx\r\n', b"x", id="quoted obs-text"),
        pytest.param(b'1;a=""\r\nx\r\n', b"x", id="quoted nothing"),
        pytest.param(b"1;a;b=c;d\r\nx\r\n", b"x", id="several"),
        pytest.param(b"1; a = b; c\r\nx\r\n", b"x", id="white space where it is bad but allowed"),
        pytest.param(b"1;a \t=\t b\r\nx\r\n", b"x", id="tabs too"),
        pytest.param(b"1 ;a\r\nx\r\n", b"x", id="white space before an extension"),
        pytest.param(b'1 \t ;a \t;b = c ;d\t ;e="f" \t; g\r\nx\r\n', b"x", id="white space before each"),
        pytest.param(b"1" + b" " * 4094 + b";a\r\nx\r\n", b"x", id="as much of it as an extension may have"),
        pytest.param(b"1;" + b"a" * 4095 + b"\r\nx\r\n", b"x", id="the longest extension"),
    ],
)
def test_decodes(wire: bytes, content: bytes) -> None:
    assert decoded(wire + LAST) == (content, True, len(wire + LAST))
    assert decoded(wire) == (content, False, len(wire))


WRONG = [
    pytest.param(b"\r\n", "chunk-size", id="no size"),
    pytest.param(b"\n", "chunk-size", id="LF alone"),
    pytest.param(b";a\r\n", "chunk-size", id="an extension without a size"),
    pytest.param(b" 3\r\n", "chunk-size", id="space first"),
    pytest.param(b" ;a\r\n", "chunk-size", id="space, and an extension without a size"),
    pytest.param(b"3 \r\n", "chunk-size", id="space after the size"),
    pytest.param(b"3\t\r\n", "chunk-size", id="tab after the size"),
    pytest.param(b"3 \n", "bare-lf", id="space, and LF after the size"),
    pytest.param(b"3 a\r\n", "chunk-size", id="space, and an extension without its sign"),
    pytest.param(b"3 =a\r\n", "chunk-size", id="space, and an equals sign"),
    pytest.param(b"3\x0b;a\r\n", "chunk-size", id="vertical tab before the extension"),
    pytest.param(b"3 ;\r\n", "chunk-extension", id="space, and no extension"),
    pytest.param(b"3 3\r\n", "chunk-size", id="space inside"),
    pytest.param(b"+3\r\n", "chunk-size", id="plus"),
    pytest.param(b"-3\r\n", "chunk-size", id="minus"),
    pytest.param(b"0x3\r\n", "chunk-size", id="prefix"),
    pytest.param(b"x3\r\n", "chunk-size", id="letter"),
    pytest.param(b"3g\r\n", "chunk-size", id="a letter that is no digit"),
    pytest.param(b"1_0\r\n", "chunk-size", id="underscore"),
    pytest.param(b'"3"\r\n', "chunk-size", id="quoted"),
    pytest.param(b"3,3\r\n", "chunk-size", id="comma"),
    pytest.param(b"\x00\r\n", "chunk-size", id="NUL"),
    pytest.param(b"3\x00\r\n", "chunk-size", id="NUL after the size"),
    pytest.param(b"\xef\xbc\x93\r\n", "chunk-size", id="a digit of another script"),
    pytest.param(b"1000000000000000\r\n", "chunk-size", id="sixteen digits"),
    pytest.param(b"0" * 100 + b"1000000000000000\r\n", "chunk-size", id="sixteen digits behind zeros"),
    pytest.param(b"0" * (15 + 4097), "chunk-extension-size", id="too many zeros"),
    pytest.param((b"0" * 4015 + b"1\r\nx\r\n") * 5, "chunk-extension-size", id="too many zeros in all"),
    pytest.param(b"FFFFFFFFFFFFFFFF0\r\n", "chunk-size", id="more than 64 bits"),
    pytest.param(b"3\nabc", "bare-lf", id="LF after the size"),
    pytest.param(b"3\rabc", "bare-cr", id="CR after the size"),
    pytest.param(b"3\r\r\nabc", "bare-cr", id="two CR after the size"),
    pytest.param(b"3;\r\n", "chunk-extension", id="no extension"),
    pytest.param(b"3; \r\n", "chunk-extension", id="white space for an extension"),
    pytest.param(b"3;;a\r\n", "chunk-extension", id="an empty extension"),
    pytest.param(b"3;=b\r\n", "chunk-extension", id="a value without a name"),
    pytest.param(b"3;a=\r\n", "chunk-extension", id="no value"),
    pytest.param(b"3;a=;b\r\n", "chunk-extension", id="no value before another"),
    pytest.param(b"3;a b\r\n", "chunk-extension", id="two names"),
    pytest.param(b"3;a \r\n", "chunk-extension", id="white space at the end"),
    pytest.param(b"3;a=b \r\n", "chunk-extension", id="white space after a value"),
    pytest.param(b'3;a="b"\t\r\n', "chunk-extension", id="tab after quotes"),
    pytest.param(b"3;a=b c\r\n", "chunk-extension", id="two values with white space"),
    pytest.param(b"3;a=b =c\r\n", "chunk-extension", id="two values with white space and a sign"),
    pytest.param(b"3;a ;\r\n", "chunk-extension", id="white space, and no next"),
    pytest.param(b"3;a=b=c\r\n", "chunk-extension", id="two values"),
    pytest.param(b"3;a[=b\r\n", "chunk-extension", id="no token for a name"),
    pytest.param(b"3;a=b[\r\n", "chunk-extension", id="no token for a value"),
    pytest.param(b'3;"a"=b\r\n', "chunk-extension", id="quoted name"),
    pytest.param(b'3;a="b\r\n', "chunk-extension", id="open quote"),
    pytest.param(b'3;a="b"c\r\n', "chunk-extension", id="more after the quote"),
    pytest.param(b'3;a="b\\\r\n', "chunk-extension", id="escaped line end"),
    pytest.param(b'3;a="\x00"\r\n', "chunk-extension", id="NUL in quotes"),
    pytest.param(b'3;a="\x7f"\r\n', "chunk-extension", id="DEL in quotes"),
    pytest.param(b'3;a="\\\x01"\r\n', "chunk-extension", id="escaped control"),
    pytest.param(b"3;\x00a\r\n", "chunk-extension", id="NUL"),
    pytest.param(b"3;a\x0b\r\n", "chunk-extension", id="vertical tab"),
    pytest.param(b"3;caf\xc3\xa9\r\n", "chunk-extension", id="obs-text in a name"),
    pytest.param(b"3;a\nabc", "bare-lf", id="LF after an extension"),
    pytest.param(b"3;\nabc", "bare-lf", id="LF for an extension"),
    pytest.param(b'3;a="\n"\r\n', "bare-lf", id="LF in quotes"),
    pytest.param(b"3;a\rX\r\n", "bare-cr", id="CR after an extension"),
    pytest.param(b"3;" + b"a" * 4097, "chunk-extension-size", id="extension too long"),
    pytest.param(b"3" + b" " * 4098, "chunk-extension-size", id="too much white space before it"),
    pytest.param(b"3\r\nabcd", "chunk-end", id="longer than its size"),
    pytest.param(b"3\r\nab\r\n0", "chunk-end", id="shorter than its size"),
    pytest.param(b"3\r\nabc0\r\n", "chunk-end", id="no line end"),
    pytest.param(b"3\r\nabc\n", "chunk-end", id="LF ends the data"),
    pytest.param(b"3\r\nabc\r0", "chunk-end", id="CR ends the data"),
    pytest.param(b"3\r\nabc\r\n\r\n", "chunk-size", id="an empty line for the last chunk"),
    pytest.param(b"0\r\n\n", "bare-lf", id="LF ends the body"),
    pytest.param(b"0\r\n\rX", "bare-cr", id="CR ends the body"),
    pytest.param(b"0\r\nA: b\n\r\n", "bare-lf", id="LF ends a trailer"),
    pytest.param(b"0\r\nA: b\rc\r\n", "bare-cr", id="CR in a trailer"),
    pytest.param(b"0\r\nA : b\r\n\r\n", "field-name-space", id="trailer, space before the colon"),
    pytest.param(b"0\r\nA B: c\r\n\r\n", "field-name-space", id="trailer, space in the name"),
    pytest.param(b"0\r\n a: b\r\n\r\n", "obs-fold", id="trailer, space first"),
    pytest.param(b"0\r\nA\r\n\r\n", "field-colon", id="trailer without a colon"),
    pytest.param(b"0\r\n: a\r\n\r\n", "field-name-empty", id="trailer without a name"),
    pytest.param(b"0\r\nA: \x00\r\n\r\n", "field-value", id="trailer with NUL"),
    pytest.param(b"0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "field-name-space", id="a request for trailers"),
    pytest.param(b"0\r\nA: " + b"b" * 8192, "trailer-size", id="trailers too large"),
    pytest.param(b"0\r\n" + b"A:\r\n" * 257 + b"\r\n", "field-count", id="too many trailers"),
]


@pytest.mark.parametrize(("wire", "rule"), WRONG)
def test_refuses(wire: bytes, rule: str) -> None:
    assert refusal(wire) == rule
    assert refusal(b"1\r\nx\r\n" + wire) == rule


def test_a_refusal_lasts() -> None:
    decoder = ChunkedDecoder()
    assert decoder.feed(b"x", bytearray()) == decoder.feed(b"0\r\n\r\n", bytearray()) == -2
    decoder.reset()
    assert (decoder.feed(LAST, bytearray()), decoder.done, decoder.refusal) == (5, True, 0)


def test_extensions_may_not_outweigh_the_content() -> None:
    small = b"1;" + b"a" * 1000 + b"\r\nx\r\n"
    assert decoded(small * 16)[0] == b"x" * 16
    assert refusal(small * 17) == "chunk-extension-size"
    large = b"3e8;" + b"a" * 1000 + b"\r\n" + b"x" * 1000 + b"\r\n"
    assert decoded(large * 100)[0] == b"x" * 100_000


def test_extensions_are_forgiven_for_content_before_but_not_stored_up() -> None:
    plain = b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n"
    small = b"1;" + b"a" * 1000 + b"\r\nx\r\n"
    assert decoded(small * 16 + plain + small * 16)[0] == b"x" * (16 + 0xFFFF + 16)
    assert refusal(plain + small * 17) == "chunk-extension-size"


@pytest.mark.parametrize(
    ("section", "kept"),
    [
        pytest.param(b"", None, id="none"),
        pytest.param(b"A: b\r\n", b"A: b\r\n", id="one"),
        pytest.param(b"A:b \r\nB:\r\n", b"A: b\r\nB: \r\n", id="written anew"),
        pytest.param(b"X-T: 1\r\nHost: evil\r\nX-U: 2\r\n", b"X-T: 1\r\nX-U: 2\r\n", id="some forbidden"),
        pytest.param(b"Host: evil\r\n", None, id="all forbidden"),
        pytest.param(b"grpc-status: 0\r\ngrpc-message:\r\n", b"grpc-status: 0\r\ngrpc-message: \r\n", id="gRPC's"),
        pytest.param(b"Connection: X-A\r\nX-A: 1\r\nX-B: 2\r\n", b"X-B: 2\r\n", id="what a trailer names"),
        pytest.param(b"A: " + b"b" * 8187 + b"\r\n", b"A: " + b"b" * 8187 + b"\r\n", id="as large as they may be"),
    ],
)
def test_trailers(section: bytes, kept: bytes | None) -> None:
    assert trailers(section) == kept


@pytest.mark.parametrize(
    "name",
    [
        # RFC 9110, section 6.5.1: framing, routing, request modifiers, authentication, response control, content format
        *[b"Content-Length", b"Transfer-Encoding", b"Host", b"Cache-Control", b"Expect", b"Max-Forwards", b"Pragma"],
        *[b"Range", b"TE", b"If-Match", b"If-None-Match", b"If-Modified-Since", b"If-Unmodified-Since", b"If-Range"],
        *[b"Authorization", b"Proxy-Authorization", b"Proxy-Authenticate", b"WWW-Authenticate", b"Cookie"],
        *[b"Set-Cookie", b"Age", b"Date", b"Expires", b"Location", b"Retry-After", b"Vary", b"Warning"],
        *[b"Content-Encoding", b"Content-Type", b"Content-Range", b"Trailer", b"Connection", b"Upgrade", b"Via"],
        *[b"Keep-Alive", b"Forwarded", b"X-Forwarded-For", b"X-Forwarded-Proto", b"X-Real-IP", b"X-Request-ID"],
        *[b"X-Forwarded", b"x-forwarded-ssl", b"X_Forwarded_User"],
        *[b"Proxy-Authentication-Info", b"Content_Length", b"X_Forwarded_For", b"Content_Type", b"Set_Cookie"],
    ],
)
def test_what_no_trailer_may_say_is_dropped(name: bytes) -> None:
    assert trailers(name + b": x\r\nX-A: b\r\n" + name.lower() + b": y\r\n") == b"X-A: b\r\n"


def trailers_of(fields: bytes, section: bytes) -> bytes | None:
    """Return what is passed on of the trailers in this section, in a message with these fields."""
    head, decoder = Fields(), ChunkedDecoder()
    assert head.scan_bytes(fields + b"\r\n") == len(fields) + 2
    decoder.begin_with(head, fields)
    assert decoder.feed(b"0\r\n" + section + b"\r\n", bytearray()) == len(section) + 5
    return None if decoder.trailers is None else bytes(decoder.trailers)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        pytest.param(b"A: b\r\n", b"X-A: 1\r\nX_B: 2\r\nc: 3\r\n", id="nothing named"),
        pytest.param(b"Connection: close\r\n", b"X-A: 1\r\nX_B: 2\r\nc: 3\r\n", id="none of them named"),
        pytest.param(b"Connection: x-a\r\n", b"X_B: 2\r\nc: 3\r\n", id="one named"),
        pytest.param(b"Connection: close, X-B\r\nConnection: ,C\r\n", b"X-A: 1\r\n", id="two, in two fields"),
        pytest.param(b"Connection: x_a, x-b, c\r\n", None, id="all of them named"),
    ],
)
def test_what_connection_names_is_dropped(fields: bytes, kept: bytes | None) -> None:
    assert trailers_of(fields, b"X-A: 1\r\nX_B: 2\r\nc: 3\r\n") == kept


def test_what_connection_named_is_forgotten_with_its_message() -> None:
    head, decoder = Fields(), ChunkedDecoder()
    fields = b"Connection: x-a\r\n\r\n"
    assert head.scan_bytes(fields) == len(fields)
    decoder.begin_with(head, fields)
    decoder.reset()
    assert decoder.feed(b"0\r\nX-A: 1\r\n\r\n", bytearray()) == 13
    assert bytes(decoder.trailers or b"") == b"X-A: 1\r\n"


def test_what_follows_is_left_alone() -> None:
    assert decoded(LAST + b"GET / HTTP/1.1\r\n") == (b"", True, 5)
    assert decoded(b"0\r\nA: b\r\n\r\n\r\n") == (b"", True, 11)


def test_a_chunk_may_be_as_large_as_fifteen_digits_say() -> None:
    assert decoded(b"fffffffffffffff\r\nx") == (b"x", False, 18)
    assert decoded(b"00fffffffffffffff\r\nx") == (b"x", False, 20)


CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
EXTENSIONS = st.sampled_from([b"", b";a", b";a=b", b'; a="b\\"c"', b";a = b;c"])
SECTIONS = st.sampled_from([b"", b"A: b\r\n", b"X-A: b\r\nHost: c\r\n"])


@given(CHUNKS, EXTENSIONS, SECTIONS, st.data())
def test_the_result_does_not_depend_on_how_octets_arrive(
    chunks: list[bytes], extension: bytes, section: bytes, data: st.DataObject
) -> None:
    wire = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks)
    wire += b"0" + extension + b"\r\n" + section + b"\r\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)))))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert decoded(*pieces) == (b"".join(chunks), True, len(wire))


@given(st.lists(st.sampled_from([b"3", b";a", b"=", b'"', b"\r\n", b"\r", b"\n", b"abc", b"0", b"A: b", b" "])))
def test_neither_does_a_refusal(parts: list[bytes]) -> None:
    wire = b"3\r\nabc\r\n" + b"".join(parts)
    whole, slow = ChunkedDecoder(), ChunkedDecoder()
    content, other = bytearray(), bytearray()
    whole.feed(wire, content)
    for place in range(len(wire)):
        slow.feed(wire[place : place + 1], other)
    assert (slow.refusal, slow.done, slow.trailers, other) == (whole.refusal, whole.done, whole.trailers, content)
