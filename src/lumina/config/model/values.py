"""The kinds of single values: how each is read, and how the manual names it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from lumina.config.load import meaning
from lumina.config.model.section import wrong
from lumina.config.nodes import Substituted
from lumina.config.problems import did_you_mean
from lumina.config.units import (
    UnitError,
    format_duration,
    format_share,
    format_size,
    parse_duration,
    parse_share,
    parse_size,
)

T = TypeVar("T")

MAX_QUOTED = 60  # characters of a value that a message repeats
TRUE_WORDS, FALSE_WORDS = {"yes", "y", "on"}, {"no", "n", "off"}


def quoted(value: object) -> str:
    """Return how a message names a value; one from the environment or a file is never shown."""
    if isinstance(value, Substituted):
        return "the substituted value"
    if isinstance(value, str):
        return f"`{value}`" if len(value) <= MAX_QUOTED else f"`{value[:MAX_QUOTED]}...`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    names: dict[type, str] = {dict: "a mapping", list: "a list", type(None): "empty"}
    return names.get(type(value), f"`{value}`")


def literal(value: object) -> object:
    """Return what a value means where no text is asked for."""
    return meaning(value) if isinstance(value, Substituted) else value


class Kind(ABC, Generic[T]):
    """How one value is read. Stands in `Annotated` beside the type that comes out."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What the manual calls such a value."""

    @abstractmethod
    def read(self, value: object) -> T:
        """Return the value in its one form, or raise `wrong(...)`."""

    def show(self, value: T) -> str:
        """Return a value as a user would write it."""
        return str(value)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read by this kind alone, whatever the type beside it would do."""
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(self.plain),
        )

    def plain(self, value: T) -> object:
        """Return a value as YAML and JSON can hold it."""
        return value


@dataclass(frozen=True)
class OrNull(Kind[T | None]):
    """Another kind, or nothing at all."""

    kind: Kind[T]
    null: str  # what nothing stands for

    @property
    def words(self) -> str:
        return f"{self.kind.words}, or `null` for {self.null}"

    def read(self, value: object) -> T | None:
        return None if literal(value) is None else self.kind.read(value)

    def show(self, value: T | None) -> str:
        return "null" if value is None else self.kind.show(value)

    def plain(self, value: T | None) -> object:
        return None if value is None else self.kind.plain(value)


@dataclass(frozen=True)
class Flag(Kind[bool]):
    """Yes or no."""

    @property
    def words(self) -> str:
        return "`true` or `false`"

    def read(self, value: object) -> bool:
        flag = literal(value)
        if isinstance(flag, bool):
            return flag
        word = flag.lower() if isinstance(flag, str) and not isinstance(value, Substituted) else ""
        near = "true" if word in TRUE_WORDS else "false" if word in FALSE_WORDS else ""
        raise wrong(
            f"must be `true` or `false`, not {quoted(value)}",
            f"did you mean `{near}`?" if near else did_you_mean(word, ("true", "false")),
        )

    def show(self, value: bool) -> str:
        return str(value).lower()


@dataclass(frozen=True)
class Whole(Kind[int]):
    """A whole number within bounds."""

    minimum: int
    maximum: int

    @property
    def words(self) -> str:
        return f"whole number from {self.minimum} to {self.maximum}"

    def read(self, value: object) -> int:
        number = literal(value)
        if isinstance(number, int) and not isinstance(number, bool) and self.minimum <= number <= self.maximum:
            return number
        hint = ""
        if isinstance(number, str) and not isinstance(value, Substituted) and isinstance(meaning(number), int):
            hint = f"write `{number}` without quotes"
        raise wrong(f"must be a {self.words}, not {quoted(value)}", hint)


@dataclass(frozen=True)
class Text(Kind[str]):
    """Text that is not empty."""

    what: str = "text"  # with its article, as in "must be text"

    @property
    def words(self) -> str:
        return self.what.removeprefix("a ").removeprefix("the ")

    def read(self, value: object) -> str:
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bool | int | float):
            kind = "flag" if isinstance(value, bool) else "number"
            hint = f'write `"{quoted(value).strip("`")}"`'
            raise wrong(f"must be {self.what}, not the {kind} {quoted(value)}", hint)
        raise wrong(f"must be {self.what}, not {'empty' if value == '' else quoted(value)}")


@dataclass(frozen=True)
class Document(Kind[str]):
    """Text that may be empty, up to a number of bytes."""

    maximum: int

    @property
    def words(self) -> str:
        return "text"

    def read(self, value: object) -> str:
        text = "" if value == "" else Text().read(value)
        if len(text.encode()) <= self.maximum:
            return text
        raise wrong(f"must be at most {format_size(self.maximum)} of text")

    def show(self, value: str) -> str:
        return value or '""'


@dataclass(frozen=True)
class Choice(Kind[str]):
    """One word of a few."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:
        head = ", ".join(f"`{choice}`" for choice in self.choices[:-1])
        return f"{head} or `{self.choices[-1]}`"

    def read(self, value: object) -> str:
        if value in self.choices:
            return str(value)
        near = did_you_mean(str(value), self.choices) if _may_be_shown(value) else ""
        raise wrong(f"must be {self.words}, not {quoted(value)}", near)


