"""Which failures of an upstream lead to another: all that say that it cannot answer, whatever is asked of it."""

import ssl
from collections.abc import Callable

import pytest

from tests.engine.stage import Stage, answer, get
from tests.engine.test_detour import ANSWER, Pair
from tests.plan import ENDPOINT, UPSTREAM

UNVERIFIED = {"verify": False, "ca": None, "server_name": "a.example"}
BREAKER = {"consecutive": 1, "failure_rate": 1.0, "slow": 0.0, "slow_rate": 1.0, "requests": 100, "trials": 1}


def at(host: str, port: int) -> dict[str, object]:
    """Return what puts the first upstream's endpoint there."""
    return {"endpoints": [{**ENDPOINT, "host": host, "port": port, "authority": f"{host}:{port}"}]}


def hurried(**short: float) -> dict[str, object]:
    return {"timeouts": {**UPSTREAM["timeouts"], **short}}


def silent(stage: Stage) -> None:
    stage.accept().read()
    stage.pass_time(0.3)


def wordy(stage: Stage) -> None:
    stage.accept().send(answer(fields="A: 1\r\n" * 300))


def no_tls(stage: Stage) -> None:
    stage.accept().send(b"this is not TLS\r\n")


@pytest.mark.parametrize(
    ("reason", "settings", "act"),
    [
        ("dns_error", at("no.such.name.invalid", 80), None),
        ("destination_ip_unroutable", at("255.255.255.255", 80), None),
        ("http_response_timeout", hurried(first_byte=0.1), silent),
        ("http_response_header_section_size", {}, wordy),
        ("tls_protocol_error", {"tls": UNVERIFIED}, no_tls),
    ],
)
def test_a_failure(stage: Stage, reason: str, settings: dict[str, object], act: Callable[[Stage], None] | None) -> None:
    pair = Pair(stage, ANSWER, upstreams__0__retries__attempts=1)
    pair.change(**settings)
    if "tls" in settings:
        stage.engine.upstream_tls(0, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    goes_on(stage, pair, reason, act)


def test_a_connection_that_does_not_come_about(stage: Stage, full: tuple[str, int]) -> None:
    pair = Pair(stage, ANSWER, upstreams__0__retries__attempts=1)
    pair.change(**at(*full), **hurried(connect=0.1))
    goes_on(stage, pair, "connection_timeout", lambda stage: stage.pass_time(0.3))


def test_endpoints_that_are_all_down(stage: Stage) -> None:
    pair = Pair(stage, ANSWER)
    stage.arena.probe(0, up=False)
    goes_on(stage, pair, "destination_unavailable", None)


def test_a_breaker_that_is_open(stage: Stage) -> None:
    pair = Pair(stage, ANSWER, upstreams__0__retries__attempts=1)
    pair.change(breaker={**BREAKER, "window": 10.0, "open": 5.0})
    client = stage.client()
    client.send(get(fields="Connection: close\r\n"))
    stage.accept().close()  # without a word
    pair.other().send(answer(fields="Connection: close\r\n"))
    client.read()
    stage.lines()
    goes_on(stage, pair, "breaker_open", None)


def goes_on(stage: Stage, pair: Pair, reason: str, act: Callable[[Stage], None] | None) -> None:
    """Let a request fail, and see it answered by the other upstream."""
    client = stage.client()
    client.send(get())
    if act is not None:
        act(stage)
    other = pair.other()
    other.read()
    other.send(answer(b"spare"))
    assert client.read().endswith(b"spare")
    (line,) = stage.lines()
    assert (line["reason"], line["fallback"], line["upstream"]) == ("ok", reason, "spare")
