"""YAML text to a tree with places, by libyaml's events: no unsafe tags, no key twice, no bombs.

The tree is built here and not by `yaml.compose`, which follows nested brackets in C until the stack ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn, cast

import yaml

from lumina.config.nodes import Items, Lost, Mapping, Node, Scalar, Substituted
from lumina.config.problems import InvalidConfigError, Place, did_you_mean
from lumina.config.source import Source
from lumina.config.substitute import has_substitution, substitute
from lumina.config.syntax import MAX_DEPTH, explain

TO_LINE_END = 1 << 20
MAX_VALUES = 1_000_000  # with aliases unfolded: 10,000 routes have 50,000

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2, section 10.3 (core schema): no `yes`, no sexagesimal numbers, no dates.
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MAX_NUMBER = 40  # characters; a longer one stays text, for reading it costs more than it is worth

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"str", "int", "float", "bool", "null"}


def meaning(text: str) -> object:
    """Return what a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= MAX_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def load(source: Source) -> Mapping:
    """Return the tree of the file's one document. Raises InvalidConfigError when there is no tree."""
    try:
        root = _Composer(source, yaml.parse(source.text, Loader=Loader)).document()
    except yaml.YAMLError as error:
        place, message, hint = explain(error, source)
        source.problem(place, message, hint)
        raise InvalidConfigError(source.problems) from error
    except _StopError as error:
        raise InvalidConfigError(source.problems) from error
    if isinstance(root, Mapping):
        return root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        source.problem(Place(1, 1), "the file is empty", "begin with `routes:`")
    else:
        source.problem(root.place, "the file must be a mapping of fields, such as `routes:`")
    raise InvalidConfigError(source.problems)


class _StopError(Exception):
    """The rest of the document would be read wrongly, or at too high a price."""


@dataclass(slots=True)
class _Composer:
    source: Source
    events: Iterator[yaml.Event]
    anchors: dict[str, Node] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)
    count: int = 0  # of all that was built so far

    def document(self) -> Node | None:
        """Return the tree of the one document, None if there is none."""
        root = None
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    self.stop(_place(event), "a second document begins here, and a configuration is one document")
                seen = True
                root = self.node(next(self.events), 0)
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        """Return the tree that begins with `event`; the events of it are used up."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            self.open_anchors.add(anchor)
        node = self.scalar(event) if isinstance(event, yaml.ScalarEvent) else self.collection(event, depth)
        self.add(node, 1)
        if anchor is not None:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node
        return node

    def add(self, node: Node, count: int) -> None:
        """Count what was built, and stop where a reader of the tree would never come to its end."""
        self.count += count
        if max(self.count, node.weight) > MAX_VALUES:
            self.stop(node.place, f"the file unfolds to more than {MAX_VALUES:,} values")

    def collection(self, event: yaml.Event, depth: int) -> Items | Mapping:
        if depth >= MAX_DEPTH:
            self.stop(_place(event, 1), f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(event, depth)
        return self.mapping(cast("yaml.MappingStartEvent", event), depth)

    def alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name in self.open_anchors:
            self.stop(_place(event), f"the alias `*{name}` stands inside what it names")
        if name not in self.anchors:
            self.stop(_place(event), f"no anchor `&{name}` stands above this alias", did_you_mean(name, self.anchors))
        return self.anchors[name]

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text = event.value
        place = _place(event)
        tag = self.tag(event, _SCALAR_TAGS)
        if has_substitution(text):
            return Scalar(place, text, self.substituted(text, place))
        quoted = not event.implicit[0] if tag is None else tag == "str"
        return Scalar(place, text, text if quoted else meaning(text))

    def substituted(self, text: str, place: Place) -> Substituted:
        known = len(self.source.problems)
        value = substitute(text, self.source.folder, partial(self.source.problem, place))
        return Substituted(value) if len(self.source.problems) == known else Lost()

    def items(self, event: yaml.SequenceStartEvent, depth: int) -> Items:
        self.tag(event, {"seq"})
        items = Items(_place(event, 1))
        while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
            node = self.node(inner, depth + 1)
            items.nodes.append(node)
            items.weight += node.weight
        return items

    def mapping(self, event: yaml.MappingStartEvent, depth: int) -> Mapping:
        self.tag(event, {"map"})
        mapping = Mapping(_place(event, 1))
        merged: list[Mapping] = []
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(inner, yaml.ScalarEvent):
                self.source.problem(_place(inner), "a key must be plain text")
            elif inner.value == "<<" and inner.implicit[0]:
                merged += self.merge(value)
            elif inner.value in mapping.pairs:
                first = mapping.pairs[inner.value][0]
                self.source.problem(key.place, f"`{inner.value}` is set twice, first on line {first.line}")
            else:
                if not mapping.pairs and not event.flow_style:
                    mapping.place = key.place
                mapping.pairs[inner.value] = (key.place, value)
                mapping.weight += 1 + value.weight
        for other in merged:
            self.fill(mapping, other)
        return mapping

    def fill(self, mapping: Mapping, other: Mapping) -> None:
        """Take from `other` what `mapping` does not say itself."""
        self.add(mapping, len(other.pairs))
        for name, (place, value) in other.pairs.items():
            if name not in mapping.pairs:
                mapping.pairs[name] = (place, value)
                mapping.weight += 1 + value.weight

    def merge(self, value: Node) -> list[Mapping]:
        """Return the mappings that `<<` was given."""
        found = value.nodes if isinstance(value, Items) else [value]
        mappings = [node for node in found if isinstance(node, Mapping)]
        if mappings != found or not found:
            self.source.problem(value.place, "`<<` takes a mapping or a list of mappings, such as `<<: *defaults`")
        return mappings

    def tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, known: set[str]) -> str | None:
        """Return the last word of an explicit tag, None if there is none."""
        if event.tag is None or event.tag == "!":
            return event.tag and "str"
        word = event.tag.removeprefix(_TAG)
        if word == event.tag or word not in known:
            shown = event.tag if word == event.tag else f"!!{word}"
            self.source.problem(_place(event), f"the tag `{shown}` has no meaning here", "take the tag away")
        return word

    def stop(self, place: Place, message: str, hint: str = "") -> NoReturn:
        self.source.problem(place, message, hint)
        raise _StopError


def _place(event: yaml.Event, size: int = 0) -> Place:
    """Return where the event's token stands; one of several lines is marked to the end of its first."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Place(1, 1)
    if not size:
        size = end.column - start.column if end.line == start.line else TO_LINE_END
    return Place(start.line + 1, start.column + 1, max(1, size))
