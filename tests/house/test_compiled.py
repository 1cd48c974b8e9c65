"""What has a header is compiled, and what is compiled has a header: no slow build that nobody notices."""

import importlib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, SOURCE, name_of, written

HEADERS = [path for path in written(".pxd") if path.is_relative_to(PACKAGE)]
PAIRS = [path for path in HEADERS if path.with_suffix(".py").exists()]


@pytest.mark.parametrize("header", PAIRS, ids=name_of)
def test_a_module_with_a_header_is_compiled(header: Path) -> None:
    name = ".".join(header.relative_to(SOURCE).with_suffix("").parts)
    assert str(importlib.import_module(name).__file__).endswith(EXTENSION_SUFFIXES[0])


def test_no_extension_outlives_its_header() -> None:
    left = [path for path in PACKAGE.rglob("*.so") if not (path.parent / f"{path.name.split('.')[0]}.pxd").exists()]
    assert left == []
