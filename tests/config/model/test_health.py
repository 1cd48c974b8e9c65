"""Asking endpoints how they are."""

import pytest
from pydantic import ValidationError

from lumina.config.model import Upstream
from lumina.config.model.health import Health


def health(value: object) -> Health | None:
    return Upstream.model_validate({"endpoints": ["http://a"], "health": value}).health


@pytest.mark.parametrize(
    ("value", "kind", "path"),
    [
        pytest.param("/up?full", "http", "/up?full", id="a path"),
        pytest.param("tcp", "tcp", "/", id="a connection alone"),
        pytest.param(True, "http", "/", id="every default"),
        pytest.param({"path": "/up"}, "http", "/up", id="a field"),
    ],
)
def test_ways_to_ask(value: object, kind: str, path: str) -> None:
    found = health(value)
    assert found is not None
    assert (found.kind, found.path) == (kind, path)


@pytest.mark.parametrize("value", [False, None])
def test_nobody_need_ask(value: object) -> None:
    assert health(value) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("up", "a path that begins with `/`"),
        ("tpc", "must be a mapping"),
        ([], "must be a mapping"),
        ("/a b", "hold no space"),
        ({"path": "up"}, "must begin with `/`"),
        ({"path": "/up#part"}, "no fragment"),
    ],
)
def test_what_is_no_way_to_ask(value: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        health(value)
