"""The stage on which the engine's tests play."""

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backlog import full_backlog
from tests.engine.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def full() -> Iterator[tuple[str, int]]:
    """An address where connections are neither taken nor refused."""
    with full_backlog() as address:
        yield address


def descriptors() -> dict[int, str]:
    """Return what is open in this process, by its number."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            found[int(entry.name)] = str(entry.readlink())
    return found


@pytest.fixture(scope="session", autouse=True)
def _old_objects_left_alone() -> Iterator[None]:
    """Collect what the tests make alone: to look through all of pytest's takes longer than most of them."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    """Hold every test to close what it opened, itself or by way of its stage."""
    before = descriptors()
    yield
    if descriptors() != before:
        gc.collect()
    left = descriptors()
    assert {number: what for number, what in left.items() if before.get(number) != what} == {}
