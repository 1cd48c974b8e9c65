"""A wheel installs and runs where there is no compiler, and holds what a debugger and a header's reader need."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.tree import PACKAGE, ROOT, SOURCE, tracked

pytestmark = pytest.mark.timeout(600)  # a module that is out of date is compiled anew, and pip fetches what is needed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from what is tracked, out of the objects that this tree has compiled already."""
    tree = tmp_path_factory.mktemp("tree")
    for path in tracked():
        if path.is_relative_to(SOURCE) or path.parent == ROOT:
            copy(path, tree / path.relative_to(ROOT))
    # The very modules that the other tests ran: building anew would take minutes and prove less.
    shutil.copytree(ROOT / "build" / "cython-release", tree / "build" / "cython-release")
    platform = f"lib.{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
    for path in PACKAGE.rglob("*.so"):
        copy(path, tree / "build" / platform / path.relative_to(SOURCE))
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", place, tree],
        check=True,
    )
    (built,) = place.glob("*.whl")
    return built


def copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)


def test_a_wheel_holds_source_header_and_module(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    for path in tracked():
        if path.is_relative_to(SOURCE):
            assert str(path.relative_to(SOURCE)) in names
        if path.is_relative_to(SOURCE) and path.suffix == ".pxd" and path.with_suffix(".py").exists():
            assert str(path.relative_to(SOURCE).with_suffix(EXTENSION_SUFFIXES[0])) in names


def test_a_wheel_holds_nothing_else(wheel: Path) -> None:
    inside = [name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert [name for name in inside if not name.startswith("lumina/")] == []
    assert [name for name in inside if not name.endswith((".py", ".pxd", ".so", "py.typed"))] == []


def test_a_wheel_runs_without_a_compiler(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "clean"
    venv.create(home, with_pip=True)
    bare = {**os.environ, "CC": "/bin/false", "PATH": f"{home}/bin:/usr/bin:/bin"}
    bare.pop("PYTHONPATH", None)
    pip = [f"{home}/bin/python", "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "install", wheel], env=bare, cwd=tmp_path, check=True)
    said = subprocess.run(["lumina", "version"], env=bare, cwd=tmp_path, check=True, capture_output=True, text=True)
    name, version, *_ = wheel.name.split("-")
    assert (name, version in said.stdout) == ("lumina_gateway", True)
