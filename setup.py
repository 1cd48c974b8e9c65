"""Compile every module that has a C header: `x.py` with `x.pxd` beside it.

LUMINA_BUILD picks the flavour: release (default), checked, sanitized, fuzzed, or none, which compiles nothing: an
editable installation takes the modules that lie beside their sources. LUMINA_WERROR=1 lets no C warning pass.

What bears its own name is whole, however a build before this one ended: the next one goes on where that stopped.
"""

import os
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCE = Path("src")
FLAVOUR = os.environ.get("LUMINA_BUILD", "release")
CORES = len(os.sched_getaffinity(0))
WRITTEN = Path(f"build/cython-{FLAVOUR}")  # the C files
UNFINISHED = Path(f"build/cython-{FLAVOUR}.unfinished")  # is there while they are written

# tools/hot.py judges the hot path under the directives of a release.
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": FLAVOUR != "release",
    "initializedcheck": FLAVOUR != "release",
    "wraparound": False,
    "binding": False,
    "always_allow_keywords": True,
    "warn.undeclared": False,
}
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
# For clang: each branch tells libFuzzer that it was taken. The runtime that atheris brings has no check of `function`.
GUIDED = ["-fsanitize=fuzzer-no-link", *SANITIZERS, "-fno-sanitize=function"]
WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers"]
COMPILE = {
    "release": ["-O3", "-g1", *WARNINGS],
    "checked": ["-O1", "-g", "-UNDEBUG", *WARNINGS],
    "sanitized": ["-O1", "-g", "-fno-omit-frame-pointer", *SANITIZERS],
    "fuzzed": ["-O1", "-g", "-w", "-fno-omit-frame-pointer", *GUIDED],
    "none": [],
}[FLAVOUR]
LINK = SANITIZERS if FLAVOUR == "sanitized" else []  # what `fuzzed` lacks is there before it: see tools/fuzz.py
if os.environ.get("LUMINA_WERROR"):
    COMPILE = [*COMPILE, "-Werror"]


def extension(header: Path) -> Extension:
    """Return the extension for the source beside `header`."""
    source = header.with_suffix(".py")
    name = ".".join(source.relative_to(SOURCE).with_suffix("").parts)
    return Extension(name, [str(source)], extra_compile_args=COMPILE, extra_link_args=LINK, depends=["setup.py"])


class WholeModules(build_ext):
    """Writes modules under another name first. A running gateway keeps those that it has, too."""

    def build_extensions(self) -> None:
        link = self.compiler.link_shared_object

        def link_whole(objects: list[str], output: str, *rest: Any, **more: Any) -> None:  # noqa: ANN401 (setuptools')
            link(objects, f"{output}.part", *rest, **more)
            Path(f"{output}.part").replace(output)

        self.compiler.link_shared_object = link_whole
        super().build_extensions()

    def copy_file(self, infile: Any, outfile: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 (setuptools')
        there = Path(outfile)
        if there.exists() and there.stat().st_mtime >= Path(infile).stat().st_mtime:
            return outfile, False
        super().copy_file(infile, f"{outfile}.part", *rest, **more)
        Path(f"{outfile}.part").replace(there)
        return outfile, True


def forget_unfinished() -> None:
    """Remove what a run that was cut off had written: its last C files may end anywhere."""
    began = UNFINISHED.stat().st_mtime if UNFINISHED.exists() else float("inf")
    for file in WRITTEN.rglob("*.c"):
        if file.stat().st_mtime >= began:
            file.unlink()


headers = [path for path in sorted(SOURCE.rglob("*.pxd")) if path.with_suffix(".py").exists() and FLAVOUR != "none"]
forget_unfinished()
UNFINISHED.parent.mkdir(exist_ok=True)
UNFINISHED.touch()
modules = cythonize(
    [extension(header) for header in headers],
    compiler_directives=DIRECTIVES,
    build_dir=str(WRITTEN),
    nthreads=CORES,
)
UNFINISHED.unlink()
setup(
    ext_modules=modules,
    cmdclass={"build_ext": WholeModules},
    # Flavours keep their objects apart: one built after the other would otherwise find the other's and call them new.
    options={"build_ext": {"parallel": CORES, "build_temp": f"build/objects-{FLAVOUR}"}},
)
