"""A file is one idea and a function one thought: 400 lines, 60 lines, five arguments."""

from pathlib import Path

import pytest

from tests.house.tree import Function, functions, name_of, written

FILE_LINES = 400
FUNCTION_LINES = 60
ARGUMENTS = 5  # those that a caller may give by position; the first of a method is not counted
# What may be larger, each with its reason. An exception that is no longer needed fails too.
LARGER_FILES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}
MORE_ARGUMENTS: dict[str, str] = {}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def length(function: Function) -> int:
    """Count a function's lines, its decorators and docstring among them."""
    node = function.node
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


def arguments(function: Function) -> int:
    """Count the arguments that may be given by position."""
    given = function.node.args.posonlyargs + function.node.args.args
    return len([arg for arg in given if arg.arg not in ("self", "cls")])


FILES = written(".py", ".pxd", ".pyx", ".c", ".h", ".sh")
FUNCTIONS = [function for path in written(".py") for function in functions(path)]


def test_files_are_small() -> None:
    assert {name_of(path) for path in FILES if lines(path) > FILE_LINES} == set(LARGER_FILES)


def test_functions_are_short() -> None:
    assert {function.place for function in FUNCTIONS if length(function) > FUNCTION_LINES} == set(LONGER_FUNCTIONS)


def test_functions_take_few_arguments() -> None:
    assert {function.place for function in FUNCTIONS if arguments(function) > ARGUMENTS} == set(MORE_ARGUMENTS)


@pytest.mark.parametrize(
    ("text", "count", "size"),
    [
        pytest.param("def f(a, b, /, c, *, d): pass\n", 3, 1, id="keyword-only ones are free"),
        pytest.param("class A:\n    def f(self, a):\n        return a\n", 1, 2, id="self is not counted"),
        pytest.param("@x\n@y\nasync def f(\n    a,\n    b,\n):\n    pass\n", 2, 7, id="decorators are lines"),
    ],
)
def test_the_measure(text: str, count: int, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.house.tree.ROOT", tmp_path)
    source = tmp_path / "source.py"
    source.write_text(text)
    (function,) = functions(source)
    assert (arguments(function), length(function)) == (count, size)
