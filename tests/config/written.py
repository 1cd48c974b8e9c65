"""Configurations as tests write them, and what is told about them."""

from pathlib import Path

from lumina.config.load import load
from lumina.config.nodes import Mapping
from lumina.config.problems import InvalidConfigError
from lumina.config.source import Source
from lumina.config.validate import Draft, validate

FILE = Path("a.yaml")


def tree(text: str) -> tuple[Source, Mapping]:
    """Return the tree of a file, and where its problems are noted."""
    source = Source(FILE, text)
    return source, load(source)


def drafted(text: str) -> Draft:
    """Return the draft of a file."""
    return validate(*tree(text))


def noted(source: Source) -> list[str]:
    """Return each problem as `line:column what is wrong`, with a hint in brackets, in the order of the file."""
    problems = sorted(source.problems, key=lambda problem: (problem.place.line, problem.place.column))
    return [f"{one.place.line}:{one.place.column} {one.message}" + (one.hint and f" [{one.hint}]") for one in problems]


def refused(text: str) -> list[str]:
    """Return what `load` notes before it gives up."""
    source = Source(FILE, text)
    try:
        load(source)
    except InvalidConfigError:
        return noted(source)
    return []
