"""The hot path makes no Python object, and the gate that says so would notice one."""

from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, name_of, written
from tools.hot import MisplacedMarkError, hot_functions, violations

MARKED = [path for path in written(".py") if path.is_relative_to(PACKAGE) and "# hot\n" in path.read_text()]
HEADER = """
cdef class Meter:
    cdef Py_ssize_t total
    cdef object last
    cdef list seen
    cdef Meter behind
    cdef Py_ssize_t step(self, Py_ssize_t size) except -1
"""
SOURCE = '''"""A module to judge."""

LIMIT = 5


class Meter:
    def step(self, size: cython.Py_ssize_t) -> cython.Py_ssize_t:{mark}
        {body}
        return size
'''


def judged(folder: Path, body: str, mark: str = "  # hot") -> list[str]:
    """Return the runtime's functions that the gate finds in a method with this body."""
    source = folder / "meter.py"
    source.with_suffix(".pxd").write_text(HEADER)
    source.write_text("import cython\n" + SOURCE.format(body=body, mark=mark))
    return [call for violation in violations(source) for call in violation.calls]


@pytest.mark.parametrize("path", MARKED, ids=name_of)
def test_the_hot_path_makes_no_object(path: Path) -> None:
    assert [str(violation) for violation in violations(path)] == []


@pytest.mark.parametrize(
    ("body", "call"),
    [
        pytest.param("self.last = size", "PyLong_FromSsize_t", id="a number becomes an object"),
        pytest.param('self.last = f"{size}"', "__Pyx_PyUnicode_From_Py_ssize_t", id="a string is formatted"),
        pytest.param("size += LIMIT", "__Pyx_GetModuleGlobalName", id="a name is looked up"),
        pytest.param("self.seen.append(self)", "__Pyx_PyList_Append", id="a list grows"),
        pytest.param("self.last.go()", "__Pyx_PyObject_FastCallMethod", id="a method is looked up"),
        pytest.param("self.last = (self, self)", "PyTuple_New", id="a tuple is made"),
        pytest.param("size = size // self.total", "PyErr_SetString", id="a division may raise"),
    ],
)
def test_a_planted_object_is_seen(body: str, call: str, tmp_path: Path) -> None:
    assert call in judged(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("self.total += size", id="C arithmetic"),
        pytest.param("size = self.behind.step(size)", id="a C call that may raise"),
        pytest.param("self.behind = self", id="a reference is kept"),
        pytest.param('if size > 3: raise ValueError("too much")', id="a refusal"),
        pytest.param("self.last = size  # cold", id="a line excused by name"),
    ],
)
def test_what_costs_nothing_is_let_be(body: str, tmp_path: Path) -> None:
    assert judged(tmp_path, body.replace(": raise", ":\n            raise")) == []


def test_an_unmarked_function_may_make_objects(tmp_path: Path) -> None:
    assert judged(tmp_path, "self.last = size", mark="") == []


def test_a_mark_may_close_a_long_signature() -> None:
    (function,) = hot_functions("def f(\n    a,\n):  # hot\n    return a\n")
    assert function.name == "f"


@pytest.mark.parametrize("text", ["x = 1  # hot\n", "def f():\n    return 1  # hot\n", "class A:  # hot\n    pass\n"])
def test_a_mark_that_marks_nothing_is_an_error(text: str) -> None:
    with pytest.raises(MisplacedMarkError):
        hot_functions(text)


def test_a_mark_without_a_header_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "plain.py"
    source.write_text("def f():  # hot\n    return 1\n")
    with pytest.raises(MisplacedMarkError):
        list(violations(source))
