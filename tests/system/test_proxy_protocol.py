"""The PROXY protocol, spoken with those who speak it elsewhere: HAProxy and curl in front, HAProxy and nginx behind."""

import contextlib
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.programs import program
from tests.system.conftest import Launch
from tests.system.gateway import Gateway
from tests.system.ports import reserve
from tests.system.program import eventually
from tests.system.services import served
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer

CLIENT = "127.0.77.5"  # an address of its own, which nobody else here has
HAPROXY = """
global
  log stdout format raw local0 warning
defaults
  timeout connect 10s
  timeout client 30s
  timeout server 30s
  mode tcp
"""


def tell_client(peer: Peer, request: Message) -> bool:
    """Answer with whose the request is said to be."""
    peer.answer(f"{request.head.get('x-forwarded-for')} {request.head.get('x-forwarded-proto')}".encode())
    return True


@pytest.fixture(scope="module")
def telling() -> Iterator[ServingOrigin]:
    with ServingOrigin(tell_client) as made:
        yield made


@contextlib.contextmanager
def haproxy(folder: Path, config: str, port: int) -> Iterator[int]:
    file = folder / f"haproxy-{port}.cfg"
    file.write_text(HAPROXY + config)
    with served("haproxy", [program("haproxy"), "-db", "-f", str(file)], port) as listening:
        yield listening


@contextlib.contextmanager
def sender(folder: Path, gateway: Gateway, words: str) -> Iterator[int]:
    """HAProxy before a gateway, telling it in this way whose connections are."""
    port = reserve()
    config = f"""
listen in
  bind 127.0.0.1:{port}
  server gateway 127.0.0.1:{gateway.port} source 127.0.0.2 {words}
"""
    with haproxy(folder, config, port) as listening:
        yield listening


def call(port: int, source: str = CLIENT) -> Peer:
    return Peer(socket.create_connection(("127.0.0.1", port), source_address=(source, 0)))


def ask(peer: Peer) -> bytes:
    peer.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
    return peer.read_response().body


def trusting(origin: ServingOrigin, **server: object) -> dict[str, object]:
    return {
        "server": {"proxy_protocol": {"trusted": ["127.0.0.2"]}, **server},
        "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}],
    }


