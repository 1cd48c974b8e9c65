"""The plot: one panel for each work, one bar for each contender."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from bench.fleet import FLOOR
from bench.measure import Figure, Measured
from bench.peers import PEERS
from bench.report import Circumstances, rounded
from bench.works import FEW_ROUTES, MANY_ROUTES, ROUTES, WORKS

# From the palette of Okabe and Ito, which the colour-blind can tell apart; the value stands beside each bar as well.
OURS = "#0072B2"
THEIRS = "#A6A6A6"
LEAST = "#D55E00"
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # under a value that stands on the floor's line
COLUMNS = 2
ROUTE_TITLES = {str(FEW_ROUTES): f"{FEW_ROUTES} routes", str(MANY_ROUTES): f"{MANY_ROUTES:,} routes"}
TITLES = {**{peer.name: peer.title for peer in PEERS}, **ROUTE_TITLES}


def draw(measured: Measured, circumstances: Circumstances, files: list[Path]) -> None:
    """Write the plot to each file, in the format that its ending names."""
    works = [name for name in WORKS if measured.figures.get(name)]
    rows = -(-len(works) // COLUMNS)
    with mpl.rc_context({"font.size": 9, "axes.titlesize": 10, "svg.hashsalt": "lumina", "svg.fonttype": "path"}):
        canvas = Canvas(figsize=(10, 0.8 + 2.0 * rows), layout="constrained")
        panels = canvas.subplots(rows, COLUMNS, squeeze=False).flat
        for panel in panels:
            panel.set_visible(False)
        for name, panel in zip(works, canvas.axes, strict=False):
            _panel(panel, name, measured.figures[name])
        canvas.suptitle(
            "Lumina beside its peers: CPU time for one request, memory for one connection; smaller is better",
            fontsize=11,
        )
        canvas.supxlabel(
            f"{circumstances.machine}; {circumstances.date}, commit {circumstances.commit}; median of "
            f"{circumstances.rounds} rounds of {circumstances.seconds} s; every proxy with its access log on",
            fontsize=7.5,
            color="#555555",
        )
        for file in files:
            canvas.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)


def _panel(panel: Axes, work: str, figures: dict[str, Figure]) -> None:
    names = [name for name in TITLES if name in figures]
    costs = [figures[name].cost for name in names]
    colours = [OURS if name == "lumina" or work == ROUTES.name else THEIRS for name in names]
    panel.set_visible(True)
    bars = panel.barh([TITLES[name] for name in names], costs, color=colours, height=0.72)
    panel.bar_label(bars, labels=[rounded(cost) for cost in costs], padding=3, bbox=PAPER)
    panel.set_ylim(max(len(names), len(PEERS)) - 0.4, -0.6)  # the first at the top; bars of one height everywhere
    panel.set_title(f"{WORKS[work].title}, {WORKS[work].unit}", loc="left", fontweight="bold", pad=12)
    panel.spines[["top", "right", "bottom"]].set_visible(False)
    panel.tick_params(left=False, bottom=False, labelbottom=False)
    panel.margins(x=0.14)
    if FLOOR in figures:
        panel.axvline(figures[FLOOR].cost, color=LEAST, linewidth=1.2, linestyle=(0, (4, 2)))
        panel.annotate(
            f"floor {rounded(figures[FLOOR].cost)}",
            (figures[FLOOR].cost, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 1),
            textcoords="offset points",
            color=LEAST,
            fontsize=8,
            horizontalalignment="center",
        )
