"""Which requests go where."""

import pytest
from pydantic_core import PydanticCustomError

from lumina.config.model import Route
from lumina.config.model.routes import Label


@pytest.mark.parametrize("name", ["a", "payments v2", "/v1/users", "a" * 128, "~!'()"])
def test_names_that_metrics_can_carry(name: str) -> None:
    assert Label("a name").read(name) == name


@pytest.mark.parametrize("name", ["", " a", "a ", "a\n", 'a"b', "a\\b", "é", "a\x7f", "a" * 129, 5])
def test_names_that_they_cannot(name: object) -> None:
    with pytest.raises(PydanticCustomError):
        Label("a name").read(name)


def test_what_a_route_is_without_more_words() -> None:
    route = Route.model_validate({"path": "a", "upstream": "b"})
    assert (route.name, route.strip_prefix, route.preserve_host, route.shadows_admin) == (None, None, True, False)
