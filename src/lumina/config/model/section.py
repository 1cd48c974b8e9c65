"""What every section of the configuration has in common: it is immutable and knows all its fields."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Base of every section."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """Return the error for a value that is not as it must be. `message` has the field as its subject."""
    return PydanticCustomError("lumina", "{message}", {"message": message, "hint": hint})


def empty_section(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Take a section of which only the name stands as one with every default."""
    return {} if value is None else value
