"""What every test run shares: the switch to the interpreter, and what it leaves out.

`LUMINA_INTERPRETED=1 pytest` runs the tests on the .py sources, so that coverage and pdb see what was written. Modules
that have no interpreted form are left out by name.
"""

import gc
import os
from pathlib import Path

from hypothesis import settings

from tools.interpreted import interpret

ROOT = Path(__file__).parent
INTERPRETED = bool(os.environ.get("LUMINA_INTERPRETED"))

# Tests of what exists only compiled, or that are not about one build: real processes, the gates, the control plane
# (which drives the engine). Everything else runs both ways. pyproject.toml excuses the same modules from mypy.
COMPILED_ONLY = (
    "tests/bench",
    "tests/cli",
    "tests/control",
    "tests/engine",
    "tests/fuzz/test_connection.py",
    "tests/house",
    "tests/http1/test_write.py",
    "tests/system",
)

collect_ignore = [str(ROOT / folder) for folder in COMPILED_ONLY] if INTERPRETED else []
if INTERPRETED:
    interpret()

# A property is true or not, however long the machine takes; and CI tries the same cases each time, fuzzing others.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Put the tests themselves, thousands of them, where the garbage collector need not look again and again."""
    gc.collect()
    gc.freeze()
