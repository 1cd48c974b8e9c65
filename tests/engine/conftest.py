"""The stage on which the engine's tests play."""

from collections.abc import Iterator

import pytest

from tests.engine.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()
