"""What every command is given to add itself to the command line."""

import argparse
from typing import Protocol

DEFAULT = "config.yaml"


class Commands(Protocol):
    """What `ArgumentParser.add_subparsers` returns, as far as a command needs it."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 (its name)
        """Return the parser of the command `name`."""
        ...


def add_file(parser: argparse.ArgumentParser) -> None:
    """Let a command be told its configuration, as `FILE` or as `--config FILE`; it is `arguments.file`."""
    file = parser.add_mutually_exclusive_group()
    file.add_argument(
        "file", metavar="FILE", nargs="?", default=argparse.SUPPRESS, help=f"the configuration (default: {DEFAULT})"
    )
    file.add_argument("--config", metavar="FILE", dest="file", default=DEFAULT, help="the same")
