"""A build that is cut off anywhere is finished by the next one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

# A linker or compiler whose machine fails: it leaves half a file, and the build is gone in the same moment.
FAILING = """#!/bin/sh
gcc "$@" || exit
case "$*" in *-shared*) ;; *) exit ;; esac
for word; do [ "$last" = -o ] && output=$word; last=$word; done
truncate -s 1000 "$output"
kill -9 $PPID
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package of one module that is to be compiled, and the setup.py that compiles this one's."""
    shutil.copy(ROOT / "setup.py", tmp_path)
    package = tmp_path / "src" / "tiny"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    about = '[project]\nname = "tiny"\nversion = "1"\n[tool.setuptools.packages.find]\nwhere = ["src"]\n'
    (tmp_path / "pyproject.toml").write_text(about)
    (package / "one.py").write_text("def twice(number):\n    return 2 * number\n")
    (package / "one.pxd").write_text("cpdef long twice(long number)\n")
    return tmp_path


def build(tree: Path, compiler: str = "gcc") -> int:
    words = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    environment = {**os.environ, "CC": compiler, "LUMINA_BUILD": "release"}
    return subprocess.run(words, cwd=tree, env=environment, capture_output=True, check=False).returncode


def works(tree: Path) -> bool:
    """Say whether the module that is there is compiled, and whole."""
    words = "from tiny import one; assert one.__file__.endswith('.so'); assert one.twice(4) == 8"
    return (
        subprocess.run([sys.executable, "-c", words], cwd=tree / "src", capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_a_module_that_was_half_linked_is_linked_again(tree: Path) -> None:
    failing = tree / "failing"
    failing.write_text(FAILING)
    failing.chmod(0o755)
    assert build(tree, str(failing)) != 0
    assert not works(tree)
    assert build(tree) == 0
    assert works(tree)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_a_module_that_was_half_written_in_c_is_written_again(tree: Path) -> None:
    assert build(tree) == 0
    assert works(tree)
    (module,) = (tree / "src" / "tiny").glob("*.so")
    (written,) = (tree / "build").rglob("one.c")
    (tree / "build" / "cython-release.unfinished").touch()  # what a run leaves that is killed while it writes them
    written.write_bytes(written.read_bytes()[:5000])
    later = written.stat().st_mtime + 1
    os.utime(written, (later, later))
    module.unlink()
    assert build(tree) == 0
    assert works(tree)
    assert not (tree / "build" / "cython-release.unfinished").exists()
