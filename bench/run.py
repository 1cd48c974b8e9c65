"""The benchmark: this Lumina beside the peers that are installed, on the same works, in one run.

    python -m bench.run [--only small,tls] [--peers lumina,nginx] [--rounds N] [--seconds N] [--results FOLDER]

The figure is CPU time, not requests a second: it holds on a machine that does other things as well. docs/benchmarks.md
says how it is taken and what it does not tell.
"""

import argparse
import json
import resource
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bench import plot, report
from bench.fleet import Fleet
from bench.load import Generator
from bench.measure import Measured, in_turns, measure_with
from bench.peers import PEERS, Peer
from bench.works import WORKS, Work

TOOLS = {"wrk": "wrk", "taskset": "util-linux", "openssl": "openssl"}  # program: Debian's package
OPEN_FILES = 20000


def main(arguments: list[str]) -> int:
    """Measure, print and write. Returns the exit code: 2 when there is nothing to measure with."""
    asked = parse(arguments)
    absent = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if absent:
        print(f"bench: needs programs that are not here\nhint: apt-get install {' '.join(absent)}", file=sys.stderr)
        return 2
    installed, missing = present(asked.peers)
    if not any(peer.name == "lumina" for peer in installed) and "lumina" in (peer.name for peer in asked.peers):
        print("bench: this checkout has no `lumina` beside its Python\nhint: make", file=sys.stderr)
        return 2
    for name, how in missing.items():
        print(f"{name}: not installed ({how})")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, OPEN_FILES)), hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that whatever was started is ended as well
    versions = {peer.name: peer.version() for peer in installed}
    circumstances = report.Circumstances(
        machine=report.machine(),
        date=report.today(),
        commit=report.commit(),
        command=report.command(arguments),
        rounds=asked.rounds,
        seconds=asked.seconds,
        versions=versions,
        missing=missing,
    )
    measured = measure(asked, installed)
    write(measured, circumstances, asked.results)
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; `only` and `peers` come back as works and peers."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Lumina beside its peers.")
    parser.add_argument("--only", type=_works, default=list(WORKS.values()), help=f"of {','.join(WORKS)}")
    parser.add_argument("--peers", type=_peers, default=list(PEERS), help=f"of {','.join(peer.name for peer in PEERS)}")
    parser.add_argument("--rounds", type=int, default=3, help="for each work and peer (3)")
    parser.add_argument("--seconds", type=int, default=3, help="of each round (3)")
    parser.add_argument("--results", type=Path, default=Path("bench/results"), help="where to write (bench/results)")
    return parser.parse_args(arguments)


def _works(text: str) -> list[Work]:
    unknown = set(text.split(",")) - set(WORKS)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown work: {', '.join(sorted(unknown))}")
    return [WORKS[name] for name in WORKS if name in text.split(",")]


def _peers(text: str) -> list[Peer]:
    unknown = set(text.split(",")) - {peer.name for peer in PEERS}
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown peer: {', '.join(sorted(unknown))}")
    return [peer for peer in PEERS if peer.name in text.split(",")]


def present(peers: list[Peer]) -> tuple[list[Peer], dict[str, str]]:
    """Return the peers that are installed, and for the others how to have them."""
    installed = [peer for peer in peers if peer.program()]
    return installed, {peer.name: peer.install for peer in peers if peer not in installed}


def measure(asked: argparse.Namespace, peers: list[Peer]) -> Measured:
    with tempfile.TemporaryDirectory(prefix="lumina-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # nginx's worker gives up root's rights
        with Fleet(directory, peers, asked.only) as fleet:
            generator = Generator(fleet.load_cpus, directory)
            return in_turns(fleet, asked.only, asked.rounds, measure_with(generator, asked.seconds))


def write(measured: Measured, circumstances: report.Circumstances, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = report.as_markdown(measured, circumstances)
    (folder / "latest.md").write_text(page)
    data = json.dumps(report.as_json(measured, circumstances), indent=1, ensure_ascii=False)
    (folder / "latest.json").write_text(data + "\n")
    plot.draw(measured, circumstances, [folder / "latest.svg", folder / "latest.png"])
    print(f"\n{page}\nwritten: {folder}/latest.json, .md, .svg and .png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
