"""Metrics as text, beside what prometheus-client writes of the same, and read back by its parsers."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import generate_latest as as_text
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.registry import Collector

from lumina.control.exposition import OPENMETRICS, TEXT, Families, Part, page

BOUNDS = (0.005, 1.0, 10.0)
AWKWARD = ['local"host\\\n', "100 %s", "%", "{a,b}=", "größer", ""]


class These(Collector):
    """The registry of prometheus-client, filled."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self.families = families
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def collect(self) -> Sequence[Metric]:
        return self.families


def samples(text: bytes, kind: str) -> list[tuple[str, dict[str, str], float]]:
    parse: Any = parse_openmetrics if kind == OPENMETRICS else parse_text
    return [(one.name, one.labels, one.value) for family in parse(text.decode()) for one in family.samples]


def ours(values: Sequence[str]) -> list[Part]:
    families = Families(BOUNDS)
    return [
        families.told("counter", "asked", "Asked.", ("route", "code"), [((one, "200"), 7) for one in values]),
        families.told("gauge", "lag", "Lag.", (), [((), 0.25)]),
        families.told("info", "build", "Build.", ("version",), [((one,), 1) for one in values[:1]]),
        families.told("histogram", "took", "Took.", ("route",), [((one,), ([4, 0, 1, 2], 1e-7)) for one in values]),
        families.told("counter", "nothing", "Nothing yet.", ("route",), []),
    ]


def theirs(values: Sequence[str]) -> CollectorRegistry:
    asked = CounterMetricFamily("asked", "Asked.", labels=["route", "code"])
    took = HistogramMetricFamily("took", "Took.", labels=["route"])
    build = InfoMetricFamily("build", "Build.")
    for one in values:
        asked.add_metric([one, "200"], 7)
        took.add_metric([one], [("0.005", 4), ("1.0", 4), ("10.0", 5), ("+Inf", 7)], 1e-7)
    for one in values[:1]:
        build.add_metric([], {"version": one})
    nothing = CounterMetricFamily("nothing", "Nothing yet.", labels=["route"])
    return These([asked, GaugeMetricFamily("lag", "Lag.", value=0.25), build, took, nothing]).registry


def without_numbers(text: bytes) -> list[bytes]:
    """Return the lines but for what samples count, which may be written in several ways."""
    return [line if line.startswith(b"#") else line.rpartition(b" ")[0] for line in text.split(b"\n")]


@pytest.mark.parametrize("kind", [TEXT, OPENMETRICS])
def test_it_is_what_prometheus_client_writes(kind: str) -> None:
    write: Any = as_openmetrics if kind == OPENMETRICS else as_text
    expected = write(theirs(AWKWARD))
    found = page(ours(AWKWARD), kind)
    assert without_numbers(found) == without_numbers(expected)
    assert samples(found, kind) == samples(expected, kind)


@pytest.mark.parametrize("kind", [TEXT, OPENMETRICS])
@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=5, unique=True))
def test_any_label_is_read_as_it_was(values: list[str], kind: str) -> None:
    found = samples(page(ours(values), kind), kind)
    assert [labels["route"] for name, labels, _ in found if name == "asked_total"] == values
    assert [labels["route"] for name, labels, _ in found if name == "took_sum"] == values


def test_what_is_told_again_has_new_numbers_and_what_is_not_is_gone() -> None:
    families = Families(BOUNDS)

    def told(*series: tuple[str, int]) -> str:
        return families.told("gauge", "up", "Up.", ("at",), [((at,), value) for at, value in series]).lines

    assert told(("a", 1), ("b", 2)) == 'up{at="a"} 1\nup{at="b"} 2\n'
    assert told(("b", 3)) == 'up{at="b"} 3\n'
    assert told(("a", 4), ("b", 5)) == 'up{at="a"} 4\nup{at="b"} 5\n'


@pytest.mark.parametrize("number", [2**63, 123456789012, 1e22, 1e-9, 0.1 + 0.2])
def test_numbers_are_exact(number: float) -> None:
    part = Families(BOUNDS).told("gauge", "n", "N.", (), [((), number)])
    assert float(part.lines.split()[1]) == number
