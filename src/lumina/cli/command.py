"""What every command is given to add itself to the command line."""

import argparse
from typing import Protocol


class Commands(Protocol):
    """What `ArgumentParser.add_subparsers` returns, as far as a command needs it."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 (its name)
        """Return the parser of the command `name`."""
        ...
