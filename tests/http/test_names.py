"""Known names are found in any case, apart from each other, and in the disguise of underscores."""

import pytest

from lumina.http.names import NAMES, name_number


@pytest.mark.parametrize("number", range(1, len(NAMES)), ids=lambda number: NAMES[number].decode())
def test_every_name_has_its_number(number: int) -> None:
    name = NAMES[number]
    assert name_number(name) == name_number(name.upper()) == name_number(name.title()) == number


@pytest.mark.parametrize("name", [name for name in NAMES if b"-" in name], ids=bytes.decode)
def test_an_underscore_makes_a_disguise(name: bytes) -> None:
    assert name_number(name.replace(b"-", b"_")) == -NAMES.index(name)
    assert name_number(name.replace(b"-", b"_", 1).upper()) == -NAMES.index(name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"t", id="one octet"),
        pytest.param(b"hosts", id="one octet more"),
        pytest.param(b"hosT ", id="with a space"),
        pytest.param(b"hist", id="one octet other"),
        pytest.param(b"x-forwarded-fox", id="same size, other end"),
        pytest.param(b"content.length", id="another separator"),
        pytest.param(b"x" * 300, id="longer than any"),
    ],
)
def test_others_have_none(name: bytes) -> None:
    assert name_number(name) == 0


@pytest.mark.parametrize("number", range(1, len(NAMES)), ids=lambda number: NAMES[number].decode())
def test_a_name_that_differs_in_one_octet_is_another(number: int) -> None:
    name = NAMES[number]
    for place in range(len(name)):
        assert name_number(name[:place] + b"~" + name[place + 1 :]) == 0
