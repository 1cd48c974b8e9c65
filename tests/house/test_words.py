"""Words that say nothing, words that say too much, and marks that were to be temporary."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules, name_of, tracked

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users)/"),
    "a mark for later": re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"),
    "a registry's host": re.compile(r"\b(?:pypi|deb\.debian|npmjs)\.(?:org|com)\b"),
    "a conflict marker": re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)", re.MULTILINE),
}
HERE = Path(__file__)  # the one file that may spell them
# Names for a place where things end up, instead of for what they are.
EMPTY_NAMES = re.compile(r"(?:Manager|Helper|Util|Utils|Handler|Processor)$")
EMPTY_MODULES = frozenset({"base", "common", "core", "helper", "helpers", "misc", "shared", "util", "utils"})
DEFINED = re.compile(r"^\s*(?:cdef )?class (\w+)", re.MULTILINE)


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None if it has none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return None


def forbidden(text: str) -> list[str]:
    """Say which of the forbidden things a text holds."""
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_says_what_is_forbidden() -> None:
    found = {
        name_of(path): forbidden(text) for path in tracked() if path != HERE and (text := text_of(path)) is not None
    }
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("see /work/main/src", "a path of one machine", id="path"),
        pytest.param("# TODO: later", "a mark for later", id="mark"),
        pytest.param("https://pypi.org/simple", "a registry's host", id="host"),
        pytest.param("x\n<<<<<<< HEAD\n", "a conflict marker", id="conflict"),
    ],
)
def test_each_forbidden_thing_is_seen(text: str, what: str) -> None:
    assert forbidden(text) == [what]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_names_say_what_things_are(path: Path) -> None:
    classes = [name for name in DEFINED.findall(path.read_text()) if EMPTY_NAMES.search(name)]
    assert (classes, {*path.relative_to(ROOT).parts, path.stem} & EMPTY_MODULES) == ([], set())


@pytest.mark.parametrize("path", [path for path in modules() if path.stem != "__main__"], ids=name_of)
def test_a_module_says_first_what_it_is(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith('"""')
    assert not first.lower().startswith(('"""this module', '"""the module', '"""module'))
