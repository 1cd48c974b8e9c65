"""Values by name, found where they lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.pairs import cookie, parameter

NAMES = st.sampled_from(["a", "b", "ab", "session"])
VALUES = st.text(alphabet="ab=%", max_size=4)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(b"a=1", b"1", id="alone"),
        pytest.param(b"b=2; a=1; c=3", b"1", id="among others"),
        pytest.param(b"b=2;a=1", b"1", id="without a space"),
        pytest.param(b"b=2;   a=1", b"1", id="with many"),
        pytest.param(b"a=1; a=2", b"1", id="the first of two"),
        pytest.param(b"a=", b"", id="empty"),
        pytest.param(b"a=x=y", b"x=y", id="with an equals sign"),
        pytest.param(b'a="x y"', b'"x y"', id="in quotes, which are part of it"),
        pytest.param(b"aa=1; A=2", None, id="other names"),
        pytest.param(b"a", None, id="a name alone"),
        pytest.param(b"b=a=1", None, id="in another's value"),
        pytest.param(b"a; b=2", None, id="a name without a value"),
        pytest.param(b"; ;", None, id="nothing"),
        pytest.param(b"", None, id="no octet"),
    ],
)
def test_a_cookie_is_found(field: bytes, value: bytes | None) -> None:
    assert cookie(field, b"a") == value


@pytest.mark.parametrize(
    ("query", "value"),
    [
        pytest.param(b"a=1", b"1", id="alone"),
        pytest.param(b"b=2&a=1&c=3", b"1", id="among others"),
        pytest.param(b"a=1&a=2", b"1", id="the first of two"),
        pytest.param(b"a=%31", b"%31", id="as it was written"),
        pytest.param(b"b=2& a=1", None, id="a space belongs to a name"),
        pytest.param(b"a&b", None, id="a name without a value"),
        pytest.param(b"", None, id="no octet"),
    ],
)
def test_a_parameter_is_found(query: bytes, value: bytes | None) -> None:
    assert parameter(query, b"a") == value


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5), NAMES)
def test_both_agree_with_a_plain_model(pairs: list[tuple[str, str]], name: str) -> None:
    first = next((value.encode() for key, value in pairs if key == name), None)
    assert cookie("; ".join(f"{key}={value}" for key, value in pairs).encode(), name.encode()) == first
    assert parameter("&".join(f"{key}={value}" for key, value in pairs).encode(), name.encode()) == first
