"""Who the client is, with real proxies before the gateway and behind it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import program
from tests.system.conftest import Launch
from tests.system.gateway import Gateway
from tests.system.ports import reserve
from tests.system.services import served
from tests.system.wire import Message, Origin, connect

FRONT = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Real-IP $remote_addr;
    }}
  }}
}}
"""


@pytest.fixture
def front(launch: Launch, origin: Origin, tmp_path: Path) -> Iterator[tuple[int, Gateway]]:
    """The port of an nginx before a gateway that trusts it."""
    gateway = launch(
        {
            "server": {"trusted_proxies": ["127.0.0.1"], "forwarded": "both"},
            "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}],
        }
    )
    port = reserve()
    config = tmp_path / "front.conf"
    config.write_text(FRONT.format(folder=tmp_path, port=port, behind=gateway.port))
    command = [program("nginx"), "-e", "stderr", "-p", str(tmp_path), "-c", str(config)]
    with served("nginx", command, port):
        yield port, gateway


def through(port: int, origin: Origin, fields: str, source: str) -> Message:
    """Return what the origin got of a request from `source`."""
    with connect(port, source=source) as client:
        client.send(f"GET /who HTTP/1.1\r\nHost: shop.example\r\n{fields}\r\n")
        upstream = origin.accept()
        request = upstream.read_request()
        upstream.answer()
        client.read_response()
        upstream.close()
    return request


def test_a_client_behind_nginx(front: tuple[int, Gateway], origin: Origin) -> None:
    port, gateway = front
    head = through(port, origin, "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n", "127.0.0.9").head
    assert head.all("x-forwarded-for") == ["6.6.6.6, 127.0.0.9, 127.0.0.1"]
    assert head.all("x-real-ip") == ["127.0.0.9"]
    assert head.all("forwarded") == [
        "for=6.6.6.6, for=127.0.0.9;proto=https, for=127.0.0.1;host=shop.example;proto=http"
    ]
    assert (head.get("x-forwarded-proto"), head.get("x-forwarded-port")) == ("https", "443")
    line = gateway.access_line(path="/who")
    assert (line["client"], line["peer"]) == ("127.0.0.9", "127.0.0.1")


def test_one_that_goes_round_the_proxy(front: tuple[int, Gateway], origin: Origin) -> None:
    _, gateway = front
    head = through(gateway.port, origin, "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n", "127.0.0.9").head
    assert head.all("x-forwarded-for") == ["127.0.0.9"]
    assert head.get("x-forwarded-proto") == "http"
    assert gateway.access_line(path="/who")["client"] == "127.0.0.9"


def test_two_gateways_in_a_row(launch: Launch, origin: Origin) -> None:
    inner = launch(
        {
            "server": {"trusted_proxies": ["127.0.0.1"]},
            "routes": [{"path": "/in", "upstream": f"http://127.0.0.1:{origin.port}", "strip_prefix": True}],
        }
    )
    outer = launch(
        {"routes": [{"path": "/out", "upstream": f"http://127.0.0.1:{inner.port}", "strip_prefix": True}]},
    )
    with connect(outer.port, source="127.0.0.9") as client:
        client.send("GET /out/in/x HTTP/1.1\r\nHost: shop.example:8080\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
        upstream = origin.accept()
        head = upstream.read_request().head
        upstream.answer()
        answer = client.read_response().head
    assert head.line == "GET /x HTTP/1.1"
    assert head.all("via") == ["1.1 lumina", "1.1 lumina"]
    assert head.all("x-forwarded-for") == ["127.0.0.9, 127.0.0.1"]
    assert (head.get("x-forwarded-host"), head.get("x-forwarded-port")) == ("shop.example:8080", "8080")
    assert head.get("x-forwarded-prefix") == "/out/in"
    (told,) = head.all("x-request-id")
    lines = [outer.access_line(path="/out/in/x"), inner.access_line(path="/in/x")]
    assert {line["request_id"] for line in lines} == {told} == set(answer.all("x-request-id"))
    assert {line["client"] for line in lines} == {"127.0.0.9"}


def test_a_circle_of_two_gateways_ends(launch: Launch) -> None:
    port = reserve()
    first = launch({"routes": [{"path": "/", "upstream": f"http://127.0.0.1:{port}"}]})
    second = launch(
        {"server": {"port": port}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{first.port}"}]},
    )
    answer = first.ask("/round")
    assert (answer.head.line, json.loads(answer.body)["reason"]) == ("HTTP/1.1 508 Loop Detected", "loop_detected")
    assert first.access_line(path="/round")["status"] == 508
    assert (
        second.metric("lumina_errors_total", reason="loop_detected")
        + first.metric("lumina_errors_total", reason="loop_detected")
        == 1
    )
