"""Short ways to write a section."""

from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from lumina.config.model.section import Section
from lumina.config.model.shorthand import SWITCH
from lumina.config.model.values import Whole
from lumina.config.nodes import Substituted


class Inner(Section):
    """A section with a default."""

    size: Annotated[int, Whole(1, 9)] = 3


class Outer(Section):
    """A section with a switch."""

    inner: Annotated[Inner | None, SWITCH] = Inner()


@pytest.mark.parametrize(
    ("value", "size"),
    [
        pytest.param(True, 3, id="on"),
        pytest.param(Substituted("true"), 3, id="on by the environment"),
        pytest.param(False, None, id="off"),
        pytest.param(None, None, id="nothing"),
        pytest.param({}, 3, id="every default"),
        pytest.param({"size": 5}, 5, id="a field"),
    ],
)
def test_a_switch(value: object, size: int | None) -> None:
    inner = Outer.model_validate({"inner": value}).inner
    assert (inner.size if inner else None) == size


@pytest.mark.parametrize(("value", "place"), [("on", ("inner",)), ([], ("inner",)), ({"size": 0}, ("inner", "size"))])
def test_what_is_no_switch_is_told_where_it_stands(value: Any, place: tuple[str, ...]) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": value})
    assert [error["loc"] for error in caught.value.errors()] == [place]
