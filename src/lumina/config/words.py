"""What the model objects to, in our words: no sentence of the validation library reaches a user."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic_core import ErrorDetails

from lumina.config.model import Config
from lumina.config.model.section import Section
from lumina.config.model.values import quoted
from lumina.config.nodes import Mapping, Node, Path, Scalar, key_of, place_of, walk
from lumina.config.problems import Place, nearest

MAPPING_ERRORS = {"model_type", "model_attributes_type", "dict_type"}
LIST_ERRORS = {"list_type", "tuple_type"}


def explain(error: ErrorDetails, root: Node) -> tuple[Place, str, str]:
    """Return the place of a mistake, what it is, and a hint."""
    path = error["loc"]
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(path, root)
    if kind == "missing":
        message = f"`{path[-1]}` is missing"
        return place_of(root, path[:-1]), f"{message}{_inside(path[:-1], root)}", ""
    message, hint = _objection(error)
    return _value_place(path, root), f"{_subject(path)} {message}", hint


def _objection(error: ErrorDetails) -> tuple[str, str]:
    value = error["input"]
    if error["type"] == "lumina":
        return error["ctx"]["message"], error["ctx"]["hint"]
    if error["type"] in MAPPING_ERRORS:
        return f"must be a mapping of fields, not {quoted(value)}", ""
    if error["type"] in LIST_ERRORS:
        hint = "put it in brackets: `[...]`" if isinstance(value, str) else "begin each item with `- `"
        return f"must be a list, not {quoted(value)}", hint
    return "is not what it must be", ""


def _subject(path: Path) -> str:
    names = [step for step in path if isinstance(step, str)]
    if path and isinstance(path[-1], int):
        return f"each of `{names[-1]}`"
    return f"`{names[-1]}`"


def _value_place(path: Path, root: Node) -> Place:
    """Return the place of the value, or of its key where the value is nothing to look at."""
    steps = list(walk(root, path))
    if not steps:
        return root.place
    key, node = steps[-1]
    return key if isinstance(node, Scalar) and not node.text else node.place


def _unknown(path: Path, root: Node) -> tuple[Place, str, str]:
    name = str(path[-1])
    near = meant(path)
    hint = f"did you mean `{near[-1]}`?" if near else _elsewhere(name)
    return key_of(root, path), f"unknown field `{name}`{_inside(path[:-1], root)}", hint


def meant(path: Path) -> Path | None:
    """Return the path of the known field that is nearest to the unknown one at `path`, None if none is near."""
    near = nearest(str(path[-1]), _model_at(path[:-1]).model_fields)
    return (*path[:-1], near) if near else None


def _inside(path: Path, root: Node) -> str:
    """Name the mapping at `path`, for the end of a sentence."""
    return f" in {owner(path, root)}" if path else ""


def owner(path: Path, root: Node) -> str:
    """Return what a user calls the mapping at `path`."""
    names = [str(step) for step in path if isinstance(step, str)]
    if path[0] == "routes" and len(path) > 1:
        return _route(path[:2], root)
    if path[0] == "upstreams" and len(path) > 1:
        rest = ".".join(names[2:])
        upstream = f"upstream `{names[1]}`"
        return f"`{rest}` of {upstream}" if rest else upstream
    return f"`{'.'.join(names)}`"


def _route(path: Path, root: Node) -> str:
    node = [node for _, node in walk(root, path)][-1]
    if isinstance(node, Mapping):
        for field in ("name", "path"):
            _, value = node.pairs.get(field, (None, None))
            if isinstance(value, Scalar) and value.text:
                return f"route `{value.text}`"
    return f"route {int(path[1]) + 1}"


def _models(annotation: Any) -> Iterator[type[Section]]:  # noqa: ANN401 - annotations are of any type
    """Yield the sections that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _model_at(path: Path) -> type[Section]:
    """Return the section that the mapping at `path` must be."""
    section: type[Section] = Config
    is_name = False  # of an upstream, whatever it is called
    for step in path:
        field = None if is_name else section.model_fields.get(str(step))
        is_name = field is not None and get_origin(field.annotation) is dict
        if field is not None:
            section = next(_models(field.annotation), section)
    return section


def _elsewhere(name: str) -> str:
    """Say in which other section a field of this name is known, if in exactly one."""
    homes = [section for section, model in _sections() if name in model.model_fields]
    return f"`{name}` belongs in `{homes[0]}`" if len(homes) == 1 else ""


def _sections() -> Iterator[tuple[str, type[Section]]]:
    for name, field in Config.model_fields.items():
        for model in _models(field.annotation):
            yield name, model
