"""Nothing that may be written of an upstream or a route is accepted and then ignored."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import lumina.snapshot
from lumina.config.compile import Plan, compile_plan
from lumina.config.model.section import Section
from lumina.config.reference import sections
from lumina.snapshot import Endpoint, Fallback, Route, Snapshot, Upstream
from tests.config.written import drafted

PACKAGE = Path(lumina.snapshot.__file__).parent
# Every section is there, so that one value alone can be changed.
BASE: dict[str, Any] = {
    "upstreams": {
        "one": {
            "endpoints": [{"url": "https://a"}, {"url": "https://b"}],
            "balance": {"policy": "hash", "by": "header", "name": "X-One"},
            "sticky": {"secret": "0123456789abcdef"},
            "tls": {"ca": "a.pem"},
            **{
                name: {}
                for name in ("caps", "health", "outliers", "breaker", "retries", "hedge", "adaptive", "timeouts")
            },
        },
        "other": {"endpoints": ["http://c"]},
    },
    "routes": [{"path": "/r", "upstream": "one", "fallback": {"upstream": "other", "answer": {}}, "paths": {}}],
}
# Another value for each field, by the path that the manual calls it by.
OTHER: dict[str, object] = {
    "routes[].path": "/s",
    "routes[].upstream": "other",
    "routes[].name": "named",
    "routes[].strip_prefix": True,
    "routes[].preserve_host": False,
    "routes[].body_bytes": 5,
    "routes[].priority": "high",
    "routes[].fallback.upstream": "http://d",
    "routes[].fallback.answer.status": 200,
    "routes[].fallback.answer.content_type": "text/html",
    "routes[].fallback.answer.body": "later",
    "routes[].paths.encoded_slashes": "reject",
    "routes[].paths.double_slashes": "merge",
    "routes[].paths.dot_segments": "reject",
    "routes[].paths.parameters": "reject",
    "routes[].paths.encoded_nul": "keep",
    "routes[].paths.invalid_escapes": "escape",
    "routes[].paths.non_ascii": "escape",
    "upstreams.NAME.slow_start": "7s",
    "upstreams.NAME.proxy_protocol": "v2",
    "upstreams.NAME.endpoints[].url": "https://e",
    "upstreams.NAME.endpoints[].weight": 7,
    "upstreams.NAME.endpoints[].priority": 7,
    "upstreams.NAME.balance.policy": "ewma",
    "upstreams.NAME.balance.by": "cookie",
    "upstreams.NAME.balance.name": "X-Two",
    "upstreams.NAME.balance.load": 7,
    "upstreams.NAME.sticky.cookie": "c",
    "upstreams.NAME.sticky.secret": "fedcba9876543210",
    "upstreams.NAME.sticky.max_age": "7s",
    "upstreams.NAME.tls.verify": False,
    "upstreams.NAME.tls.ca": "b.pem",
    "upstreams.NAME.tls.server_name": "n",
    "upstreams.NAME.health.kind": "tcp",
    "upstreams.NAME.health.method": "HEAD",
    "upstreams.NAME.health.path": "/up",
    "upstreams.NAME.health.host": "h",
    "upstreams.NAME.health.statuses": ["204"],
    "upstreams.NAME.health.body": "well",
    "upstreams.NAME.health.initial": "down",
    "upstreams.NAME.retries.connect": False,
    "upstreams.NAME.retries.reset": False,
    "upstreams.NAME.retries.timeout": True,
    "upstreams.NAME.retries.statuses": [500],
    "upstreams.NAME.retries.methods": ["GET"],
    "upstreams.NAME.retries.buffer": "7KiB",
    "upstreams.NAME.retries.budget_ratio": 0.07,
    "upstreams.NAME.outliers.failure_rate": 0.07,
    "upstreams.NAME.outliers.max_ejected": 0.07,
    "upstreams.NAME.breaker.failure_rate": 0.07,
    "upstreams.NAME.breaker.slow_rate": 0.07,
    "upstreams.NAME.hedge.quantile": 0.77,
}
SEVEN = re.compile(  # what counts or lasts, and may be 7
    r"upstreams\.NAME\.(caps\.\w+|timeouts\.\w+|adaptive\.\w+|health\.(port|interval|timeout|healthy|unhealthy)"
    r"|outliers\.(consecutive|requests|window|slow_factor|ejection|max_ejection)"
    r"|breaker\.(consecutive|slow|requests|window|open|trials)"
    r"|retries\.(attempts|backoff|max_backoff|budget_rate)|hedge\.(factor|floor))"
)
# What changes no value that the engine reads, and where it is seen to have an effect.
ELSEWHERE = {"routes[].shadows_admin": "tests/test_snapshot.py: which path is whose"}


def fields() -> list[str]:
    """Return the path of each field of routes and upstreams that is no section itself."""
    known = dict(sections())
    return [
        f"{path}.{name}"
        for path, section in known.items()
        if path.startswith(("routes[]", "upstreams.NAME"))
        for name in section.model_fields
        if not any(
            inner.startswith(f"{path}.{name}") and len(inner) - len(f"{path}.{name}") in (0, 2) for inner in known
        )
    ]


def changed(path: str) -> dict[str, Any]:
    """Return the base with another value in this field."""
    made = copy.deepcopy(BASE)
    *steps, last = path.replace("upstreams.NAME", "upstreams.one").split(".")
    place: Any = made
    for step in steps:
        place = place[step.removesuffix("[]")]
        place = place[0] if step.endswith("[]") else place
    place[last] = OTHER.get(path, 7)
    if path.endswith("endpoints[].priority"):
        made["upstreams"]["one"]["endpoints"][1]["priority"] = 0
    return made


def plan_of(config: dict[str, Any]) -> Plan:
    draft = drafted(yaml.safe_dump(config))
    assert draft.source.problems == []
    return compile_plan(draft)


def seen(value: object) -> object:
    """Return all that can be read of what the snapshot has."""
    if isinstance(value, tuple):
        return [seen(one) for one in value]
    if isinstance(value, Upstream | Route | Endpoint | Fallback):
        names = [name for name in dir(value) if not name.startswith("_") and not callable(getattr(value, name))]
        return {name: seen(getattr(value, name)) for name in names}
    return value


def read(plan: Plan) -> object:
    snapshot = Snapshot(plan)
    return seen(snapshot.routes), seen(snapshot.upstreams)


def test_every_field_has_another_value_here() -> None:
    known = set(fields())
    assert known == {path for path in known if path in OTHER or SEVEN.fullmatch(path)} | set(ELSEWHERE)
    assert set(OTHER) <= known


@pytest.mark.parametrize("path", [path for path in fields() if path not in ELSEWHERE])
def test_what_is_written_reaches_the_engine(path: str) -> None:
    base, plan = plan_of(BASE), plan_of(changed(path))
    assert base["hash"] != plan["hash"]
    assert read(base) != read(plan)


def attributes(header: str, name: str) -> list[str]:
    """Return what a class of the snapshot's header has for others to read."""
    body = re.split(r"\n(?=\S)", header.split(f"cdef class {name}:\n")[1])[0]
    return [
        word.strip()
        for line in re.findall(r"cdef readonly [\w ]*?(\w+(?:, \w+)*) *(?:#|$)", body, re.MULTILINE)
        for word in line.split(",")
    ]


@pytest.mark.parametrize("name", ["Upstream", "Route", "Endpoint", "Fallback", "Limits", "Timeouts", "Overload"])
def test_what_the_engine_could_read_it_reads(name: str) -> None:
    found = attributes((PACKAGE / "snapshot.pxd").read_text(), name)
    sources = "\n".join(path.read_text() for layer in ("engine", "control") for path in (PACKAGE / layer).rglob("*.py"))
    assert len(found) >= 3
    assert [one for one in found if not re.search(rf"\.{one}\b", sources)] == []


def test_a_section_is_not_taken_for_a_field() -> None:
    assert {"upstreams.NAME.caps", "upstreams.NAME.endpoints", "routes[].fallback"} & set(fields()) == set()
    assert issubclass(dict(sections())["upstreams.NAME.caps"], Section)
