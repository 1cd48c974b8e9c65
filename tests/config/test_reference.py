"""The reference manual, written from the fields themselves."""

from pathlib import Path

import pytest

from lumina.config.model.section import Section
from lumina.config.reference import manual, sections
from lumina.config.units import parse_duration, parse_size

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "configuration.md"


def rows() -> dict[str, list[str]]:
    """Return the cells of each field's row, by section and field."""
    found: dict[str, list[str]] = {}
    title = ""
    for line in manual().splitlines():
        if line.startswith("## "):
            title = line.removeprefix("## ").strip("`")
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            found[f"{title} {cells[0].strip('`')}"] = cells[1:]
    return found


def test_the_page_is_what_the_fields_say() -> None:
    assert PAGE.read_text() == manual()  # if not: make docs


def test_nothing_in_it_is_indented() -> None:
    text = manual().partition("## The file")[2]
    assert [line for line in text.splitlines() if line.startswith(" ")] == []  # Markdown would take it for code


def test_every_section_is_in_it() -> None:
    assert [path for path, _ in sections()] == [
        "",
        "server",
        "server.tls[]",
        "server.proxy_protocol",
        "server.admin",
        "routes[]",
        "routes[].fallback",
        "routes[].fallback.answer",
        "routes[].paths",
        "upstreams.NAME",
        "upstreams.NAME.endpoints[]",
        "upstreams.NAME.balance",
        "upstreams.NAME.sticky",
        "upstreams.NAME.caps",
        "upstreams.NAME.health",
        "upstreams.NAME.outliers",
        "upstreams.NAME.breaker",
        "upstreams.NAME.retries",
        "upstreams.NAME.hedge",
        "upstreams.NAME.adaptive",
        "upstreams.NAME.tls",
        "upstreams.NAME.timeouts",
        "resolver",
        "paths",
        "leniency",
        "limits",
        "timeouts",
        "overload",
        "access_log",
    ]


@pytest.mark.parametrize(("path", "section"), list(sections()), ids=[path or "the file" for path, _ in sections()])
def test_every_field_says_what_it_means(path: str, section: type[Section]) -> None:
    for name, field in section.model_fields.items():
        text = field.description or ""
        assert (text[:1].isupper() or text[:1] == "`", text[-1:]) == (True, "."), f"{path}.{name}"


def test_defaults_are_written_as_a_user_would() -> None:
    found = rows()
    assert found["server host"][1] == "`127.0.0.1`"
    assert found["server workers"][1] == "`auto`"
    assert found["server tls"][1] == "none"
    assert found["routes[] path"][1] == "required"
    assert found["routes[] preserve_host"][1] == "`true`"
    assert found["upstreams.NAME.timeouts connect"][1] == "`null`"
    assert found["limits body_bytes"][1] == "`null`"
    assert found["upstreams.NAME.health statuses"][1] == "`[200-399]`"
    assert found["upstreams.NAME.retries budget_ratio"][1] == "`20%`"
    assert found["upstreams.NAME breaker"][1] == "none"
    assert parse_size(found["limits header_bytes"][1].strip("`")) == 32768
    assert parse_duration(found["timeouts keep_alive"][1].strip("`")) == 75.0


def test_values_are_named() -> None:
    found = rows()
    assert found["The file routes"][0] == "list of [`routes[]`](#routes)"
    assert found["The file upstreams"][0] == "mapping of names to [`upstreams.NAME`](#upstreamsname)"
    assert found["server port"][0] == "whole number from 0 to 65535"
    endpoints = "list of [`upstreams.NAME.endpoints[]`](#upstreamsnameendpoints), or a URL alone"
    assert found["upstreams.NAME endpoints"][0] == endpoints
    assert found["upstreams.NAME.retries methods"][0] == "list of methods"
    assert found["timeouts header"][0] == "duration from 10ms to 24h"
    assert found["access_log format"][0] == "`auto`, `json` or `text`"


def test_every_link_leads_to_a_section() -> None:
    titles = [line.removeprefix("## ") for line in manual().splitlines() if line.startswith("## ")]
    bare = ["".join(char for char in title.lower() if char.isalnum() or char in "_- ") for title in titles]
    anchors = {title.replace(" ", "-") for title in bare}
    links = {part.partition(")")[0] for part in manual().split("](#")[1:]}
    assert links <= anchors
    assert len(links) == len(titles) - 2  # all but `Values` and the file itself
