"""How many processes carry traffic."""

import pytest
from pydantic_core import PydanticCustomError

from lumina.config.model.workers import MAX_WORKERS, Workers
from lumina.config.nodes import Substituted


@pytest.mark.parametrize(
    ("value", "workers"),
    [("auto", None), (1, 1), (MAX_WORKERS, MAX_WORKERS), (Substituted("auto"), None), (Substituted("4"), 4)],
)
def test_workers(value: object, workers: int | None) -> None:
    assert Workers().read(value) == workers
    assert Workers().read(Workers().plain(workers)) == workers


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        (0, "must be a whole number from 1 to 1024, not `0`", ""),
        (MAX_WORKERS + 1, "must be a whole number from 1 to 1024, not `1025`", ""),
        (None, "must be a whole number from 1 to 1024, not empty", ""),
        ("Auto", "must be a whole number from 1 to 1024, or `auto`, not `Auto`", "did you mean `auto`?"),
        ("many", "must be a whole number from 1 to 1024, or `auto`, not `many`", ""),
        (Substituted("atuo"), "must be a whole number from 1 to 1024, or `auto`, not the substituted value", ""),
    ],
)
def test_what_is_refused(value: object, message: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        Workers().read(value)
    assert caught.value.context == {"message": message, "hint": hint}


def test_how_the_manual_shows_it() -> None:
    assert (Workers().show(None), Workers().show(2)) == ("auto", "2")
