"""Run the test suite on a build that AddressSanitizer and UBSan watch, in a tree of its own.

The tree is build/sanitized: no sanitized module is ever left where a release is expected. Each process of the suite,
workers and their children too, writes what its sanitizer sees to a file of its own; one such file fails the run, also
where the test that caused it passed.

    python -m tools.sanitize [--of-the-compiled] [arguments for pytest]

--of-the-compiled leaves out the tests of packages that have no compiled module: what they do with compiled ones is done
by the system tests too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.flavour import ROOT, TRAP, build, tree_of

TREE = tree_of("sanitized")
REPORTS = TREE / "reports"
# The gates are about sources, the benchmark about other programs, and the heavy ones take minutes as they are.
LEFT_OUT = ("--ignore=tests/house", "--ignore=tests/bench", "-m", "not heavy")
# Programs of others that the tests start: they run as they are, and some hang when watched.
FOREIGN = ("curl", "nginx", "openssl", "wrk")
OF_THE_WHOLE = ("system", "fuzz")


def doors() -> Path:
    """Return a folder that has, for each foreign program, a script that starts it unwatched."""
    folder = TREE / "bin"
    folder.mkdir(exist_ok=True)
    for name in FOREIGN:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if found:
            (folder / name).write_text(f'#!/bin/sh\nunset LD_PRELOAD\nexec {found} "$@"\n')
            (folder / name).chmod(0o755)
    return folder


def watched() -> dict[str, str]:
    """Return the environment under which a process, and each that it starts, is watched."""
    libraries = [
        subprocess.run(["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    report = f"log_path={REPORTS}/report"
    return {
        **os.environ,
        "PATH": f"{doors()}:{os.environ['PATH']}",
        "LD_PRELOAD": " ".join(libraries),
        "PYTHONMALLOC": "malloc",  # else a read past the end of a small object stays inside Python's own arena
        "PYTHONPATH": str(TREE / "src"),
        # What Python leaves to the end of the process is no leak of ours.
        "ASAN_OPTIONS": f"detect_leaks=0:{report}",
        "UBSAN_OPTIONS": f"print_stacktrace=1:{report}",
        "LUMINA_SANITIZED": "1",
    }


def of_the_compiled() -> list[str]:
    """Return the tests of what is compiled, and of the whole."""
    headers = (ROOT / "src" / "lumina").rglob("*.pxd")
    folders = {ROOT / "tests" / header.parent.name for header in headers if header.parent.name != "lumina"}
    folders |= {ROOT / "tests" / name for name in OF_THE_WHOLE}
    places = [*(folder for folder in folders if folder.is_dir()), *(ROOT / "tests").glob("test_*.py")]
    return sorted(str(place.relative_to(ROOT)) for place in places)


def reports() -> list[Path]:
    return sorted(REPORTS.glob("report*"))


def run(arguments: list[str]) -> int:
    """Build, try the trap, run the suite; return how the process ends."""
    if "--of-the-compiled" in arguments:
        arguments = [argument for argument in arguments if argument != "--of-the-compiled"] + of_the_compiled()
    build("sanitized")
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir()
    environment = watched()
    subprocess.run([sys.executable, "-c", TRAP], env=environment, check=False)
    if not reports():
        print("sanitize: a planted overflow went unseen: nothing is watched here", file=sys.stderr)
        return 1
    for path in reports():
        path.unlink()
    suite = subprocess.run(
        # pytest's faulthandler would take the signals that the sanitizer explains better.
        [sys.executable, "-m", "pytest", "-p", "no:faulthandler", *LEFT_OUT, *arguments],
        cwd=TREE,
        env=environment,
        check=False,
    )
    for path in reports():
        print(f"\n== {path.name}\n{path.read_text(errors='replace')}", file=sys.stderr)
    print(f"sanitize: {len(reports())} reports")
    return 1 if suite.returncode or reports() else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
