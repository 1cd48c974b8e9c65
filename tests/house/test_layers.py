"""The layers of ARCHITECTURE.md: who may import whom, in sources and in headers alike."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, name_of, written

PURE = frozenset({"balancing", "http", "http1", "policies", "proxy_protocol", "routing"})
BELOW_ENGINE = PURE | {"errors", "numbers", "reasons", "snapshot"}
# Each layer, and the layers whose names it may use.
MAY_USE = {
    "errors": frozenset({"errors"}),
    "numbers": frozenset({"numbers"}),
    "reasons": frozenset({"errors", "reasons"}),
    "http": frozenset({"errors", "http"}),
    "http1": frozenset({"errors", "http", "http1"}),
    "routing": frozenset({"errors", "http", "routing"}),
    "proxy_protocol": frozenset({"errors", "http", "proxy_protocol"}),
    "balancing": frozenset({"errors", "balancing"}),
    "policies": frozenset({"errors", "policies"}),
    "snapshot": BELOW_ENGINE,
    "engine": BELOW_ENGINE | {"engine"},
    "config": BELOW_ENGINE | {"config"},
    "control": BELOW_ENGINE | {"engine", "config", "control"},
    "cli": BELOW_ENGINE | {"engine", "config", "control", "cli"},
    "__main__": frozenset({"cli"}),
}
# A pure module maps bytes and numbers to decisions. Time, chance and the world come in as arguments.
NOT_PURE = frozenset(
    {"asyncio", "logging", "multiprocessing", "random", "secrets", "select", "selectors", "signal", "socket", "ssl"}
    | {"subprocess", "threading", "time", "structlog"}
    | {"libc.time", "posix"}  # the same, from C
)
# What comes from other projects, and the one layer (or two) that may know it is there.
FOREIGN = {
    "cython": frozenset(MAY_USE),
    "libc": frozenset(MAY_USE),
    "cpython": frozenset(MAY_USE),
    "posix": frozenset({"engine"}),
    "pydantic": frozenset({"config"}),
    "pydantic_core": frozenset({"config"}),
    "yaml": frozenset({"config"}),
    "structlog": frozenset({"control", "cli"}),
    "prometheus_client": frozenset({"control"}),
    "dns": frozenset({"control"}),
    "h11": frozenset({"control", "cli"}),
}
CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+cimport\s|cimport\s+([\w.]+))", re.MULTILINE)
EXTERN = re.compile(r"^\s*cdef extern from [\"<](.+?)[\">]", re.MULTILINE)
SOURCES = [path for path in written(".py", ".pxd") if path.is_relative_to(PACKAGE) and path.parent != PACKAGE] + [
    path for path in written(".py", ".pxd") if path.parent == PACKAGE and path.stem != "__init__"
]


def imported(path: Path) -> Iterator[str]:
    """Name every module that a source imports or a header cimports, wherever in the file it does."""
    text = path.read_text()
    if path.suffix == ".pxd":
        for source, module in CIMPORT.findall(text):
            yield source or module
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level or module == "lumina":
                yield from (f"lumina.{alias.name}" for alias in node.names if not alias.name.startswith("__"))
            else:
                yield module


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def wrong_edges(layer: str, names: list[str]) -> list[str]:
    """Return those of `names` that a module of `layer` may not import."""
    wrong = []
    for name in names:
        top, _, rest = name.partition(".")
        if top == "lumina":
            allowed = not rest or rest.split(".")[0] in MAY_USE[layer]
        elif top in FOREIGN:
            allowed = layer in FOREIGN[top]
        else:
            allowed = top in sys.stdlib_module_names
        impure = layer in PURE | {"errors", "reasons"} and bool({top, name} & NOT_PURE)
        if impure or not allowed:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_follow_the_layers(path: Path) -> None:
    assert wrong_edges(layer_of(path), list(imported(path))) == []


def test_every_package_has_its_layer() -> None:
    assert {layer_of(path) for path in SOURCES} <= set(MAY_USE)


@pytest.mark.parametrize("path", [path for path in SOURCES if layer_of(path) in PURE], ids=name_of)
def test_pure_headers_bring_no_kernel_calls(path: Path) -> None:
    assert [name for name in EXTERN.findall(path.read_text()) if name.startswith(("sys/", "unistd", "time"))] == []


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        pytest.param("http1", "lumina.engine.buffer", id="a codec uses the engine"),
        pytest.param("routing", "time", id="routing reads a clock"),
        pytest.param("http", "libc.time", id="a header reads a clock"),
        pytest.param("engine", "lumina.control.metrics", id="the engine uses control"),
        pytest.param("engine", "structlog", id="the engine logs"),
        pytest.param("config", "lumina.engine.arena", id="config uses the engine"),
        pytest.param("control", "lumina.cli.main", id="control uses the commands"),
        pytest.param("cli", "requests", id="a dependency nobody declared"),
    ],
)
def test_an_edge_against_the_layers_is_seen(layer: str, name: str) -> None:
    assert wrong_edges(layer, [name]) == [name]


def test_an_import_inside_a_function_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "late.py"
    source.write_text("def late():\n    from lumina import engine\n    import socket as s\n")
    assert list(imported(source)) == ["lumina.engine", "socket"]


def test_a_cimport_is_seen(tmp_path: Path) -> None:
    header = tmp_path / "late.pxd"
    header.write_text("cimport cython\nfrom lumina.engine.buffer cimport Buffer\n")
    assert list(imported(header)) == ["cython", "lumina.engine.buffer"]
