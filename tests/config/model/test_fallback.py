"""What answers when an upstream cannot."""

import pytest

from lumina.config.address import Address
from lumina.config.model import Route
from lumina.config.model.fallback import Fallback


def fallback(value: object) -> Fallback | None:
    return Route.model_validate({"path": "a", "upstream": "b", "fallback": value}).fallback


@pytest.mark.parametrize(
    ("value", "upstream"),
    [
        ("spare", "spare"),
        ("http://a", Address("http", "a", 80, None, "")),
        ({"upstream": "spare"}, "spare"),
        ({"answer": {}}, None),
    ],
)
def test_the_upstream_may_stand_alone(value: object, upstream: object) -> None:
    found = fallback(value)
    assert found is not None
    assert found.upstream == upstream


def test_there_need_be_none() -> None:
    assert fallback(None) is None
