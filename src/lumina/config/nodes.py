"""A YAML document as a tree in which every value knows its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lumina.config.problems import Place

Step = str | int
Path = Sequence[Step]


class Substituted(str):
    """Text that came from the environment or a file: never shown, and taken as what its place asks for."""

    __slots__ = ()


class Lost(Substituted):
    """What is left where a substitution failed. That has been told, and nothing more needs to be."""

    __slots__ = ()


@dataclass(slots=True)
class Scalar:
    """One value; `text` is what the file says, `value` what that means."""

    place: Place
    text: str
    value: object
    weight: int = 1


@dataclass(slots=True)
class Items:
    """A list."""

    place: Place
    nodes: list["Node"] = field(default_factory=list)
    weight: int = 1


@dataclass(slots=True)
class Mapping:
    """Keys and their values. `weight` counts the values that a reader will see, aliases followed."""

    place: Place
    pairs: dict[str, tuple[Place, "Node"]] = field(default_factory=dict)
    weight: int = 1


Node = Scalar | Items | Mapping


def plain(node: Node) -> object:
    """Return the tree as dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(one) for one in node.nodes]
    return {key: plain(value) for key, (_, value) in node.pairs.items()}


def walk(node: Node, path: Path) -> Iterator[tuple[Place, Node]]:
    """Yield the key's place and the node for each step of `path`, as far as it exists.

    A number that meets a mapping stays there: a single mapping may stand for a list of one.
    """
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, int):
            continue
        if isinstance(node, Mapping) and step in node.pairs:
            key, node = node.pairs[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.nodes):
            node = node.nodes[step]
            key = node.place
        else:
            return
        yield key, node


def place_of(root: Node, path: Path) -> Place:
    """Return the place of the value at `path`, or of what is nearest above it."""
    place = root.place
    for _, node in walk(root, path):
        place = node.place
    return place


def key_of(root: Node, path: Path) -> Place:
    """Return the place of the key at `path`, or of what is nearest above it."""
    place = root.place
    for key, _ in walk(root, path):
        place = key
    return place
