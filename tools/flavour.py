"""Build the package in another flavour, in a tree of its own: none of it is left where a release is expected."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
NEEDED = ("src", "tests", "tools", "docs", "fuzz", "conftest.py", "pyproject.toml", "setup.py", "README.md", "LICENSE")
# A read past the end of an allocation, made by C on behalf of Python: what a sanitizer must be able to see.
TRAP = "import ctypes; ctypes.string_at(ctypes.create_string_buffer(16), 4096)"


def tree_of(flavour: str) -> Path:
    """Return where a flavour has its tree."""
    return ROOT / "build" / flavour


def mirror(tree: Path) -> None:
    """Bring the sources in the tree up to date, and leave what did not change as old as it is."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *NEEDED],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        target = tree / name
        if not target.exists() or target.read_bytes() != (ROOT / name).read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    for old in tree.glob("*/**/*"):
        name = str(old.relative_to(tree))
        if old.is_file() and name not in names and name.startswith(("src/", "tests/", "fuzz/")):
            stale = old.suffix != ".so" or not old.with_name(old.name.split(".")[0] + ".pxd").exists()
            if stale:
                old.unlink()


def build(flavour: str, compiler: str | None = None) -> Path:
    """Compile what changed, with `compiler` if one is named, and return the tree."""
    tree = tree_of(flavour)
    tree.mkdir(parents=True, exist_ok=True)
    mirror(tree)
    environment = {**os.environ, "LUMINA_BUILD": flavour}
    if compiler:
        environment["CC"] = compiler
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"], cwd=tree, env=environment, check=True
    )
    return tree
