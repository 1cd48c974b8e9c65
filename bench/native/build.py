"""The floor and the origin, compiled when they are asked for into build/bench."""

import contextlib
import io
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Distribution, Extension

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build" / "bench"
SOURCES = ("bench/native/relay.py", "bench/native/origin.py")
DIRECTIVES = {"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True}


def compile_native() -> None:
    """Compile what has changed; quick when nothing has."""
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()) as said:
        extensions = [Extension(Path(source).stem, [source], extra_compile_args=["-O2"]) for source in SOURCES]
        modules = cythonize(  # type: ignore[no-untyped-call]
            extensions, compiler_directives=DIRECTIVES, build_dir="build/bench", quiet=True
        )
        command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = "build/bench", "."
        command.ensure_finalized()
        try:
            command.run()
        except Exception:
            sys.stderr.write(said.getvalue())
            raise


def native(call: str) -> list[str]:
    """Return the command that runs a call such as `relay.serve(1, 2)`."""
    module = call.partition(".")[0]
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(BUILT)!r}); import {module}; {call}"]
