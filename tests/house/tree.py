"""The repository as the gates see it: its files, its modules, its functions."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "lumina"
WRITTEN = ("src", "tests", "tools", "fuzz", "bench")  # where this project's Python stands


class Function(NamedTuple):
    """A function and where it stands."""

    place: str  # path::name, as the lists of exceptions spell it
    node: ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return tuple(sorted(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()))


def written(*suffixes: str) -> list[Path]:
    """Return this project's own sources that end so."""
    return [path for path in tracked() if path.suffix in suffixes and path.relative_to(ROOT).parts[0] in WRITTEN]


def modules() -> list[Path]:
    """Return the package's modules."""
    return [path for path in written(".py") if path.is_relative_to(PACKAGE)]


def name_of(path: Path) -> str:
    """Return the path as the repository spells it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    """Find every function of a file, those within classes and functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(f"{name_of(path)}::{node.name}", node)
