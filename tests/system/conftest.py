"""Real processes for the system tests: the gateway, the servers behind it, and their last words when a test fails."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.system import ports, services, wire
from tests.system.gateway import Config, Gateway
from tests.system.lanes import Lane, Lanes
from tests.system.program import running

Launch = Callable[[Config], Gateway]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the running programs said last beside a failure."""
    report = yield
    if report.failed:
        report.sections += [(f"{program.name} (pid {program.pid})", program.last_words()) for program in running]
    return report


@pytest.fixture(scope="session", autouse=True)
def _ports_given_back() -> Iterator[None]:
    yield
    ports.release_all()


@pytest.fixture(autouse=True)
def _clients_closed() -> Iterator[None]:
    yield
    while wire.clients:
        wire.clients.pop().close()


@pytest.fixture
def origin() -> Iterator[wire.Origin]:
    """An origin that the test answers for by hand."""
    made = wire.Origin()
    yield made
    made.close()


@pytest.fixture(scope="session")
def httpbin_port() -> Iterator[int]:
    with services.httpbin() as port:
        yield port


@pytest.fixture(scope="session")
def fastapi_port() -> Iterator[int]:
    with services.fastapi() as port:
        yield port


@pytest.fixture(scope="session")
def nginx_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with services.nginx(tmp_path_factory.mktemp("nginx")) as port:
        yield port


@pytest.fixture(scope="session")
def gateway(
    httpbin_port: int, fastapi_port: int, nginx_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Two workers before the real services: httpbin under every path, the others under /fastapi and /nginx."""
    routes = [
        {"path": "/", "upstream": f"http://127.0.0.1:{httpbin_port}"},
        {"path": "/fastapi", "upstream": f"http://127.0.0.1:{fastapi_port}", "strip_prefix": True},
        {"path": "/nginx", "upstream": f"http://127.0.0.1:{nginx_port}", "strip_prefix": True},
    ]
    with Gateway({"server": {"workers": 2}, "routes": routes}, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    """One worker, every setting as it is by default."""
    made = Lanes(tmp_path_factory.mktemp("lanes"))
    yield made
    made.stop()


@pytest.fixture
def lane(lanes: Lanes) -> Iterator[Lane]:
    yield from lanes.take()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts gateways that end with the test."""
    started: list[Gateway] = []

    def start(config: Config) -> Gateway:
        started.append(Gateway(config, tmp_path))
        return started[-1]

    yield start
    for each in started:
        each.stop()
