"""From a sound configuration to the plan."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.compile import Plan, compile_plan, plan_hash
from lumina.config.nodes import Substituted
from lumina.http.target import normalised
from lumina.snapshot import Snapshot
from tests.config.written import drafted

WHOLE = """
server:
  host: "[::1]"
  port: 0
  workers: 3
  api_prefix: /v1/
  tls: {certificate: certs/../a.pem, key: /etc/a.key}
  proxy_protocol: {trusted: [10.0.0.0/8, "::1"], others: refuse}
  admin: {port: 9901}
  forwarded: both
  trace: true
  half_close: serve
  trusted_proxies: [10.0.0.0/8, "::1"]
limits: {request_line: 4KiB, header_bytes: 16KiB, header_count: 50, response_header_bytes: 8192, body_bytes: 10MB,
  connections: 10, client_connections: 9, connection_requests: 8, pipelined_requests: 7, requests: 6, passes: 3,
  min_request_rate: 0, min_response_rate: 1KiB, upstream_connections: 20, upstream_idle: 0}
timeouts: {header: 1s, body: 2s, keep_alive: 3, write: 4.5, rate_grace: 1s, drain: 0, tunnel_idle: 1h, connect: 250ms,
  deadline_header: X-Budget, first_byte: 1m30s, between_bytes: 5s, pool_idle: 6s}
access_log: {enabled: false, format: json, path: logs/access.log}
upstreams:
  orders:
    endpoints: ["https://a/base", "https://b:8443/base/"]
    tls: {ca: ca.pem, server_name: Orders.Example}
    timeouts: {connect: 1s}
  local: {endpoints: ["unix:/run/local.sock"]}
  unused: {endpoints: ["http://u"]}
routes:
  - {path: orders, upstream: orders, name: the orders, strip_prefix: false, preserve_host: false}
  - {path: /local, upstream: local, strip_prefix: true}
  - {path: /, upstream: "https://c", strip_prefix: true}
  - {path: /d, upstream: "http://d/v2"}
  - {path: /e, upstream: "http://d/v2/", body_bytes: 0}
  - {path: "%7Ef", upstream: orders}
"""


def compiled(text: str) -> Plan:
    draft = drafted(text)
    assert draft.source.problems == []
    return compile_plan(draft)


def test_a_whole_file() -> None:
    plan = compiled(WHOLE)
    here = Path.cwd()
    assert plan["version"] == 1
    assert plan["server"] == {
        "host": "::1",
        "port": 0,
        "workers": 3,
        "tls": [{"certificate": str(here / "a.pem"), "key": "/etc/a.key"}],
        "trusted_proxies": ["10.0.0.0/8", "::1"],
        "forwarded": "both",
        "proxy_protocol": {"trusted": ["10.0.0.0/8", "::1"], "others": "refuse"},
        "trace": True,
        "half_close": True,
        "admin": {"host": "127.0.0.1", "port": 9901},
    }
    assert plan["limits"] == {
        "request_line": 4096,
        "header_bytes": 16384,
        "header_count": 50,
        "response_header_bytes": 8192,
        "connections": 10,
        "client_connections": 9,
        "connection_requests": 8,
        "pipelined_requests": 7,
        "requests": 6,
        "passes": 3,
        "min_request_rate": 0,
        "min_response_rate": 1024,
        "upstream_connections": 20,
        "upstream_uploads": 10,
        "upstream_idle": 0,
    }
    assert plan["timeouts"] == {
        "header": 1.0,
        "body": 2.0,
        "keep_alive": 3.0,
        "write": 4.5,
        "rate_grace": 1.0,
        "drain": 0.0,
        "deadline_header": "X-Budget",
    }
    assert plan["access_log"] == {"enabled": False, "format": "json", "path": str(here / "logs/access.log")}


def test_the_upstreams_of_a_whole_file() -> None:
    plan = compiled(WHOLE)
    orders, local, c, d = plan["upstreams"]
    assert (orders["name"], orders["base"], orders["timeouts"]["connect"]) == ("orders", "/base", 1.0)
    assert [endpoint["authority"] for endpoint in orders["endpoints"]] == ["a", "b:8443"]
    assert orders["tls"] == {"verify": True, "ca": str(Path.cwd() / "ca.pem"), "server_name": "orders.example"}
    assert (local["name"], local["endpoints"][0]["unix"]) == ("local", "/run/local.sock")
    assert (local["timeouts"]["connect"], local["timeouts"]["first_byte"]) == (0.25, 90.0)
    assert (c["name"], c["tls"]) == ("c", {"verify": True, "ca": None, "server_name": None})
    assert (d["name"], d["base"], d["tls"]) == ("d/v2", "/v2", None)


def test_what_a_route_falls_back_to_is_an_upstream_too() -> None:
    plan = compiled("""
