"""The request as the upstream gets it."""

import pytest

from tests.engine.stage import Stage, head_of


@pytest.mark.parametrize(
    ("changes", "sent", "first", "host"),
    [
        pytest.param({}, "/api/payments/a?b=c", "GET /a?b=c HTTP/1.1", "a.example", id="stripped"),
        pytest.param(
            {"routes__0__strip": False}, "/api/payments/a", "GET /api/payments/a HTTP/1.1", "a.example", id="kept"
        ),
        pytest.param({"upstreams__0__base": "/v1"}, "/api/payments/a", "GET /v1/a HTTP/1.1", "a.example", id="a base"),
        pytest.param(
            {"upstreams__0__base": "/v1"}, "/api/payments", "GET /v1/ HTTP/1.1", "a.example", id="a base alone"
        ),
        pytest.param({}, "/api/payments/x/../y", "GET /y HTTP/1.1", "a.example", id="normalised"),
        pytest.param({}, "http://b.example/api/payments/a", "GET /a HTTP/1.1", "b.example", id="absolute"),
        pytest.param(
            {"routes__0__preserve_host": False}, "/api/payments/a", "GET /a HTTP/1.1", None, id="host replaced"
        ),
    ],
)
def test_targets_and_hosts(stage: Stage, changes: dict[str, object], sent: str, first: str, host: str | None) -> None:
    stage.adopt(**changes)
    client = stage.client()
    asked = "b.example" if "://" in sent else "a.example"
    client.send(f"GET {sent} HTTP/1.1\r\nHost: {asked}\r\n\r\n".encode())
    got, fields, _ = head_of(stage.accept().read())
    address, port = stage.upstream.getsockname()
    assert (got, fields["host"]) == (first, host or f"{address}:{port}")


def test_nobody_is_trusted_with_who_the_client_is(stage: Stage) -> None:
    client = stage.client()
    client.send(
        b"GET /api/payments/a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
        b"Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Request-ID: mine\r\nX_Forwarded_For: 6.6.6.6\r\n\r\n"
    )
    raw = stage.accept().read()
    fields = head_of(raw)[1]
    assert b"6.6.6.6" not in raw
    assert (fields["x-forwarded-for"], fields["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert fields["x-request-id"] != "mine"


def test_order_and_case_and_duplicates_are_kept(stage: Stage) -> None:
    client = stage.client()
    client.send(b"GET /api/payments/a HTTP/1.1\r\nHost: a\r\nB: 1\r\na: 2\r\nB: 3\r\nEmpty:\r\n\r\n")
    assert b"\r\nB: 1\r\na: 2\r\nB: 3\r\nEmpty: \r\n" in stage.accept().read()
