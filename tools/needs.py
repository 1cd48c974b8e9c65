"""Print what pyproject.toml asks for, one requirement a line, so that pip can be told apart from the build.

python tools/needs.py build run test lint
"""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
needs = {
    "build": project["build-system"]["requires"],
    "run": project["project"]["dependencies"],
    **project["project"]["optional-dependencies"],
}
print("\n".join(need for name in sys.argv[1:] for need in needs[name]))