upstreams: {spare: {endpoints: ["http://s"]}}
routes:
  - {path: a, upstream: "http://a", fallback: spare, priority: high}
  - {path: b, upstream: "http://b", fallback: {upstream: "http://a", answer: {status: 200, body: soon}}, priority: low}
  - {path: c, upstream: "http://c", fallback: {answer: {}}}
""")
    assert [upstream["name"] for upstream in plan["upstreams"]] == ["a", "spare", "b", "c"]
    soon = {"status": 200, "content_type": "text/plain; charset=utf-8", "body": "soon"}
    assert [(route["priority"], route["fallback"]) for route in plan["routes"]] == [
        (2, {"upstream": 1, "answer": None}),
        (0, {"upstream": 0, "answer": soon}),
        (1, {"upstream": None, "answer": {**soon, "status": 503, "body": ""}}),
    ]


def test_the_routes_of_a_whole_file() -> None:
    names = ("name", "prefix", "strip", "upstream", "preserve_host")
    assert [tuple(route[name] for name in names) for route in compiled(WHOLE)["routes"]] == [
        ("the orders", "/v1/orders", False, 0, False),
        ("/local", "/local", True, 1, True),
        ("/", "/", False, 2, True),  # nothing is left to strip
        ("/d", "/d", False, 3, True),
        ("/e", "/e", False, 3, True),
        ("~f", "/v1/~f", True, 0, True),
    ]


def test_a_route_may_have_a_limit_of_its_own_for_bodies() -> None:
    found = {route["prefix"]: route["body_bytes"] for route in compiled(WHOLE)["routes"]}
    assert (found["/e"], found["/d"]) == (0, 10_000_000)


def test_workers_are_as_many_as_the_cpus_unless_told() -> None:
    count = len(os.sched_getaffinity(0))
    assert compiled("routes: []")["server"]["workers"] == count
    assert compiled("server: {workers: auto}\nroutes: []")["server"]["workers"] == count


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["http://a", "http://a:80/"], ["a"]),
        (["http://a", "https://a"], ["a", "https://a"]),
        (["https://a:1", "http://a:1"], ["a:1", "http://a:1"]),
        (["unix:/a", "http+unix://%2Fa/b"], ["unix:/a", "http+unix://%2Fa/b"]),
        (["named", "http://named"], ["named", "http://named"]),
        (["http://named", "named"], ["http://named", "named"]),
        (["http://_admin", "http://_other"], ["http://_admin", "_other"]),
    ],
)
def test_upstreams_have_names_of_their_own(targets: list[str], names: list[str]) -> None:
    routes = "".join(f'  - {{path: "{at}", upstream: "{target}"}}\n' for at, target in enumerate(targets))
    plan = compiled(f'upstreams: {{named: {{endpoints: ["http://n"]}}}}\nroutes:\n{routes}')
    assert [upstream["name"] for upstream in plan["upstreams"]] == names


def test_who_is_asked_for_names() -> None:
    assert compiled("routes: []")["resolver"] == {"nameservers": [], "timeout": 2.0, "min_ttl": 1.0, "max_ttl": 300.0}
    text = 'resolver: {nameservers: ["127.0.0.1:5353", "::1"], max_ttl: 5s}\nroutes: []'
    assert compiled(text)["resolver"]["nameservers"] == [["127.0.0.1", 5353], ["::1", 53]]


def test_a_record_of_a_service_is_an_endpoint() -> None:
    plan = compiled('routes: [{path: a, upstream: "https+srv://_http._tcp.Orders.test/base"}]')
    (upstream,) = plan["upstreams"]
    assert (upstream["name"], upstream["base"]) == ("https+srv://_http._tcp.orders.test/base", "/base")
    (endpoint,) = upstream["endpoints"]
    assert (endpoint["host"], endpoint["port"], endpoint["srv"]) == ("orders.test", 0, "_http._tcp.orders.test")
    assert (endpoint["authority"], upstream["tls"]["verify"]) == ("orders.test", True)


def test_a_route_that_takes_admin_paths_says_so() -> None:
    routes = """
