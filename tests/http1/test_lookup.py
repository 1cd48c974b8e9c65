"""A field by a name that only the configuration knows."""

import pytest

from lumina.http1.lookup import field_in
from lumina.http1.request import RequestHead

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX-User_1: one\r\nX-User: two\r\nx-uSER_1: three\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "first", "place"),
    [
        pytest.param(b"host", 0, 0, id="the first"),
        pytest.param(b"x-user_1", 0, 1, id="in any case"),
        pytest.param(b"x-user_1", 2, 3, id="the next"),
        pytest.param(b"x-user_1", 4, -1, id="beyond the last"),
        pytest.param(b"x-user-1", 0, -1, id="a hyphen is no underscore"),
        pytest.param(b"x-us", 0, -1, id="a part of a name"),
    ],
)
def test_a_field_is_found(name: bytes, first: int, place: int) -> None:
    head = RequestHead()
    assert head.parse_bytes(HEAD) == len(HEAD)
    assert field_in(head, HEAD, name, first) == place
