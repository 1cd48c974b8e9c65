"""What every fuzz target shares: libFuzzer, which finds its way by the branches that the compiled modules take.

A target is a module fuzz/NAME.py with a function `check` that raises where an input breaks a promise of ours. It is run
by tools/fuzz.py, on modules that the sanitizers watch; tests/fuzz gives it the corpus, on any build.
"""

import sys
from collections.abc import Callable
from pathlib import Path

Check = Callable[[bytes], None]


def main(check: Check) -> None:
    """Run the target under libFuzzer, with the options of the command line."""
    import atheris

    # To write a corpus anew, libFuzzer calls itself by the name it is given.
    name = f"{sys.executable} -m fuzz.{Path(sys.argv[0]).stem}"
    atheris.Setup([name, *sys.argv[1:]], check)
    atheris.Fuzz()
