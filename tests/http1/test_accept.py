"""Which form a client is answered in."""

import pytest

from lumina.http1.accept import form_for

JSON, PAGE, TEXT = range(3)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (b"", JSON),
        (b"*/*", JSON),
        (b"text/htm", JSON),
        (b"text/html", PAGE),
        (b"Text/HTML;level=1, application/json", PAGE),
        (b"application/json, text/html", JSON),
        (b"text/plain", TEXT),
        (b"text/plai", JSON),
    ],
)
def test_the_first_media_range_decides(value: bytes, form: int) -> None:
    assert form_for(value) == form
