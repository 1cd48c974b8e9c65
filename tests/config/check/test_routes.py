"""Routes must be told apart, lead somewhere, and leave health and metrics alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.check.routes import check_routes, looks_like_host
from tests.config.written import drafted, noted


def checked(text: str) -> list[str]:
    """Return what the checks add to what was noted before."""
    draft = drafted(text)
    before = noted(draft.source)
    check_routes(draft)
    return [line for line in noted(draft.source) if line not in before]


def routes(*paths: str, more: str = "") -> str:
    return "routes:\n" + "".join(f'  - {{path: "{path}", upstream: "http://a"{more}}}\n' for path in paths)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(routes("a", "b", "/a", "/", "a/b"), [], id="all apart"),
        pytest.param(
            routes("a", "/api/a"), ["3:12 two routes have the prefix `/api/a`, here and on line 2"], id="same"
        ),
        pytest.param(
            "server: {api_prefix: /}\n" + routes("a", "/a"),
            ["4:12 two routes have the prefix `/a`, here and on line 3"],
            id="same without a prefix",
        ),
        pytest.param("server: {api_prefix: 5}\n" + routes("a", "/api/a"), [], id="no prefix that is known"),
        pytest.param(
            routes("a", "b", more=", name: x"),
            ["3:45 two routes have the name `x`, here and on line 2"],
            id="named alike",
        ),
        pytest.param(
            routes("a", more=", name: _admin"),
            ["2:45 the name `_admin` is taken: metrics use it for something else"],
            id="named like health and metrics",
        ),
        pytest.param(
            routes("_OTHER"),
            ["2:12 the name `_OTHER` is taken: metrics use it for something else [give the route a `name`]"],
            id="named by a path like all others",
        ),
        pytest.param(
            'routes:\n  - &a {path: "a", name: x, upstream: "http://a"}\n  - {<<: *a, path: b}\n',
            ["2:26 two routes have the name `x`, here and on line 2"],
            id="a name that was merged",
        ),
        pytest.param(
            'routes:\n  - &a {path: "a", upstream: "http://a"}\n  - *a\n',
            ["2:15 two routes have the prefix `/api/a`, here and on line 2"],
            id="one route twice",
        ),
    ],
)
def test_routes_are_told_apart(text: str, told: list[str]) -> None:
    assert checked(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            'upstreams: {a: {endpoints: ["http://a"]}}\nroutes: [{path: a, upstream: a}]\n',
            [],
            id="there",
        ),
        pytest.param(
            "upstreams: {orders: {}}\nroutes: [{path: a, upstream: orders}]\n",
            [],
            id="an unreadable one",
        ),
        pytest.param(
            "upstreams: {orders: {}}\nroutes: [{path: a, upstream: orders, x: y}, {upstream: ordrs}]\n",
            ["2:56 there is no upstream with the name `ordrs` [did you mean `orders`?]"],
            id="a route that could not be read",
        ),
        pytest.param(
            "upstreams: {" + ", ".join(f'z{n}: {{endpoints: ["http://a"]}}' for n in range(7)) + "}\n"
            "routes: [{path: a, upstream: q}" + "".join(f", {{path: b{n}, upstream: z{n}}}" for n in range(7)) + "]\n",
            ["2:30 there is no upstream with the name `q` [`upstreams` has `z0`, `z1`, `z2`, `z3`, `z4` and more]"],
            id="the first few names are listed",
        ),
        pytest.param(
            'upstreams: {a: {endpoints: ["http://a"]}, b: 5}\nroutes: []\n',
            ["1:13 no route leads to upstream `a`", "1:43 no route leads to upstream `b`"],
            id="nobody comes",
        ),
        pytest.param("upstreams: []\nroutes: 5\n", [], id="neither is what it must be"),
    ],
)
def test_routes_lead_somewhere(text: str, told: list[str]) -> None:
    assert checked(text) == told


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(routes("/health", "/health/live", "/health/ready", "/metrics"), [2, 3, 4, 5], id="each of them"),
        pytest.param(routes("/", "/healthy", "/metrics/x", "/health/x", "health", "/api/health"), [], id="none"),
        pytest.param("server: {api_prefix: ''}\n" + routes("health/live"), [3], id="by the prefix"),
        pytest.param(routes("/health", more=", shadows_admin: true"), [], id="on purpose"),
        pytest.param("server: {admin: {port: 1}}\n" + routes("/health", "/metrics"), [], id="with an address apart"),
        pytest.param("server: {admin: {prt: 1}}\n" + routes("/health"), [], id="with an unreadable one"),
    ],
)
def test_health_and_metrics_are_left_alone(text: str, lines: list[int]) -> None:
    told = [line for line in checked(text) if "from health and metrics" in line]
    assert [int(line.partition(":")[0]) for line in told] == lines


@given(st.lists(st.sampled_from(["a", "/api/a", "b", "/b", "/a", "/api/b", "/"]), max_size=6))
def test_as_many_collide_as_there_are_too_many(paths: list[str]) -> None:
    prefixes = [path if path.startswith("/") else f"/api/{path}" for path in paths]
    text = routes(*paths) if paths else "routes: []"
    assert len([line for line in checked(text) if "prefix" in line]) == len(prefixes) - len(set(prefixes))


def test_hosts_are_told_from_names() -> None:
    names = ("localhost", "a.example", "orders", "a/b", "a:1", ".", "orders.")
    assert [looks_like_host(name) for name in names] == [True, True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("fallback", "told"),
    [
        pytest.param("spare", [], id="another upstream"),
        pytest.param("{answer: {}}", [], id="an answer"),
        pytest.param('{upstream: "http://b", answer: {status: 200}}', [], id="both"),
        pytest.param("{}", ["3:39 `fallback` needs an `upstream`, an `answer` or both"], id="nothing"),
        pytest.param('"http://a"', ["3:39 this route falls back to the upstream that it has"], id="itself"),
        pytest.param(
            "{upstream: spar}",
            ["3:60 there is no upstream with the name `spar` [did you mean `spare`?]"],
            id="nobody",
        ),
        pytest.param('{upstream: "http://"}', [], id="what cannot be read was told before"),
    ],
)
def test_what_a_route_falls_back_to(fallback: str, told: list[str]) -> None:
    used = '  - {path: "b", upstream: spare}\n'
    text = f'routes:\n{used}  - {{path: "a", upstream: "http://a", fallback: {fallback}}}\n'
    assert checked(f'{text}upstreams: {{spare: {{endpoints: ["http://s"]}}}}\n') == told


def test_an_upstream_that_is_only_fallen_back_to_is_used() -> None:
    route = '  - {path: "a", upstream: "http://a", fallback: spare}\n'
    assert checked(f'routes:\n{route}upstreams: {{spare: {{endpoints: ["http://s"]}}}}\n') == []
