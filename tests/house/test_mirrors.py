"""Tests mirror sources: src/lumina/a/b.py is tested by tests/a/test_b.py, and no test has lost its source.

A module with much to test may have more files beside that one, as tests/a/test_b_limits.py.
"""

import ast
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, modules, name_of, written

TESTS = ROOT / "tests"
OF_THE_WHOLE = ("bench", "fuzz", "house", "system")  # folders whose tests are of no one module
# Modules that no test file of their own would make better, each with its reason.
EXCUSED: dict[str, str] = {
    "src/lumina/cli/command.py": "tests/cli/test_main.py asks the commands that use it",
    "src/lumina/engine/buffer.py": "C alone can reach it; every test in tests/engine moves octets through it",
    "src/lumina/engine/gateway.py": "C alone can reach it; tests/engine/test_client.py sees exchanges used again",
    "src/lumina/engine/pool.py": "C alone can reach it; tests/engine/test_upstream.py leases from it",
    "src/lumina/engine/reactor.py": "C alone can reach it; tests/engine/test_guest.py and all others turn it",
    "src/lumina/engine/stream.py": "abstract classes without behaviour",
    "src/lumina/engine/timers.py": "C alone can reach it; the timeouts in tests/engine expire by it",
    "src/lumina/engine/transport.py": "C alone can reach it; every test in tests/engine sends and receives by it",
}


def has_logic(path: Path) -> bool:
    """Say whether a module defines any function: a list of names or numbers has nothing to test."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(ast.parse(path.read_text()))
    )


def mirror(path: Path) -> Path:
    """Return where the tests of a module stand."""
    inside = path.relative_to(PACKAGE)
    return TESTS / inside.with_name(f"test_{inside.name}")


def sources_of(test: Path) -> list[Path]:
    """Return the modules whose tests this file may hold: test_b_c.py those of b_c, or of b."""
    words = test.stem.removeprefix("test_").split("_")
    folder = PACKAGE / test.parent.relative_to(TESTS)
    return [folder / f"{'_'.join(words[:count])}.py" for count in range(len(words), 0, -1)]


MODULES = [path for path in modules() if has_logic(path)]
MIRRORS = [
    path
    for path in written(".py")
    if path.is_relative_to(TESTS)
    and path.name.startswith("test_")
    and path.relative_to(TESTS).parts[0] not in OF_THE_WHOLE
]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_its_tests(path: Path) -> None:
    assert mirror(path).exists() or name_of(path) in EXCUSED


@pytest.mark.parametrize("path", MIRRORS, ids=name_of)
def test_every_test_has_its_module(path: Path) -> None:
    assert any(source.exists() for source in sources_of(path))


def test_no_excuse_outlives_its_module() -> None:
    excused = [ROOT / name for name in EXCUSED]
    assert [name_of(path) for path in excused if not path.exists() or mirror(path).exists()] == []


def test_aspects_of_a_module_may_have_files_of_their_own() -> None:
    names = [path.name for path in sources_of(TESTS / "http1" / "test_request_line_limits.py")]
    assert names == ["request_line_limits.py", "request_line.py", "request.py"]
