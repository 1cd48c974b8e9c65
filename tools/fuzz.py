"""Run every fuzz target for a bounded time. What one finds is kept, named, and fails the run.

A target is a file fuzz/NAME.py that takes libFuzzer's options. It starts from the inputs in fuzz/corpus/NAME, if there
are any, and from those that earlier runs left in build/fuzz/NAME. First the sources are searched, guided by their
coverage; then the compiled modules get what was found, and variations of it, for a quarter of the time.

    python tools/fuzz.py [--seconds N] [NAME ...]
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGETS = ROOT / "fuzz"
STALL = 20  # seconds on one input before it counts as never ending
GRACE = 120  # seconds to start and to stop
TAIL = 40  # lines of what a target said last
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s+([1-9]\d*)", re.MULTILINE)


def targets() -> dict[str, Path]:
    """Return every target by its name. A file that begins with an underscore is shared by several."""
    return {path.stem: path for path in sorted(TARGETS.glob("*.py")) if not path.stem.startswith("_")}


def fuzz(target: Path, seconds: int) -> list[Path]:
    """Run one target and return the inputs that broke it."""
    grown = ROOT / "build" / "fuzz" / target.stem
    found = grown / "found"
    found.mkdir(parents=True, exist_ok=True)
    corpus = grown / "corpus"
    corpus.mkdir(exist_ok=True)
    seeds = TARGETS / "corpus" / target.stem
    before = set(found.iterdir())
    options = [f"-max_total_time={seconds}", f"-timeout={STALL}", f"-artifact_prefix={found}/", "-print_final_stats=1"]
    folders = [folder for folder in (corpus, seeds) if folder.is_dir()]
    guided = run(target, [*options, *folders], seconds)
    count = EXECUTED.search(guided.stderr)
    if guided.returncode or not count:
        print(guided.stdout, *guided.stderr.splitlines()[-TAIL:], sep="\n")
        return sorted(set(found.iterdir()) - before) or [target]
    compiled = run(target, ["--compiled", "--seconds", str(seconds / 4), *folders], seconds)
    print(f"fuzz: {target.stem}: {count[1]} inputs to the sources; compiled: {compiled.stdout.strip()}", flush=True)
    if compiled.returncode:
        print(*compiled.stderr.splitlines()[-TAIL:], sep="\n")
        return [target]
    return []


def run(target: Path, arguments: list[str | Path], seconds: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, target, *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
        timeout=seconds + GRACE,
    )


def main() -> int:
    """Run the named targets, or all, and return how the process ends."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    known = targets()
    broken = [culprit for name in chosen.names or known for culprit in fuzz(known[name], chosen.seconds)]
    for culprit in broken:
        print(f"fuzz: {culprit}", file=sys.stderr)
    print(f"fuzz: {len(known)} targets known, {len(broken)} inputs that break one")
    return 1 if broken or not known else 0


if __name__ == "__main__":
    sys.exit(main())