@pytest.mark.parametrize("words", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"])
def test_haproxy_says_whose_connections_are(launch: Launch, telling: ServingOrigin, tmp_path: Path, words: str) -> None:
    gateway = launch(trusting(telling))
    with sender(tmp_path, gateway, words) as port, call(port) as client:
        assert [ask(client), ask(client)] == [b"127.0.77.5 http"] * 2
        with call(port, "127.0.77.6") as other:
            assert ask(other) == b"127.0.77.6 http"
    assert gateway.access_line(client=CLIENT)["status"] == 200


@pytest.mark.parametrize("words", ["check send-proxy", "check send-proxy-v2", "check send-proxy-v2 check-send-proxy"])
def test_the_checks_of_haproxy_are_taken(launch: Launch, telling: ServingOrigin, tmp_path: Path, words: str) -> None:
    gateway = launch(trusting(telling))
    port = reserve()
    config = f"""
listen in
  bind 127.0.0.1:{port}
  option httpchk
  http-check send meth GET uri /checked ver HTTP/1.1 hdr Host a
  server gateway 127.0.0.1:{gateway.port} source 127.0.0.2 inter 100ms {words}
"""
    with haproxy(tmp_path, config, port):
        for _ in range(2):
            gateway.program.out.clear()
            assert gateway.access_line(path="/checked")["client"] == "127.0.0.2"


def test_tls_passes_through_haproxy(launch: Launch, telling: ServingOrigin, tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("one.test")
    made.private_key_pem.write_to_path(tmp_path / "one.key")
    made.cert_chain_pems[0].write_to_path(tmp_path / "one.crt")
    certificate = {"certificate": str(tmp_path / "one.crt"), "key": str(tmp_path / "one.key")}
    context = ssl.create_default_context()
    authority.configure_trust(context)
    gateway = launch(trusting(telling, tls=certificate))
    with (
        sender(tmp_path, gateway, "send-proxy-v2") as port,
        call(port) as plain,
        context.wrap_socket(plain.socket, server_hostname="one.test") as secured,
    ):
        assert ask(Peer(secured)) == b"127.0.77.5 https"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_curl_says_whose_its_connection_is(launch: Launch, telling: ServingOrigin, tmp_path: Path, scheme: str) -> None:
    server: dict[str, object] = {"proxy_protocol": {"trusted": ["127.0.77.0/24"]}}
    if scheme == "https":
        made = trustme.CA().issue_cert("localhost")
        made.private_key_pem.write_to_path(tmp_path / "one.key")
        made.cert_chain_pems[0].write_to_path(tmp_path / "one.crt")
        server["tls"] = {"certificate": str(tmp_path / "one.crt"), "key": str(tmp_path / "one.key")}
    gateway = launch(trusting(telling, **server))
    words = ["-sk", "--haproxy-protocol", "--interface", CLIENT, f"{scheme}://127.0.0.1:{gateway.port}/x"]
    said = subprocess.run([program("curl"), *words], capture_output=True, check=True, timeout=30)
    assert said.stdout == b"127.0.77.5 " + scheme.encode()


def test_what_is_refused_is_counted_and_told(launch: Launch, telling: ServingOrigin) -> None:
    gateway = launch(trusting(telling, proxy_protocol={"trusted": ["127.0.77.0/24"]}))
    with call(gateway.port) as client:
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        client.drop()
    with call(gateway.port, "127.0.0.9") as client:
        client.send("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")
        client.drop()
    assert gateway.metric("lumina_proxy_protocol_refused_total", reason="missing") == 1
    assert gateway.metric("lumina_proxy_protocol_refused_total", reason="not_allowed") == 1

    def told() -> dict[str, str]:
        lines = [json.loads(line) for line in list(gateway.program.err) if "proxy protocol refused" in line]
        return {line["reason"]: line["from"] for line in lines}

    eventually(lambda: told() == {"missing": CLIENT, "not_allowed": "127.0.0.9"})


NGINX = """
worker_processes 1;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log combined;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} proxy_protocol;
    location / {{ return 200 "$proxy_protocol_addr $proxy_protocol_server_port $connection"; }}
    location /checked {{ return 200 "checked $proxy_protocol_addr"; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx_behind(folder: Path) -> Iterator[int]:
    port = reserve()
    file = folder / "behind.conf"
    file.write_text(NGINX.format(folder=folder, port=port))
    with served("nginx", [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(file)], port) as listening:
        yield listening


@contextlib.contextmanager
def haproxy_behind(folder: Path, words: str = "") -> Iterator[int]:
    port = reserve()
    config = f"""
frontend behind
  mode http
  bind 127.0.0.1:{port} accept-proxy {words}
  http-request return status 200 content-type text/plain lf-string "%[src] %[dst_port] %[fc_rcvd_proxy]"
"""
    with haproxy(folder, config, port) as listening:
        yield listening


def before(port: int, upstream: dict[str, object], scheme: str = "http") -> dict[str, object]:
    made = {"endpoints": [f"{scheme}://127.0.0.1:{port}"], **upstream}
    return {"upstreams": {"behind": made}, "routes": [{"path": "/", "upstream": "behind"}]}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_nginx_learns_whose_a_connection_is(launch: Launch, tmp_path: Path, version: str) -> None:
    with nginx_behind(tmp_path) as port:
        gateway = launch(before(port, {"proxy_protocol": version}))
        with call(gateway.port) as client, call(gateway.port, "127.0.77.6") as other:
            one, two = ask(client).split(), ask(other).split()
            again, twice = ask(client).split(), ask(other).split()
    assert one[:2] == [CLIENT.encode(), str(gateway.port).encode()]
    assert two[:2] == [b"127.0.77.6", str(gateway.port).encode()]
    assert (again, twice) == (one, two)  # on the same connections
    assert one[2] != two[2]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_haproxy_learns_whose_a_connection_is(launch: Launch, tmp_path: Path, version: str) -> None:
    with haproxy_behind(tmp_path) as port:
        gateway = launch(before(port, {"proxy_protocol": version}))
        with call(gateway.port) as client:
            assert [ask(client) for _ in range(3)] == [f"{CLIENT} {gateway.port} 1".encode()] * 3


def test_haproxy_learns_it_before_tls(launch: Launch, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "one.pem")
    with haproxy_behind(tmp_path, f"ssl crt {tmp_path}/one.pem") as port:
        upstream: dict[str, object] = {"proxy_protocol": "v2", "tls": {"ca": str(tmp_path / "ca.pem")}}
        gateway = launch(before(port, upstream, "https"))
        with call(gateway.port) as client:
            assert [ask(client) for _ in range(2)] == [f"{CLIENT} {gateway.port} 1".encode()] * 2


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_health_is_asked_for_by_ourselves(launch: Launch, tmp_path: Path, version: str) -> None:
    health = {"path": "/checked", "interval": "50ms", "body": "checked", "initial": "probe"}
    with nginx_behind(tmp_path) as port:
        gateway = launch(before(port, {"proxy_protocol": version, "health": health}))
        log = tmp_path / "access.log"
        eventually(lambda: log.read_text().count("GET /checked") > 2)
        assert gateway.health()["upstreams"][0]["endpoints"][0]["state"] == "up"
        with call(gateway.port) as client:
            assert ask(client).startswith(CLIENT.encode())
