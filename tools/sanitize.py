"""Run the test suite on a build that AddressSanitizer and UBSan watch, in a tree of its own.

The tree is build/sanitized: no sanitized module is ever left where a release is expected. Each process of the suite,
workers and their children too, writes what its sanitizer sees to a file of its own; one such file fails the run, also
where the test that caused it passed.

    python tools/sanitize.py [arguments for pytest]
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TREE = ROOT / "build" / "sanitized"
REPORTS = TREE / "reports"
NEEDED = ("src", "tests", "tools", "docs", "fuzz", "conftest.py", "pyproject.toml", "setup.py", "README.md", "LICENSE")
# The gates are about sources, the benchmark about other programs, and the heavy ones take minutes as they are.
LEFT_OUT = ("--ignore=tests/house", "--ignore=tests/bench", "-m", "not heavy")
# Programs of others that the tests start: they run as they are, and some hang when watched.
FOREIGN = ("curl", "nginx", "openssl", "wrk")
# A read past the end of an allocation, made by C on behalf of Python: what the run must be able to see.
TRAP = "import ctypes; ctypes.string_at(ctypes.create_string_buffer(16), 4096)"


def mirror() -> None:
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
        target = TREE / name
        if not target.exists() or target.read_bytes() != (ROOT / name).read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    for old in TREE.glob("*/**/*"):
        name = str(old.relative_to(TREE))
        if old.is_file() and name not in names and name.startswith(("src/", "tests/")):
            stale = old.suffix in (".py", ".pxd") or not old.with_name(old.name.split(".")[0] + ".pxd").exists()
            if stale:
                old.unlink()


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


def reports() -> list[Path]:
    return sorted(REPORTS.glob("report*"))


def run(arguments: list[str]) -> int:
    """Build, try the trap, run the suite; return how the process ends."""
    TREE.mkdir(parents=True, exist_ok=True)
    mirror()
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"],
        cwd=TREE,
        env={**os.environ, "LUMINA_BUILD": "sanitized"},
        check=True,
    )
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
