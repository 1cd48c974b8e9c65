"""A tree to a model: all that is sound of it, and a problem for all that is not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lumina.config.model import Config
from lumina.config.nodes import Lost, Mapping, Path, Step, key_of, place_of, plain
from lumina.config.problems import Place
from lumina.config.source import Source
from lumina.config.words import explain, meant

Steps = tuple[Step, ...]
NOWHERE = "http://nowhere.invalid"  # where a route leads whose own upstream cannot be read (RFC 6761, section 6.4)


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a file, with places, for the checks between its parts."""

    source: Source
    root: Mapping
    config: Config
    route_indexes: tuple[int, ...]  # for each route of `config`, which item of the file's list it is
    left_out: frozenset[Steps] = field(default=frozenset())  # what the file has and `config` has not

    def place(self, path: Path) -> Place:
        """Return the place of the value at `path` in the file."""
        return place_of(self.root, path)

    def key(self, path: Path) -> Place:
        """Return the place of the key at `path` in the file."""
        return key_of(self.root, path)

    def is_sound(self, *path: str) -> bool:
        """Say whether `path` means in `config` what it does in the file."""
        return not any(path[:size] in self.left_out for size in range(1, len(path) + 1))


def validate(source: Source, root: Mapping) -> Draft:
    """Return the draft. What does not fit the model is noted in `source` and left out.

    As little as can be is left out, so that the checks between the parts find what else is wrong.
    """
    left_out: set[Steps] = set()
    data: Any = plain(root)
    routes = dict(enumerate(data["routes"])) if isinstance(data.get("routes"), list) else {}
    told = False
    while True:
        try:
            config = Config.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
        else:
            return Draft(source, root, config, tuple(routes), frozenset(left_out))
        _count_as_in_file(details, list(routes))
        if not told:
            _tell(source, root, details)
            told = True
        paths = {_to_leave_out(detail) for detail in details}
        for path in paths:
            _leave_out(data, routes, path)
        left_out |= paths
        data["routes"] = list(routes.values())


def _count_as_in_file(details: list[ErrorDetails], indexes: list[int]) -> None:
    """Change places in the list of routes that are left into places in the file's list."""
    for detail in details:
        path = detail["loc"]
        if path[:1] == ("routes",) and len(path) > 1:
            detail["loc"] = ("routes", indexes[int(path[1])], *path[2:])


def _tell(source: Source, root: Mapping, details: Iterable[ErrorDetails]) -> None:
    """Note each mistake, a field that is only misspelt once, and a substitution that failed no more."""
    misspelt = {meant(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        is_told = detail["type"] == "missing" and detail["loc"] in misspelt
        if not is_told and not isinstance(detail["input"], Lost):
            source.problem(*explain(detail, root))


def _to_leave_out(detail: ErrorDetails) -> Steps:
    """Return the path of what must go: the value, or the mapping that lacks one; lists go whole, save for `routes`."""
    path = detail["loc"]
    if detail["type"] == "missing" and len(path) > 1 and not _is_upstream_of_route(path):
        path = path[:-1]
    start = 2 if path[0] == "routes" else 0
    for at in range(start, len(path)):
        if isinstance(path[at], int):
            return path[:at]
    return path


def _is_upstream_of_route(path: Steps) -> bool:
    return len(path) == 3 and path[0] == "routes" and path[2] == "upstream"


def _leave_out(data: dict[str, Any], routes: dict[int, Any], path: Steps) -> None:
    """Take away what is at `path`, as the file counts it; `routes` is the list of them, by their places in the file."""
    section: Any = data
    if path[0] == "routes":
        section, path = routes, path[1:]
    if not path:
        routes.clear()
        return
    for step in path[:-1]:
        section = section.get(step, {})
    if isinstance(path[0], int) and path[1:] == ("upstream",):
        section["upstream"] = NOWHERE
    else:
        section.pop(path[-1], None)
