"""The hot-path gate: a function marked `# hot` makes no Python object and asks nothing of the Python runtime.

The mark ends the line that closes the signature. Cython annotates each module as a release compiles it, and says for
every line which of the runtime's functions its C code may call. In a hot function any of them is a violation, but for

* a line that begins with `raise`: refusing by exception is cold by definition;
* a line that ends in `# cold`, which a reviewer then sees;
* the calls in HARMLESS, each with its reason.

    python tools/hot.py [FILE.py ...]      without names: every module below src/ that has a header
"""

import ast
import html
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from Cython.Compiler import Options
from Cython.Compiler.Main import compile_single

SOURCE = Path(__file__).parent.parent / "src"
RELEASE = {
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "binding": False,
    "always_allow_keywords": True,
}
# What generated C may say in a hot function, and why.
HARMLESS = {
    "__Pyx_INCREF": "one addition",
    "__Pyx_XINCREF": "one addition",
    "__Pyx_DECREF": "one subtraction, and the end of what nobody holds",
    "__Pyx_XDECREF": "as __Pyx_DECREF",
    "__Pyx_DECREF_SET": "as __Pyx_DECREF",
    "__Pyx_XDECREF_SET": "as __Pyx_DECREF",
    "Py_INCREF": "one addition",
    "Py_DECREF": "as __Pyx_DECREF",
    "PyErr_Occurred": "asked only when the value that may mean an error came back",
    "__Pyx_PyBytes_GET_SIZE": "one load",
    "__Pyx_PyTuple_GET_SIZE": "one load",
    "__Pyx_PyTuple_GET_ITEM": "one load",
    "PyBytes_AS_STRING": "an offset",
    "__Pyx_PyBytes_AsUString": "an offset",
    "PyBytes_GET_SIZE": "one load",
    "PyByteArray_AS_STRING": "one load",
    "PyByteArray_GET_SIZE": "one load",
    "PyList_GET_SIZE": "one load",
    "PyList_GET_ITEM": "one load",
    "PyTuple_GET_SIZE": "one load",
    "PyTuple_GET_ITEM": "one load",
}
# Reference checks that a release compiles away, and the arithmetic of Python's // and % on C numbers.
NO_CALL = re.compile(r"__Pyx_X?(?:GOT|GIVE)REF|__Pyx_RefNanny\w+|__Pyx_(?:div|mod)_\w+|__Pyx_UNARY_NEG_WOULD_OVERFLOW")
CALL = re.compile(
    r"\b(_?Py[A-Z][A-Za-z]*_\w+|Py_[A-Z]+|__Pyx_\w+|__pyx_(?:convert|tp_new|fuse)_\w+|__pyx_unpickle\w*)(?=\()"
)
FAILURE = re.compile(r"(?:(?<=;)|^)[^;{}\n]*__PYX_ERR\([^)]*\)", re.MULTILINE)  # the way out of a failed call
NONE_REFUSED = re.compile(
    r'PyErr_SetString\(PyExc_TypeError, "[^"]*None'
)  # what a caller's mistake meets, no request does
LINE = re.compile(
    r'<pre class="cython line score-\d+"[^>]*>[^<]*<span class="[^"]*">0*(?P<number>\d+)</span>:.*?</pre>\n'
    r"(?:<pre class='cython code[^>]*>(?P<code>.*?)</pre>)?",
    re.DOTALL,
)
TAG = re.compile(r"<[^>]+>")


class Violation(NamedTuple):
    """One line of a hot function that asks something of the Python runtime."""

    source: Path
    line: int
    function: str
    calls: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.function} calls {', '.join(self.calls)}\n    {self.text}"


class MisplacedMarkError(Exception):
    """A `# hot` that marks no compiled function, and so promises what nobody checks."""


def hot_functions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the marked functions. Raises MisplacedMarkError for a mark that is not at the end of a signature."""
    lines = text.splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# hot")}
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            signature = set(range(node.lineno, node.body[0].lineno))
            if marked & signature:
                marked -= signature
                found.append(node)
    if marked:
        raise MisplacedMarkError(f"line {min(marked)}: `# hot` is not at the end of a function's signature")
    return sorted(found, key=lambda node: node.lineno)


def calls_by_line(source: Path) -> dict[int, tuple[str, ...]]:
    """Return, for each line of `source`, the runtime's functions that its C code in a release may call."""
    with tempfile.TemporaryDirectory() as scratch:
        result = compile_single(
            str(source),
            Options.CompilationOptions(
                Options.default_options,
                annotate=True,
                compiler_directives=RELEASE,
                language_level=3,
                output_file=str(Path(scratch) / "out.c"),
                include_path=[str(SOURCE)],
            ),
            full_module_name=module_name(source),
        )
        if result.num_errors:
            raise SystemExit(f"{source}: Cython refused it")
        page = (Path(scratch) / "out.html").read_text()
    return {
        int(match["number"]): tuple(runtime_calls(html.unescape(TAG.sub("", match["code"]))))
        for match in LINE.finditer(page)
        if match["code"]
    }


def module_name(source: Path) -> str:
    """Return the dotted name of a module below src/, or the bare name of one elsewhere."""
    inside = source.resolve().with_suffix("")
    return ".".join(inside.relative_to(SOURCE).parts) if inside.is_relative_to(SOURCE) else inside.name


def runtime_calls(code: str) -> Iterator[str]:
    """Find the calls in one line's C code that are not harmless, each once."""
    code = NONE_REFUSED.sub("", FAILURE.sub("", code))
    for name in dict.fromkeys(CALL.findall(code)):
        if name not in HARMLESS and not NO_CALL.fullmatch(name):
            yield name


def violations(source: Path) -> Iterator[Violation]:
    """Find what the hot functions of `source` may not say."""
    text = source.read_text()
    hot = hot_functions(text)
    if not hot:
        return
    if not source.with_suffix(".pxd").exists():
        raise MisplacedMarkError(f"{source} has no header: it is not compiled")
    lines = text.splitlines()
    calls = calls_by_line(source)
    for function in hot:
        last = function.end_lineno or function.lineno
        for number in range(function.body[0].lineno, last + 1):
            line = lines[number - 1].strip()
            if calls.get(number) and not line.startswith("raise") and not line.endswith("# cold"):
                yield Violation(source, number, function.name, calls[number], line)


def main(names: list[str]) -> int:
    """Judge the named sources, or all; print what is wrong and return how the process ends."""
    sources = [Path(name) for name in names] or [
        path for path in sorted(SOURCE.rglob("*.py")) if path.with_suffix(".pxd").exists()
    ]
    found = [violation for source in sources for violation in violations(source)]
    print("\n".join(map(str, found)) if found else f"{len(sources)} modules: the hot path makes no Python object")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
