"""Run every fuzz target for a bounded time. What one finds is kept, named, and fails the run.

A target is a file fuzz/NAME.py that takes libFuzzer's options, as one made with atheris does. It starts from the inputs
in fuzz/corpus/NAME, if there are any, and from those that earlier runs left in build/fuzz/NAME.

    python tools/fuzz.py [--seconds N] [NAME ...]
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGETS = ROOT / "fuzz"
STALL = 20  # seconds on one input before it counts as never ending
GRACE = 120  # seconds to start and to stop


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
    run = subprocess.run(
        [sys.executable, target, *options, *folders],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
        timeout=seconds + GRACE,
    )
    tail = run.stderr.splitlines()[-40:]
    if run.returncode:
        print(run.stdout, *tail, sep="\n")
        return sorted(set(found.iterdir()) - before) or [target]
    executed = [line.split()[-1] for line in tail if line.startswith("stat::number_of_executed_units")]
    print(f"fuzz: {target.stem}: {executed[0] if executed else 'no'} inputs, nothing found", flush=True)
    return [] if executed and int(executed[0]) else [target]


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
