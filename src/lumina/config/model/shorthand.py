"""Short ways to write a section, where one word of it says enough."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from lumina.config.model.section import wrong
from lumina.config.model.values import literal, quoted


@dataclass(frozen=True)
class Shorthand:
    """Stands in `Annotated` beside a section: what else may be written there, and how it is read."""

    words: str  # what else, for the manual
    read: Callable[[object], object]  # returns the section itself, or the fields of it

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the short form first; a mapping is the section's own affair."""
        return core_schema.no_info_before_validator_function(self._long, handler(source))

    def _long(self, value: object) -> object:
        return value if isinstance(value, dict) else self.read(value)


def switched(value: object) -> object:
    """Take `false` and nothing for no such thing, and `true` for one with every default."""
    flag = literal(value)
    if flag is True:
        return {}
    if flag is False or flag is None:
        return None
    raise wrong(f"must be a mapping of fields, `true` or `false`, not {quoted(value)}")


SWITCH = Shorthand("`false` for none, or `true`", switched)
