"""`lumina demo`: the gateway in front of a small service, both started here, with something to try."""

import argparse
import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from lumina.cli.command import Commands
from lumina.cli.starting import start

HOST = "127.0.0.1"
PORT = 8080
SERVICE_PORT = 8082
HIGHEST_PORT = 65535
CONFIGURATION = """\
server:
  host: "{host}"
  port: {port}
routes:
  - path: "payments"
    upstream: "http://localhost:{service_port}"
"""
INVITATION = """
  Lumina is in front of a demo service named `payments`.

  Try, in another terminal:
    curl {url}/api/payments/status
    curl {url}/api/payments/charge -H 'Content-Type: application/json' -d '{{"amount": 42}}'
    curl -N {url}/api/payments/events
    curl '{url}/api/payments/slow?seconds=2'
    curl {url}/nowhere
    curl {url}/health
    curl {url}/metrics

  Its configuration:
{configuration}
  Ctrl-C stops both.
"""


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="start the gateway with a demo service behind it",
        description="Start the gateway with a demo service behind it, and print what to try.",
    )
    parser.add_argument("--port", type=_port, default=PORT, help=f"of the gateway (default: {PORT})")
    parser.add_argument(
        "--service-port", type=_port, default=SERVICE_PORT, help=f"of the service (default: {SERVICE_PORT})"
    )
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a port, which is a number from 1 to {HIGHEST_PORT}")


def configuration(port: int, service_port: int) -> str:
    """Return the configuration file of the demo."""
    return CONFIGURATION.format(host=HOST, port=port, service_port=service_port)


def invitation(port: int, service_port: int) -> str:
    """Return what a newcomer is told."""
    text = configuration(port, service_port)
    shown = "".join(f"    {line}\n" for line in text.splitlines())
    return INVITATION.format(url=f"http://{HOST}:{port}", configuration=shown)


def run(arguments: argparse.Namespace) -> int:
    """Run gateway and service until told to stop."""
    with tempfile.TemporaryDirectory(prefix="lumina-demo-") as directory:
        path = Path(directory) / "demo.yaml"
        path.write_text(configuration(arguments.port, arguments.service_port), encoding="utf-8")
        return start(path, lambda plan, _: _run(plan, arguments))


def _run(plan: dict[str, Any], arguments: argparse.Namespace) -> int:
    from lumina.control import supervisor  # noqa: PLC0415 (heavier than what comes before)
    from lumina.control.demo_service import Payments  # noqa: PLC0415
    from lumina.control.http_service import conversations  # noqa: PLC0415
    from lumina.control.listening import open_listeners  # noqa: PLC0415

    (listener,) = open_listeners(HOST, arguments.service_port)
    with contextlib.closing(listener):

        async def serve() -> None:
            await asyncio.start_server(conversations(Payments().answer), sock=listener)

        def invite() -> None:
            print(invitation(arguments.port, arguments.service_port), flush=True)

        return supervisor.run(plan, beside=serve, on_ready=invite)
