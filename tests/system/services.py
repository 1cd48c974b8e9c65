"""The real servers behind the gateway: httpbin under gunicorn, a FastAPI application under uvicorn, nginx."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.system.ports import reserve
from tests.system.program import Program, eventually
from tests.system.wire import connect

HERE = Path(__file__).parent
NGINX = """
worker_processes 1;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 0;
  keepalive_requests 1000000;
  sendfile on;
  gzip on;
  gzip_types text/plain;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/www;
    location /once/ {{ alias {folder}/www/; keepalive_timeout 0; }}
    location /seven/ {{ alias {folder}/www/; keepalive_requests 7; }}
    location = /empty {{ return 204; }}
    location = /moved {{ return 301 /64k; }}
  }}
}}
"""
SIZES = {"64k": 64 * 1024, "1m": 1024 * 1024}


def content(size: int) -> bytes:
    """Return octets of which no run repeats soon, so that a piece out of place is seen."""
    return b"".join(number.to_bytes(8, "big") for number in range((size + 7) // 8))[:size]


@contextlib.contextmanager
def served(name: str, command: list[str], port: int) -> Iterator[int]:
    """A server that listens on `port`, for as long as the context lasts."""
    program = Program(name, command)

    def listens() -> bool:
        if program.process.poll() is not None:
            raise RuntimeError(f"{name} ended at once\n{program.last_words()}")
        with contextlib.suppress(OSError):
            connect(port).close()
            return True
        return False

    try:
        eventually(listens)
        yield port
    finally:
        program.stop()


def httpbin() -> contextlib.AbstractContextManager[int]:
    """httpbin, as its own documentation starts it."""
    port = reserve()
    words = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8", "--keep-alive", "30"]
    return served("httpbin", [sys.executable, "-m", "gunicorn", "--no-control-socket", *words, "httpbin:app"], port)


def fastapi() -> contextlib.AbstractContextManager[int]:
    """The application of apps/echo.py."""
    port = reserve()
    words = ["--app-dir", str(HERE / "apps"), "--port", str(port), "--log-level", "warning", "echo:app"]
    return served("fastapi", [sys.executable, "-m", "uvicorn", *words], port)


def nginx(folder: Path) -> contextlib.AbstractContextManager[int]:
    """Nginx with files of known content."""
    port = reserve()
    (folder / "www").mkdir(parents=True)
    for name, size in SIZES.items():
        (folder / "www" / name).write_bytes(content(size))
    (folder / "www" / "page.txt").write_text("a line of text\n" * 500)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    return served("nginx", ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)], port)