routes:
  - {path: /health, upstream: "http://a", shadows_admin: true}
  - {path: /other, upstream: "http://a", shadows_admin: true}
  - {path: /, upstream: "http://a"}
"""
    assert [route.get("shadows_admin") for route in compiled(routes)["routes"]] == [True, None, None]
    apart = "server: {admin: {port: 1}}" + routes
    assert [route.get("shadows_admin") for route in compiled(apart)["routes"]] == [None, None, None]


def test_the_data_path_reads_the_plan() -> None:
    plan = compiled(WHOLE)
    snapshot = Snapshot(json.loads(json.dumps(plan)))
    route = snapshot.find(b"/v1/orders/7")
    assert route is not None
    assert (route.name, route.upstream.name) == ("the orders", "orders")


def test_the_hash_names_what_is_meant() -> None:
    plan = compiled(WHOLE)
    assert plan["hash"] == plan_hash(plan) == compiled(WHOLE)["hash"]
    assert compiled(WHOLE.replace("port: 0", "port: 1"))["hash"] != plan["hash"]
    assert len(plan["hash"]) == 16
    assert plan_hash(dict(reversed(plan.items()))) == plan["hash"]


def test_the_hash_is_the_same_on_every_machine_and_day() -> None:
    assert plan_hash({"version": 1, "routes": [], "hash": "ignored", "é": 1.5}) == "2c902a8d4b04239f"


def test_nothing_of_what_was_substituted_is_left_but_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMINA_NAME", "orders")
    route = '{path: "${LUMINA_NAME}", upstream: "${LUMINA_NAME}", name: "${LUMINA_NAME}"}'
    plan = compiled(f'upstreams: {{orders: {{endpoints: ["http://a"]}}}}\nroutes: [{route}]')

    def values(data: Any) -> list[object]:  # noqa: ANN401 (any JSON)
        if isinstance(data, dict):
            return [one for value in data.values() for one in values(value)]
        return [one for value in data for one in values(value)] if isinstance(data, list) else [data]

    assert not any(isinstance(value, Substituted) for value in values(plan))
    assert plan["routes"][0]["name"] == "orders"


@given(st.lists(st.sampled_from(["a", "/a", "b/c", "/d/", "~e", "/%7Ee"]), unique=True))
def test_every_prefix_is_what_the_data_path_compares(paths: list[str]) -> None:
    routes = [{"path": path, "upstream": "http://a"} for path in paths]
    for route in compiled(yaml.safe_dump({"routes": routes}))["routes"]:
        prefix = route["prefix"].encode()
        assert normalised(prefix) == prefix


def test_a_configuration_that_is_written_back_gives_the_same_plan() -> None:
    draft = drafted(WHOLE)
    again = yaml.safe_dump(draft.config.model_dump(mode="json"))
    plans = [compile_plan(draft), compiled(again)]
    for plan in plans:
        del plan["hash"]
        for route in plan["routes"]:
            del route["source"]
    assert plans[0] == plans[1]


def test_a_route_has_its_own_paths_and_the_rest_from_all() -> None:
    text = """
paths: {double_slashes: merge, non_ascii: escape}
leniency: {browser_octets: false}
routes:
  - {path: /a, upstream: "http://a"}
  - {path: /b, upstream: "http://a", paths: {double_slashes: reject, parameters: drop}}
"""
    plan = compiled(text)
    chosen = [(route["paths"]["double_slashes"], route["paths"]["parameters"]) for route in plan["routes"]]
    assert chosen == [("merge", "keep"), ("reject", "drop")]
    assert {route["paths"]["non_ascii"] for route in plan["routes"]} == {"escape"} == {plan["paths"]["non_ascii"]}
    assert plan["leniency"] == {
        "browser_octets": False,
        "equal_content_lengths": True,
        "bare_status_lines": True,
        "odd_connection_options": True,
    }