def _may_be_shown(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Substituted)


@dataclass(frozen=True)
class Duration(Kind[float]):
    """A length of time, in seconds once read."""

    minimum: float
    maximum: float

    @property
    def words(self) -> str:
        return f"duration from {format_duration(self.minimum)} to {format_duration(self.maximum)}"

    def read(self, value: object) -> float:
        seconds = _number(value, parse_duration, "a duration such as `30s`, `1m30s` or `250ms`")
        if self.minimum <= seconds <= self.maximum:
            return float(seconds)
        raise wrong(f"must be a {self.words}, not {quoted(value)}")

    def show(self, value: float) -> str:
        return format_duration(value)


@dataclass(frozen=True)
class Size(Kind[int]):
    """A number of bytes."""

    minimum: int
    maximum: int

    @property
    def words(self) -> str:
        return f"size from {format_size(self.minimum)} to {format_size(self.maximum)}"

    def read(self, value: object) -> int:
        size = _number(value, parse_size, "a size such as `64KiB`, `10MB` or `1048576`")
        if self.minimum <= size <= self.maximum and isinstance(size, int):
            return size
        raise wrong(f"must be a {self.words}, not {quoted(value)}")

    def show(self, value: int) -> str:
        return format_size(value)


@dataclass(frozen=True)
class Share(Kind[float]):
    """A part of the whole, from 0 to 1 once read."""

    minimum: float
    maximum: float

    @property
    def words(self) -> str:
        return f"share from {format_share(self.minimum)} to {format_share(self.maximum)}"

    def read(self, value: object) -> float:
        share = _number(value, parse_share, "a share such as `20%` or `0.2`")
        if self.minimum <= share <= self.maximum:
            return float(share)
        meant = not isinstance(value, Substituted) and self.minimum <= share / 100 <= self.maximum and share > 1
        raise wrong(f"must be a {self.words}, not {quoted(value)}", f"did you mean `{value}%`?" if meant else "")

    def show(self, value: float) -> str:
        return format_share(value)


@dataclass(frozen=True)
class Number(Kind[float]):
    """A number within bounds."""

    minimum: float
    maximum: float

    @property
    def words(self) -> str:
        return f"number from {self.minimum:g} to {self.maximum:g}"

    def read(self, value: object) -> float:
        number = literal(value)
        if isinstance(number, int | float) and not isinstance(number, bool) and self.minimum <= number <= self.maximum:
            return float(number)
        raise wrong(f"must be a {self.words}, not {quoted(value)}")

    def show(self, value: float) -> str:
        return f"{value:g}"


def _number(value: object, parse: Callable[[str], float], what: str) -> float:
    """Return the quantity in `value`, be it a number or text with a unit."""
    number = literal(value)
    if isinstance(number, int | float) and not isinstance(number, bool):
        return number
    hint = ""
    if isinstance(number, str):
        try:
            return parse(number)
        except UnitError as error:
            if error.nearest and not isinstance(value, Substituted):
                hint = f"did you mean `{error.nearest}`?"
    raise wrong(f"must be {what}, not {quoted(value)}", hint)
