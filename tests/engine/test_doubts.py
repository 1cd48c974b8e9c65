"""Paths that servers read differently: what a route makes of them, and when they are refused."""

import json

import pytest

from tests.engine.stage import Stage, answer

EASY = {"encoded_nul": "keep", "invalid_escapes": "escape", "non_ascii": "escape"}


def ask(target: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    ("paths", "path", "rule"),
    [
        ({}, b"/%00", "target-nul"),
        ({}, b"/%zz", "target-escape"),
        ({}, b"/\xe9", "target"),
        ({"encoded_slashes": "reject"}, b"/a%2Fb", "path-policy"),
        ({}, b"/%252e%252e/x", "path-ambiguous"),
        ({}, b"//x", ""),
        ({"double_slashes": "merge"}, b"/..%2F", "path-hidden-dots"),
        ({"double_slashes": "merge"}, b"/a//../../x", "path-ambiguous"),
        ({"double_slashes": "merge"}, b"////../../../x", "path-above-root"),
    ],
)
@pytest.mark.parametrize("others", [{}, EASY])
def test_a_path_is_judged_by_its_route(
    stage: Stage, others: dict[str, str], paths: dict[str, str], path: bytes, rule: str
) -> None:
    """By it alone: what another route takes gets as far as the route, and there it ends."""
    stage.adopt(routes__0__paths=paths, paths=others)
    client = stage.client()
    client.send(ask(b"/api/payments" + path))
    found = client.read()
    if rule:
        head, _, body = found.partition(b"\r\n\r\n")
        assert json.loads(body)["type"] == f"urn:lumina:problem:{rule}"
        assert b"\r\nConnection: close\r\n" in head + b"\r\n"
        assert client.ended
    else:
        assert stage.accept().read().startswith(b"GET " + path + b" HTTP/1.1\r\n")


def test_what_a_route_makes_of_a_path_may_be_longer(stage: Stage) -> None:
    stage.adopt(routes__0__paths=EASY, limits__request_line=256)
    client = stage.client()
    client.send(ask(b"/api/payments/" + b"\xe9" * 200))
    upstream = stage.accept()
    assert upstream.read().startswith(b"GET /" + b"%E9" * 200 + b" HTTP/1.1\r\n")
    upstream.send(answer())
    assert client.read().startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("target", [b"https://a/api/payments/x", b"HTTPS://a/api/payments/%20"])
def test_https_is_not_for_a_connection_in_the_clear(stage: Stage, target: bytes) -> None:
    client = stage.client()
    client.send(ask(target))
    assert client.read().startswith(b"HTTP/1.1 421 Misdirected Request\r\n")
    assert client.ended
