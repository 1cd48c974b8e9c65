"""What every test run shares: the switch to the interpreter, and what it leaves out.

`LUMINA_INTERPRETED=1 pytest` imports the package from its .py sources although compiled modules lie beside them, so
that coverage, pdb and a debugger see what was written. Modules that have no interpreted form are left out by name.
"""

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parent
PACKAGE = ROOT / "src" / "lumina"
INTERPRETED = bool(os.environ.get("LUMINA_INTERPRETED"))

# Tests of what exists only compiled, or that are not about one build: real processes, the gates, the control plane
# (which drives the engine). Everything else runs both ways.
COMPILED_ONLY = ("tests/engine", "tests/control", "tests/cli", "tests/system", "tests/house", "tests/bench")

collect_ignore = [str(ROOT / folder) for folder in COMPILED_ONLY] if INTERPRETED else []


def sources_only(folder: str) -> FileFinder:
    """Find the package's modules as .py, blind to the extension modules beside them."""
    if PACKAGE not in (Path(folder), *Path(folder).parents):
        raise ImportError(folder)  # the import system then asks the next hook
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


if INTERPRETED:
    sys.path_hooks.insert(0, sources_only)
    sys.path_importer_cache.clear()

# A property is true or not, however long the machine takes; and CI tries the same cases each time, fuzzing others.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")
