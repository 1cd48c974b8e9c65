"""Compile every module that has a C header: `x.py` with `x.pxd` beside it.

LUMINA_BUILD picks the flavour: release (default), checked, sanitized, fuzzed, or none, which compiles nothing: an
editable installation takes the modules that lie beside their sources. LUMINA_WERROR=1 lets no C warning pass.
"""

import os
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

SOURCE = Path("src")
FLAVOUR = os.environ.get("LUMINA_BUILD", "release")
CORES = len(os.sched_getaffinity(0))

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


headers = [path for path in sorted(SOURCE.rglob("*.pxd")) if path.with_suffix(".py").exists() and FLAVOUR != "none"]
setup(
    ext_modules=cythonize(
        [extension(header) for header in headers],
        compiler_directives=DIRECTIVES,
        build_dir=f"build/cython-{FLAVOUR}",
        nthreads=CORES,
    ),
    # Flavours keep their objects apart: one built after the other would otherwise find the other's and call them new.
    options={"build_ext": {"parallel": CORES, "build_temp": f"build/objects-{FLAVOUR}"}},
)
