"""What fuzzing keeps holds on the build at hand: each target's corpus, and what once broke it, is tried every time."""

import importlib

import pytest

from tests.house.tree import ROOT

NAMES = ("agreement", "chunked", "forwarded", "proxy", "request", "response", "table", "target")


@pytest.mark.parametrize("name", NAMES)
def test_the_corpus_breaks_no_promise(name: str) -> None:
    target = importlib.import_module(f"fuzz.{name}")
    inputs = sorted((ROOT / "fuzz" / "corpus" / name).iterdir())
    assert inputs
    for path in inputs:
        try:
            target.check(path.read_bytes())
        except AssertionError as error:
            error.add_note(f"the input is {path.relative_to(ROOT)}")
            raise
