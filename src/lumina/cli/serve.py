"""`lumina serve`: be the gateway that a configuration file describes."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lumina.cli.command import Commands, add_file
from lumina.cli.starting import start


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("serve", help="start the gateway", description="Start the gateway.")
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    return start(Path(arguments.file), _serve)


def _serve(plan: dict[str, Any], load: Callable[[], dict[str, Any]]) -> int:
    from lumina.control import supervisor  # noqa: PLC0415 (a wrong configuration is told without waiting for it)

    return supervisor.run(plan, load)
