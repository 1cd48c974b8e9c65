"""Lumina as its users start it, and what can be seen of it from outside."""

import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from prometheus_client.parser import text_string_to_metric_families

import lumina
from tests.system.ports import reserve
from tests.system.program import PATIENCE, Program, children, eventually
from tests.system.wire import ClosedError, Head, Message, Peer, connect

Config = Mapping[str, Any]
OURS = {"PYTHONPATH": str(Path(lumina.__file__).parents[1])}  # the package that the tests import, installed or not
STARTING = 60.0  # seconds; compiled modules that are read from the disk for the first time take a while


class Gateway:
    """A running gateway. `config` is the file as a mapping; the port is chosen here."""

    def __init__(self, config: Config, folder: Path, *, environment: dict[str, str] | None = None) -> None:
        self.port = reserve()
        self.port = config.get("server", {}).get("port", self.port)
        self.secure = "tls" in config.get("server", {})
        self.file = folder / f"lumina-{self.port}.yaml"
        self.write(config)
        command = [sys.executable, "-m", "lumina", "serve", "--config", self.file]
        self.program = Program("lumina", command, {**OURS, **(environment or {})})
        self._await_ready()

    def write(self, config: Config) -> None:
        """Write the configuration file; SIGHUP makes a running gateway read it."""
        server = {"host": "127.0.0.1", "port": self.port, "workers": 1, **config.get("server", {})}
        self.file.write_text(yaml.safe_dump({**config, "server": server}, sort_keys=False))

    def reload(self, config: Config) -> None:
        """Write a configuration and wait until it is in use, or refused."""
        counts = [self.metric("lumina_config_reloads_total", result=result) for result in ("success", "refused")]
        self.write(config)
        self.tell(signal.SIGHUP)
        eventually(
            lambda: (
                counts
                != [self.metric("lumina_config_reloads_total", result=result) for result in ("success", "refused")]
            )
        )

    def _await_ready(self) -> None:
        """Wait until every worker answers: a listening socket alone only says that the supervisor runs."""

        def answers() -> bool:
            if self.program.process.poll() is not None:
                raise RuntimeError(f"the gateway ended at once\n{self.program.last_words()}")
            with contextlib.suppress(OSError, ClosedError), connect(self.port) as client:
                client.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return b'"status": "starting"' not in client.read_to_end()
            return False

        try:
            eventually(answers, STARTING)
        except TimeoutError:
            words = self.program.last_words()
            self.stop()
            raise RuntimeError(f"the gateway does not answer\n{words}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    def connect(self, timeout: float = PATIENCE) -> Peer:
        return connect(self.port, timeout)

    def ask(self, target: str, method: str = "GET", fields: str = "", body: bytes = b"") -> Message:
        """Return the answer to one request on a connection of its own."""
        with self.connect() as client:
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            client.send(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{fields}\r\n", body)
            return client.read_response(method)

    # ---- what it says of itself

    def access_lines(self) -> list[dict[str, Any]]:
        return [line for line in map(_access_line, list(self.program.out)) if line is not None]

    def access_line(self, *, timeout: float = PATIENCE, **facts: object) -> dict[str, Any]:
        """Return the first access line with these fields, waiting for it."""

        def wanted(text: str) -> bool:
            line = _access_line(text)
            return line is not None and all(line.get(name) == value for name, value in facts.items())

        found = _access_line(self.program.line(wanted, timeout=timeout))
        assert found is not None
        return found

    def health(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.ask("/health").body)
        return document

    def metrics(self) -> dict[str, float]:
        """Return every sample of /metrics, as `name{label="value"}` with the labels in their order."""
        return samples(self.ask("/metrics").body.decode())

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of `name` that have these labels; 0 when there is none."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(
            value
            for key, value in self.metrics().items()
            if key.partition("{")[0] == name and all(label in key for label in wanted)
        )

    # ---- its processes

    @property
    def pid(self) -> int:
        return self.program.pid

    def workers(self) -> list[int]:
        """Return the ids of the worker processes."""
        return children(self.pid)

    def tell(self, number: signal.Signals) -> None:
        self.program.tell(number)

    def stop(self) -> None:
        self.program.stop()


def samples(text: str) -> dict[str, float]:
    """Return the samples of a page in Prometheus' text format."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def _access_line(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and line.get("event") == "access" else None


def is_problem(message: Message, status: int, reason: str) -> bool:
    """Say whether a response is a failure told as it is to be told (RFC 9457, RFC 9209)."""
    assert message.status == status, message
    assert message.head.get("content-type") == "application/problem+json", message.head
    document = json.loads(message.body)
    assert document["status"] == status
    assert document["title"]
    kind = document["type"].removeprefix("urn:lumina:problem:")
    assert kind == reason or (reason == "bad_request" and kind), document  # the latter says which rule was broken
    assert document["reason"] == reason
    assert document["request_id"] == message.head.get("x-request-id"), (document, message.head)
    return True


def proxy_error(head: Head) -> str | None:
    """Return the error type of the gateway's Proxy-Status (RFC 9209, section 2.1.1), or None."""
    value = head.get("proxy-status")
    if value is None:
        return None
    member, *parameters = [part.strip() for part in value.split(";")]
    assert member == "lumina", value
    return dict(part.partition("=")[::2] for part in parameters).get("error")
