"""Metrics as text: Prometheus's own format (version 0.0.4), and OpenMetrics 1.0.

A thousand routes are fifty thousand lines, and whoever asks for them must not hold up others. So what does not change
from one scrape to the next, which is all but the numbers, is written once and kept for as long as it is told again.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
SUFFIXES = {"counter": "_total", "info": "_info"}  # of samples, by the kind of their family
OLDER = {"info": "gauge"}  # what the older format calls a kind that it does not have

Values = tuple[str, ...]  # of the labels
Spread = tuple[Sequence[int], float]  # how many fell into each bucket, the last of which has no bound, and their sum


class Part(NamedTuple):
    """One family as it stands now."""

    text_head: str
    openmetrics_head: str
    lines: str


class Family:
    """Counters, gauges or facts (`info`), and how the lines of each series were written when it was last told."""

    def __init__(self, name: str, kind: str, help_text: str, labels: Sequence[str]) -> None:
        """name: without the suffix that samples of its kind have."""
        self._name = name
        self._sample = name + SUFFIXES.get(kind, "")
        self._labels = labels
        self._text_head = _head(self._sample, OLDER.get(kind, kind), help_text)
        self._openmetrics_head = _head(name, kind, help_text)
        self._templates: dict[Values, str] = {}

    def told(self, series: Iterable[tuple[Values, Any]]) -> Part:
        """Return the family with these series, each told by the values of its labels and what it has come to."""
        before, self._templates = self._templates, {}
        lines = []
        for values, number in series:
            template = self._templates[values] = before.get(values) or self._template(values)
            lines.append(template % self._numbers(number))
        return Part(self._text_head, self._openmetrics_head, "".join(lines))

    def _template(self, values: Values) -> str:
        return _line(self._sample, self._pairs(values))

    def _pairs(self, values: Values) -> list[tuple[str, str]]:
        return list(zip(self._labels, values, strict=True))

    def _numbers(self, number: Any) -> Any:  # noqa: ANN401 (a number here, and more of them below)
        return number


class Histogram(Family):
    """Histograms, each told by its Spread."""

    def __init__(self, name: str, help_text: str, labels: Sequence[str], bounds: Iterable[float]) -> None:
        super().__init__(name, "histogram", help_text, labels)
        self._bounds = [*map(str, bounds), "+Inf"]

    def _template(self, values: Values) -> str:
        own = self._pairs(values)
        buckets = [_line(f"{self._name}_bucket", [*own, ("le", bound)]) for bound in self._bounds]
        return "".join([*buckets, _line(f"{self._name}_count", own), _line(f"{self._name}_sum", own)])

    def _numbers(self, number: Spread) -> tuple[float, ...]:
        counts, total = number
        below = tuple(accumulate(counts))  # a bucket has all that those before it have
        return (*below, below[-1], total)


class Families:
    """The families of one page, by name."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """bounds: upper ends of the histogram buckets, without +Inf."""
        self._bounds = bounds
        self._known: dict[str, Family] = {}

    def told(
        self, kind: str, name: str, help_text: str, labels: Sequence[str], series: Iterable[tuple[Values, Any]]
    ) -> Part:
        """Return a family as Family.told() does; it is what it was when its name was first told."""
        family = self._known.get(name)
        if family is None:
            histogram = kind == "histogram"
            family = (
                Histogram(name, help_text, labels, self._bounds) if histogram else Family(name, kind, help_text, labels)
            )
            self._known[name] = family
        return family.told(series)


def _head(name: str, kind: str, help_text: str) -> str:
    return f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n"


def _line(name: str, labels: list[tuple[str, str]]) -> str:
    """Return the template of one line."""
    inside = ",".join(f'{label}="{_escaped(value)}"' for label, value in sorted(labels)).replace("%", "%%")
    return f"{name}{{{inside}}} %r\n" if inside else f"{name} %r\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def page(parts: Iterable[Part], kind: str) -> bytes:
    """Return a whole page, as TEXT or OPENMETRICS."""
    if kind == OPENMETRICS:
        return "".join([*(part.openmetrics_head + part.lines for part in parts), "# EOF\n"]).encode()
    return "".join([part.text_head + part.lines for part in parts]).encode()
