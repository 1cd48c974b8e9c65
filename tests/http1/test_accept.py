"""Which form a client is answered in."""

import pytest

from lumina.http1.accept import accepted, form_for
from lumina.http1.fields import Fields

JSON, PAGE, TEXT = range(3)
KEPT = 256
BROWSER = b"text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def kept(*values: bytes) -> bytes:
    section = b"A: b\r\n".join(b"Accept: " + value + b"\r\n" for value in values) + b"\r\n"
    fields = Fields()
    fields.scan_bytes(section)
    room, size = accepted(fields, section)
    assert room == room[:size].ljust(KEPT, b"\0")
    return room[:size]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        pytest.param(b"", JSON, id="nothing"),
        pytest.param(b"*/*", JSON, id="anything"),
        pytest.param(b"image/webp", JSON, id="none of ours"),
        pytest.param(b"text/htm", JSON, id="a beginning of a name"),
        pytest.param(b"text/html", PAGE, id="a page"),
        pytest.param(BROWSER, PAGE, id="as browsers ask"),
        pytest.param(b"Text/HTML;level=1, application/json", PAGE, id="first named, in any case"),
        pytest.param(b"application/json, text/html", JSON, id="first named of two"),
        pytest.param(b"image/webp, text/html", PAGE, id="behind what we have not"),
        pytest.param(b"text/plain", TEXT, id="text"),
        pytest.param(b"text/plai", JSON, id="a part of a name"),
        pytest.param(b"text/*", TEXT, id="any text"),
        pytest.param(b"text/*, text/html;q=0.5", TEXT, id="the closest range has the weight"),
        pytest.param(b"text/html;q=0.5, text/*", TEXT, id="wherever it stands"),
        pytest.param(b"text/html;q=0, application/json", JSON, id="no page, please"),
        pytest.param(b"text/html;q=0.000, */*;q=0.1", JSON, id="no page in full"),
        pytest.param(b"text/html;q=0", JSON, id="nothing else either"),
        pytest.param(b"text/html;q=0, text/plain;q=0.001", TEXT, id="the smallest weight"),
        pytest.param(b"application/json;q=0, */*", TEXT, id="anything but JSON"),
        pytest.param(b"application/*;q=0, text/html", PAGE, id="no application"),
        pytest.param(b"text/html;q=0.5, application/json", JSON, id="JSON rather"),
        pytest.param(b"text/html;q=0.5, application/json;q=0.49", PAGE, id="by a hundredth"),
        pytest.param(b"text/html;q=0.501, application/json;q=0.502", JSON, id="by a thousandth"),
        pytest.param(b"text/html ; q=0.1 ,\tapplication/json ; Q=0.2", JSON, id="with blanks"),
        pytest.param(b"text/html;level=1;q=0.1, text/plain;q=0.2", TEXT, id="behind a parameter"),
        pytest.param(b"application/problem+json;q=0.1, application/json, text/plain;q=0.5", TEXT, id="our own name"),
        pytest.param(b"application/problem+json, text/html", JSON, id="our own name first"),
        pytest.param(b"text/plain;q=0.9, text/html;q=1.000", PAGE, id="a whole one"),
        pytest.param(b"text/plain;q=0.9, text/html;q=2", PAGE, id="too much is no weight"),
        pytest.param(b"text/plain;q=0.9, text/html;q=x", PAGE, id="a word is no weight"),
        pytest.param(b"text/plain;q=0.9, text/html;q=0x", PAGE, id="no point"),
        pytest.param(b"text/plain;q=0.9, text/html;q=0.0x", PAGE, id="no digit"),
        pytest.param(b"text/plain;q=0.9, text/html;q=0.0001", PAGE, id="four digits"),
        pytest.param(b"text/plain;q=0.9, text/html;q=1.9", PAGE, id="more than one is one"),
        pytest.param(b"text/plain;q=0.9, text/html;q=", PAGE, id="no value"),
        pytest.param(b"text/html;q=0., text/plain;q=0.1", TEXT, id="a point without digits"),
        pytest.param(b",, ,text/html,,", PAGE, id="empty elements"),
        pytest.param(b",", JSON, id="empty elements only"),
        pytest.param(b"a/b, " * 40 + b"text/html", PAGE, id="as much as is kept"),
        pytest.param(b"a/b, " * 49 + b"text/html;q=0", JSON, id="cut within the weight"),
        pytest.param(b"text/html" * 40, JSON, id="long without a comma"),
        pytest.param(b"text/plain," + b"a/b, " * 60, TEXT, id="what stands before the cut"),
    ],
)
def test_the_form_with_the_most_weight_is_taken(value: bytes, form: int) -> None:
    assert form_for(kept(value)) == form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        pytest.param([b"image/webp", b"text/html"], PAGE, id="what the first has not"),
        pytest.param([b"text/html;q=0.5", b"application/json;q=0.6"], JSON, id="the second has more weight"),
        pytest.param([b"text/plain", b"text/html"], TEXT, id="the first of equals"),
        pytest.param([b"", b"text/html", b""], PAGE, id="beside empty ones"),
        pytest.param([b"text/html;q=0", b"*/*"], JSON, id="the closest range, wherever it stands"),
        pytest.param([b"text/ht", b"ml"], JSON, id="no name goes on in the next"),
        pytest.param([b"a" * 250, b"text/html"], JSON, id="the second is cut"),
        pytest.param([b"text/html", b"a" * 300, b"text/plain;q=1"], PAGE, id="the third does not come in"),
        pytest.param([b"text/html,a/" + b"b" * 244, b"text/plain"], PAGE, id="full with the first"),
        pytest.param([b"text/html;q=0.1,a/" + b"b" * 237, b"text/plain"], PAGE, id="full with the comma"),
    ],
)
def test_several_fields_are_one_list(values: list[bytes], form: int) -> None:
    whole = b",".join(value for at, value in enumerate(values) if value or at)
    assert kept(*values) == whole[:KEPT]
    assert form_for(kept(*values)) == form
