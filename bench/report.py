"""The report: one set of figures as JSON, and as a table that people read."""

import datetime as dt
import os
import platform
import re
import shlex
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.fleet import FLOOR
from bench.measure import Figure, Measured
from bench.peers import PEERS
from bench.works import FEW_ROUTES, MANY_ROUTES, ROUTES, WORKS

TITLES = {FLOOR: "*floor*", **{peer.name: peer.title for peer in PEERS}}


@dataclass(frozen=True)
class Circumstances:
    """Where, when and how the figures were taken."""

    machine: str
    date: str
    commit: str
    command: str
    rounds: int
    seconds: int
    versions: dict[str, str]
    missing: dict[str, str]  # peers that are not installed, and how to have them


def machine() -> str:
    """Return the processor, the number of CPUs that may be used, and the kernel."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    processor = found[1].strip() if found else platform.machine()
    return f"{processor}, {len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}"


def commit() -> str:
    """Return the commit that is measured, with a `+` when its sources have changes since."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + ("+" if git("status", "--porcelain", "src") else "")


def today() -> str:
    return dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d")


def command(arguments: list[str]) -> str:
    return shlex.join(["python", "-m", "bench.run", *arguments])


def as_json(measured: Measured, circumstances: Circumstances) -> dict[str, Any]:
    """Return all that was measured, each round included."""

    def plain(figure: Figure) -> dict[str, Any]:
        medians = {"cost": figure.cost, "rate": figure.rate, "p99": figure.p99}
        return {**medians, "samples": [asdict(sample) for sample in figure.samples]}

    figures = {
        work: {
            "title": WORKS[work].title,
            "unit": WORKS[work].unit,
            "contenders": {name: plain(figure) for name, figure in row.items()},
        }
        for work, row in measured.figures.items()
    }
    return {**asdict(circumstances), "works": figures, "refused": measured.refused}


def as_markdown(measured: Measured, circumstances: Circumstances) -> str:
    """Return the page: the table, then what one has to know to read it."""
    works = [work for work in WORKS if measured.figures.get(work)]
    tabled = [work for work in works if work != ROUTES.name]
    present = {name for work in tabled for name in measured.figures[work]}
    columns = [name for name in TITLES if name in present]
    notes = [_taken(circumstances), _meaning(circumstances)]
    if ROUTES.name in works:
        notes.append(routes_sentence(measured.figures[ROUTES.name]))
    spread = max((figure.spread for work in works for figure in measured.figures[work].values()), default=0.0)
    notes.append(f"The rounds of one figure lie up to {100 * spread:.0f} % apart: differences below that mean little.")
    versions = [f"{TITLES[name]} {version}" for name, version in circumstances.versions.items()]
    notes.append(f"Versions: {', '.join(versions)}.")
    notes += [f"Not measured: {TITLES[name]} (not installed: `{how}`)." for name, how in circumstances.missing.items()]
    notes += [f"Not measured: {what} ({why})." for what, why in measured.refused.items()]
    return "\n\n".join(["# Benchmark", table(measured, tabled, columns), *notes]) + "\n"


def _taken(circumstances: Circumstances) -> str:
    return (
        f"Measured on {circumstances.date}, commit `{circumstances.commit}`, {circumstances.machine}; "
        f"`{circumstances.command}`."
    )


def _meaning(circumstances: Circumstances) -> str:
    return (
        "Each figure is the proxy's own CPU time for one request, user and system, all its processes, in microseconds: "
        f"the median of {circumstances.rounds} rounds of {circumstances.seconds} s taken in turns. Memory is what an "
        "idle connection adds to its resident size, in KB. *floor* is a relay that looks at nothing. "
        "Smaller is better everywhere."
    )


def table(measured: Measured, works: list[str], columns: list[str]) -> str:
    """Return one row for each work: every contender's cost, then Lumina's as a ratio."""
    head = ["", *(TITLES[name] for name in columns), "Lumina to floor", "Lumina to nginx"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for work in works:
        figures = measured.figures[work]
        costs = [_cost(figures.get(name)) for name in columns]
        ratios = [ratio(figures.get("lumina"), figures.get(other)) for other in (FLOOR, "nginx")]
        rows.append([f"{WORKS[work].title}, {WORKS[work].unit}", *costs, *ratios])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cost(figure: Figure | None) -> str:
    return rounded(figure.cost) if figure else "-"


def rounded(cost: float) -> str:
    """Return three figures of a number that is not small, two of one that is."""
    return f"{cost:.0f}" if cost >= 100 else f"{cost:.1f}" if cost >= 1 else f"{cost:.2f}"


def ratio(figure: Figure | None, base: Figure | None) -> str:
    """Return the one's cost as a multiple of the other's, as far as both are there."""
    return f"{figure.cost / base.cost:.2f}" if figure and base and base.cost > 0 else "-"


def routes_sentence(figures: dict[str, Figure]) -> str:
    few, many = figures.get(str(FEW_ROUTES)), figures.get(str(MANY_ROUTES))
    if not (few and many):
        return "The cost of many routes was not measured."
    return (
        f"With {MANY_ROUTES:,} routes a request costs Lumina {ratio(many, few)} of what it costs with {FEW_ROUTES} "
        f"({_cost(many)} and {_cost(few)} µs)."
    )
