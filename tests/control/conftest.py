"""What the tests of the control plane share: a plan as the configuration layer would make it, and certificates."""

import http.client
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme

from tests.plan import plan as small_plan


@pytest.fixture
def plan() -> dict[str, Any]:
    """A plan of one route, to be changed at will."""
    return small_plan(
        ("localhost", 8082),
        server__workers=2,
        timeouts__drain=10.0,
        access_log__format="auto",
        routes__0__source="config.yaml:5:5",
        upstreams__0__name="localhost:8082",
    )


class Pem(NamedTuple):
    """A certificate and its key, as files."""

    certificate: str
    key: str

    @property
    def entry(self) -> dict[str, str]:
        """The same, as the plan tells it."""
        return {"certificate": self.certificate, "key": self.key}


class Authority:
    """A certificate authority of our own."""

    def __init__(self, directory: Path) -> None:
        self._ca = trustme.CA()
        self._directory = directory
        self.bundle = str(directory / "ca.pem")
        self._ca.cert_pem.write_to_path(self.bundle)

    def issue(self, *names: str, common_name: str | None = None) -> Pem:
        """Return a new certificate for `names`."""
        issued = self._ca.issue_cert(*names, common_name=common_name)
        stem = self._directory / f"{len(list(self._directory.iterdir()))}"
        pem = Pem(f"{stem}.crt", f"{stem}.key")
        issued.cert_chain_pems[0].write_to_path(pem.certificate)
        issued.private_key_pem.write_to_path(pem.key)
        return pem


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority for the whole run: keys take a while to make."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of 127.0.0.1 that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A maker of ports of 127.0.0.1 that nobody listens on just now."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find


class Reply(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class UnixConnection(http.client.HTTPConnection):
    """An HTTP client on a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        """Connect to the path instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def ask(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        """Send one request, return its answer and close."""
        self.request(method, target, body, headers or {})
        response = self.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        self.close()
        return reply
