"""The `lumina` command: one module for each of its words."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = ("serve", "check", "demo", "healthcheck", "version")
VERSION = (["--version"], ["-V"])  # what people try first


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the command line, as far as the commands `names` go."""
    whole = argparse.ArgumentParser(
        prog="lumina", description="An API gateway and reverse proxy: declarative in YAML, compiled where it is hot."
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        import_module(f"lumina.cli.{name}").add(commands)
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (the process's own, by default) ask for, and return its exit code."""
    words = sys.argv[1:] if words is None else words
    words = ["version"] if list(words) in VERSION else words
    # Only the command that is asked for is imported: to print a version needs no configuration models.
    names = words[:1] if words and words[0] in COMMANDS else COMMANDS
    arguments = parser(names).parse_args(words)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130  # as a shell reports an interrupt
    except BrokenPipeError:  # whoever read our output has had enough; the interpreter must not try it once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
