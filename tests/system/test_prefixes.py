"""Routes and what becomes of their prefix, to the letter of the README."""

from collections.abc import Iterator

import pytest

from tests.system.gateway import Gateway, is_problem
from tests.system.serving import ServingOrigin

CONFIG_OF_THE_README = """\
server:
  host: "127.0.0.1"
  port: 8080
routes:
  - path: "payments"
    upstream: "http://localhost:8082"
"""


@pytest.fixture(scope="module")
def origins() -> Iterator[dict[str, ServingOrigin]]:
    made = {name: ServingOrigin() for name in ("payments", "refunds", "files", "old", "all")}
    yield made
    for origin in made.values():
        origin.close()


@pytest.fixture(scope="module")
def gateway(origins: dict[str, ServingOrigin], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    at = {name: f"http://127.0.0.1:{origin.port}" for name, origin in origins.items()}
    routes = [
        {"path": "payments", "upstream": at["payments"]},
        {"path": "payments/refunds", "upstream": at["refunds"]},
        {"path": "/files", "upstream": at["files"]},
        {"path": "/old", "upstream": at["old"] + "/new/place", "strip_prefix": True},
    ]
    with Gateway({"routes": routes}, tmp_path_factory.mktemp("prefixes")) as running:
        yield running


@pytest.mark.parametrize(
    ("target", "name", "arrives"),
    [
        ("/api/payments", "payments", "/"),
        ("/api/payments/", "payments", "/"),
        ("/api/payments?x=1", "payments", "/?x=1"),
        ("/api/payments/status?x=1", "payments", "/status?x=1"),
        ("/api/payments/a/b/", "payments", "/a/b/"),
        ("/api/payments/a%20b?q=%2F/?", "payments", "/a%20b?q=%2F/?"),
        ("/api/payments/refunds", "refunds", "/"),
        ("/api/payments/refunds/7", "refunds", "/7"),
        ("/api/payments/refundsX", "payments", "/refundsX"),
        ("/files", "files", "/files"),
        ("/files/a?b", "files", "/files/a?b"),
        ("/old/a?b", "old", "/new/place/a?b"),
        ("/old", "old", "/new/place/"),
    ],
)
def test_arrives(gateway: Gateway, origins: dict[str, ServingOrigin], target: str, name: str, arrives: str) -> None:
    answer = gateway.ask(target)
    assert (answer.status, answer.body.decode()) == (200, arrives)
    assert origins[name].requests[-1].head.line == f"GET {arrives} HTTP/1.1"


@pytest.mark.parametrize(
    "target", ["/api/paymentsX", "/api/payment", "/api", "/", "/payments", "/API/payments", "/filesystem"]
)
def test_matches_no_route(gateway: Gateway, origins: dict[str, ServingOrigin], target: str) -> None:
    before = {name: len(origin.requests) for name, origin in origins.items()}
    assert is_problem(gateway.ask(target), 404, "no_route")
    assert {name: len(origin.requests) for name, origin in origins.items()} == before


@pytest.mark.parametrize("order", [1, -1], ids=["as written", "reversed"])
def test_the_most_specific_wins_whatever_the_order(order: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    paths = ["/", "/a", "/a/b", "/a/b/c"]
    with ServingOrigin() as origin:
        routes = [
            {"path": path, "upstream": f"http://127.0.0.1:{origin.port}/from{path.replace('/', '-')}"} for path in paths
        ]
        with Gateway({"routes": routes[::order]}, tmp_path_factory.mktemp("order")) as gateway:
            told = [gateway.ask(path).body.decode() for path in ["/x", "/ax", "/a", "/a/bx", "/a/b/", "/a/b/c/d"]]
    assert told == ["/from-/x", "/from-/ax", "/from-a/a", "/from-a/a/bx", "/from-a-b/a/b/", "/from-a-b-c/a/b/c/d"]


def test_the_api_prefix_may_be_another(tmp_path_factory: pytest.TempPathFactory) -> None:
    with ServingOrigin() as origin:
        config = {
            "server": {"api_prefix": "/v1"},
            "routes": [{"path": "payments", "upstream": f"http://127.0.0.1:{origin.port}"}],
        }
        with Gateway(config, tmp_path_factory.mktemp("api")) as gateway:
            assert gateway.ask("/v1/payments/a").body == b"/a"
            assert is_problem(gateway.ask("/api/payments/a"), 404, "no_route")


def test_the_file_of_the_readme(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its ports may be taken here, so those two numbers are replaced; nothing else is."""
    import yaml

    config = yaml.safe_load(CONFIG_OF_THE_README)
    with ServingOrigin() as origin:
        del config["server"]["port"]
        config["routes"][0]["upstream"] = f"http://localhost:{origin.port}"
        with Gateway(config, tmp_path_factory.mktemp("readme")) as gateway:
            assert gateway.ask("/api/payments/status?x=1").body == b"/status?x=1"
            assert is_problem(gateway.ask("/api/paymentsX"), 404, "no_route")


def test_an_upstream_by_name_is_asked_at_each_endpoint_in_turn(tmp_path_factory: pytest.TempPathFactory) -> None:
    with ServingOrigin() as one, ServingOrigin() as two:
        endpoints = [f"http://127.0.0.1:{origin.port}" for origin in (one, two)]
        config = {
            "upstreams": {"orders": {"endpoints": endpoints, "balance": "round_robin"}},
            "routes": [{"path": "orders", "upstream": "orders"}],
        }
        with Gateway(config, tmp_path_factory.mktemp("named")) as gateway:
            for _ in range(10):
                assert gateway.ask("/api/orders/x").status == 200
            assert (len(one.requests), len(two.requests)) == (5, 5)  # here, so that a failure shows the access lines
