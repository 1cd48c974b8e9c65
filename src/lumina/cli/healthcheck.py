"""`lumina healthcheck`: ask a running gateway whether it is ready, for images that have no curl."""

import argparse
import contextlib
import http.client
import socket
import ssl
from urllib.parse import SplitResult, urlsplit

from lumina.cli.command import Commands
from lumina.cli.starting import complain
from lumina.proxy_protocol.write import header

URL = "http://127.0.0.1:8080/health/ready"
LIMIT = 3.0  # seconds
LONGEST = 3600.0


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "healthcheck",
        help="ask a running gateway whether it is ready",
        description="Exit with 0 when a running gateway is ready, 1 when it is not or does not answer.",
    )
    parser.add_argument("--url", default=URL, help=f"what to ask (default: {URL})")
    parser.add_argument("--timeout", type=_seconds, default=LIMIT, metavar="SECONDS", help=f"default: {LIMIT:g}")
    parser.add_argument(
        "--proxy-protocol",
        action="store_true",
        help="begin with a PROXY header that says nothing of a client: asked from an address in "
        "server.proxy_protocol.trusted, the gateway takes no connection without one",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask once."""
    url = _url(arguments.url)
    if url is None:
        complain(f"{arguments.url} is not an http or https URL")
        return 2
    connection = _connection(url, arguments.timeout)
    try:
        if arguments.proxy_protocol:
            connection.sock = _introduced(connection, arguments.timeout)
        connection.request("GET", url._replace(scheme="", netloc="").geturl() or "/")
        answer = connection.getresponse()
        answer.read()  # one that closes before the end is a client gone: a warning in the access log at each check
        status = answer.status
    except (OSError, http.client.HTTPException) as error:
        complain(f"{arguments.url}: {error}")
        return 1
    finally:
        connection.close()
    if status != http.client.OK:
        complain(f"{arguments.url}: {status}")
        return 1
    return 0


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        seconds = float(text)
        if 0 < seconds <= LONGEST:
            return seconds
    raise argparse.ArgumentTypeError(f"{text} is not a number above 0, and up to {LONGEST:g}")


def _url(text: str) -> SplitResult | None:
    """Return the parts of a URL that we can ask, or nothing."""
    try:
        url = urlsplit(text)
        port = url.port  # made out only now, and it may be none
    except ValueError:
        return None
    askable = url.scheme in ("http", "https") and url.hostname is not None and port != 0
    return url if askable else None


def _connection(url: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port, timeout=timeout)
    return http.client.HTTPSConnection(host, url.port, timeout=timeout, context=_private())


def _introduced(connection: http.client.HTTPConnection, timeout: float) -> socket.socket:
    """Connect and say that this is our own question, which is before TLS, too (PROXY protocol, section 2.2: LOCAL)."""
    made = socket.create_connection((connection.host, connection.port), timeout)
    made.sendall(header(None, 2))
    if isinstance(connection, http.client.HTTPSConnection):
        return _private().wrap_socket(made, server_hostname=connection.host)
    return made


def _private() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False  # asked by address, from beside it: no certificate names 127.0.0.1
    context.verify_mode = ssl.CERT_NONE
    return context
