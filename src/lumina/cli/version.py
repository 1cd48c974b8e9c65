"""`lumina version`: what runs here."""

import argparse
import platform

from lumina import __version__
from lumina.cli.command import Commands
from lumina.control.compiled import missing


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("version", help="print the version", description="Print the version.")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print one line."""
    build = "not compiled" if missing() else "compiled"
    print(f"lumina {__version__} ({build}, {platform.python_implementation()} {platform.python_version()})")
    return 0
