"""A tree to a model: all that is sound of it, and a problem for all that is not."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from lumina.config.model import Config
from lumina.config.nodes import Mapping, Path, key_of, place_of, plain
from lumina.config.problems import Place
from lumina.config.source import Source
from lumina.config.words import explain

Broken = frozenset[tuple[str | int, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a file, with places, for the checks between its parts."""

    source: Source
    root: Mapping
    config: Config
    route_indexes: tuple[int, ...]  # for each route of `config`, which item of the file's list it is
    broken: Broken = field(default=frozenset())  # paths of two steps at most that `config` lacks

    def place(self, path: Path) -> Place:
        """Return the place of the value at `path` in the file."""
        return place_of(self.root, path)

    def key(self, path: Path) -> Place:
        """Return the place of the key at `path` in the file."""
        return key_of(self.root, path)

    def is_sound(self, *path: str) -> bool:
        """Say whether `path` means in `config` what it does in the file."""
        return path not in self.broken and path[:1] not in self.broken


def validate(source: Source, root: Mapping) -> Draft:
    """Return the draft. What does not fit the model is noted in `source` and left out."""
    data: Any = plain(root)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    else:
        return Draft(source, root, config, tuple(range(len(config.routes))))
    for detail in details:
        source.problem(*explain(detail, root))
    broken = frozenset(detail["loc"][:2] for detail in details)
    indexes = _leave_out(data, broken)
    return Draft(source, root, Config.model_validate(data), indexes, broken)


def _leave_out(data: dict[str, Any], broken: Broken) -> tuple[int, ...]:
    """Take away what is broken, and return which items of `routes` are left."""
    for path in broken:
        section = data.get(str(path[0]))
        if len(path) == 1:
            data.pop(str(path[0]), None)
        elif isinstance(section, dict):
            section.pop(path[1], None)
    routes = data.get("routes", [])
    indexes = tuple(index for index, _ in enumerate(routes) if ("routes", index) not in broken)
    data["routes"] = [routes[index] for index in indexes]
    return indexes
