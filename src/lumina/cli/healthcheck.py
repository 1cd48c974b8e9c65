"""`lumina healthcheck`: ask a running gateway whether it is ready, for images that have no curl."""

import argparse
import http.client
import ssl
from urllib.parse import SplitResult, urlsplit

from lumina.cli.command import Commands
from lumina.cli.starting import complain

URL = "http://127.0.0.1:8080/health/ready"
LIMIT = 3.0  # seconds


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "healthcheck",
        help="ask a running gateway whether it is ready",
        description="Exit with 0 when a running gateway is ready, 1 when it is not or does not answer.",
    )
    parser.add_argument("--url", default=URL, help=f"what to ask (default: {URL})")
    parser.add_argument("--timeout", type=float, default=LIMIT, metavar="SECONDS", help=f"default: {LIMIT:g}")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask once."""
    url = urlsplit(arguments.url)
    if url.scheme not in ("http", "https") or url.hostname is None:
        complain(f"{arguments.url} is not an http or https URL")
        return 2
    connection = _connection(url, arguments.timeout)
    try:
        connection.request("GET", url._replace(scheme="", netloc="").geturl() or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        complain(f"{arguments.url}: {error}")
        return 1
    finally:
        connection.close()
    if status != http.client.OK:
        complain(f"{arguments.url}: {status}")
        return 1
    return 0


def _connection(url: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port, timeout=timeout)
    context = ssl.create_default_context()
    context.check_hostname = False  # asked by address, from beside it: no certificate names 127.0.0.1
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, url.port, timeout=timeout, context=context)
