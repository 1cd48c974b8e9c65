"""The `lumina` command: one module for each of its words."""

import argparse
import sys
from collections.abc import Sequence

from lumina.cli import demo, healthcheck, serve, version

COMMANDS = (serve, demo, healthcheck, version)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="lumina", description="An API gateway and reverse proxy: declarative in YAML, compiled where it is hot."
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (the process's own, by default) ask for, and return its exit code."""
    arguments = parser().parse_args(words)
    try:
        code: int = arguments.run(arguments)
    except KeyboardInterrupt:
        return 130  # as a shell reports an interrupt
    except BrokenPipeError:  # whoever read our output has had enough
        sys.stderr.close()
        return 1
    return code
