"""Run every fuzz target for a bounded time. What one finds is kept, named, and fails the run.

A target is a module fuzz/NAME.py that takes libFuzzer's options. What it looks at is the package as clang compiles it:
each branch tells libFuzzer that it was taken, and AddressSanitizer and UBSan watch. It starts from the inputs in
fuzz/corpus/NAME and from those that earlier runs left in build/fuzz/NAME.

    python -m tools.fuzz [--seconds N] [--jobs N] [NAME ...]
    python -m tools.fuzz --look FILE NAME           what one input does, with all that is said about it
    python -m tools.fuzz --keep [NAME ...]          add to fuzz/corpus what earlier runs found to reach more
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.flavour import ROOT, TRAP, build

TARGETS = ROOT / "fuzz"
CORPUS = TARGETS / "corpus"
GROWN = ROOT / "build" / "fuzz"
CLANGS = ("clang", *(f"clang-{version}" for version in range(21, 13, -1)))
LONGEST = 2048  # octets of an input
STALL = 20  # seconds on one input before it counts as never ending
GRACE = 120  # seconds to start and to stop
SAID = 150  # lines of what a target says about a find
HASH = re.compile(r"[0-9a-f]{12}")  # as inputs are named that nobody named
LONG_HASH = re.compile(r"[0-9a-f]{40}")
FIND = re.compile(r"Uncaught Python exception|ERROR: AddressSanitizer|runtime error:|ERROR: libFuzzer")
PROGRESS = re.compile(r"^#(\d+)\s+(INITED|DONE)\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)


def targets() -> dict[str, Path]:
    """Return every target by its name. A file that begins with an underscore is shared by several."""
    return {path.stem: path for path in sorted(TARGETS.glob("*.py")) if not path.stem.startswith("_")}


def compiler() -> str:
    """Return the clang to compile with, behind ccache where CC says so."""
    found = next((name for name in CLANGS if shutil.which(name)), None)
    if found is None:
        raise SystemExit(
            "fuzz: there is no clang here, which alone can tell libFuzzer its way\nhint: apt-get install clang"
        )
    return f"ccache {found}" if os.environ.get("CC", "").startswith("ccache ") else found


def watched() -> dict[str, str]:
    """Return the environment of a target. The runtime of libFuzzer and of the sanitizers comes with atheris."""
    spec = importlib.util.find_spec("atheris")
    assert spec is not None
    assert spec.origin is not None
    return {
        **os.environ,
        "LD_PRELOAD": str(Path(spec.origin).parent.parent / "asan_with_fuzzer.so"),
        "PYTHONMALLOC": "malloc",  # else a read past the end of a small object stays inside Python's own arena
        "PYTHONPATH": "src",
        "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=32:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }


def words(name: str) -> Path:
    """Write the dictionary of a target: the words of HTTP/1.1, and its own if it has any."""
    place = GROWN / name / "dict"
    place.parent.mkdir(parents=True, exist_ok=True)
    parts = (TARGETS / "http.dict", TARGETS / f"{name}.dict")
    place.write_text("".join(part.read_text() for part in parts if part.exists()))
    return place


def run(tree: Path, name: str, arguments: list[str | Path], seconds: int) -> subprocess.CompletedProcess[str]:
    options = [f"-max_len={LONGEST}", f"-timeout={STALL}", f"-dict={words(name)}"]
    return subprocess.run(
        [sys.executable, "-m", f"fuzz.{name}", *options, *arguments],
        cwd=tree,
        env=watched(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        errors="replace",
        timeout=seconds + GRACE,
    )


def fuzz(tree: Path, name: str, seconds: int) -> list[Path]:
    """Run one target, say how far it came, and return the inputs that broke it."""
    found = GROWN / name / "found"
    grown = GROWN / name / "corpus"
    for folder in (found, grown):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    done = run(tree, name, [f"-max_total_time={seconds}", f"-artifact_prefix={found}/", grown, CORPUS / name], seconds)
    (GROWN / name / "log").write_text(done.stdout)
    steps = {step[2]: step for step in PROGRESS.finditer(done.stdout)}
    culprits = sorted(set(found.iterdir()) - before)
    if done.returncode or "DONE" not in steps or culprits:
        print(about(done.stdout), f"fuzz: {name}: broken, see above", sep="\n", flush=True)
        return culprits or [Path(name)]
    first, last = steps["INITED"], steps["DONE"]
    print(
        f"fuzz: {name}: {last[1]} inputs; branches {first[3]} -> {last[3]}, with their counts {first[4]} -> {last[4]};"
        f" {int(last[5]) - int(first[5])} new inputs kept",
        flush=True,
    )
    return []


def about(said: str) -> str:
    """Return what a target says of its find, or its last words where it says nothing of the kind."""
    lines = said.splitlines()
    first = next((number for number, line in enumerate(lines) if FIND.search(line)), max(0, len(lines) - SAID))
    return "\n".join(lines[first : first + SAID])


def keep(tree: Path, name: str) -> None:
    """Write the corpus anew: what we named, and the fewest inputs that take all branches that it does not."""
    seeds = CORPUS / name
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder)
        for path in seeds.iterdir():
            if not HASH.fullmatch(path.name):
                shutil.copy(path, chosen)
        done = run(tree, name, ["-set_cover_merge=1", "-use_counters=0", chosen, seeds, GROWN / name / "corpus"], 3600)
        if done.returncode:
            raise SystemExit(done.stdout)
        shutil.rmtree(seeds)
        seeds.mkdir()
        for path in chosen.iterdir():
            shutil.copy(path, seeds / (path.name[:12] if LONG_HASH.fullmatch(path.name) else path.name))
    print(f"fuzz: {name}: {len(list(seeds.iterdir()))} inputs in {seeds.relative_to(ROOT)}")


def blind() -> bool:
    """Say whether a planted overflow goes unseen."""
    tried = subprocess.run([sys.executable, "-c", TRAP], env=watched(), check=False, capture_output=True, text=True)
    return "AddressSanitizer" not in tried.stderr


def main() -> int:
    """Run the named targets, or all, and return how the process ends."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--look", type=Path, metavar="FILE")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("names", nargs="*", choices=[*targets(), []], metavar="NAME")
    chosen = parser.parse_args()
    names = chosen.names or list(targets())
    tree = build("fuzzed", compiler())
    if blind():
        print("fuzz: a planted overflow went unseen: nothing is watched here", file=sys.stderr)
        return 1
    if chosen.look:
        done = run(tree, names[0], [chosen.look.resolve()], STALL)
        print(done.stdout)
        return done.returncode
    if chosen.keep:
        for name in names:
            keep(tree, name)
        return 0
    with ThreadPoolExecutor(chosen.jobs) as pool:
        runs = [pool.submit(fuzz, tree, name, chosen.seconds) for name in names]
        broken = [culprit for each in runs for culprit in each.result()]
    for culprit in broken:
        print(f"fuzz: broken by {culprit}", file=sys.stderr)
    print(f"fuzz: {len(names)} targets run, {len(broken)} inputs that break one")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
