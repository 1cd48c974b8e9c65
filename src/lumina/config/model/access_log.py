"""One line for each exchange: `access_log`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import Choice, Flag, OrNull, Text


class AccessLog(Section):
    """One line for each exchange."""

    enabled: Annotated[bool, Flag()] = Field(default=True, description="Whether lines are written at all.")
    format: Annotated[str, Choice(("auto", "json", "text"))] = Field(
        default="auto",
        description="`json` for machines, `text` for people; `auto` is `text` on a terminal and `json` elsewhere.",
    )
    path: Annotated[str | None, OrNull(Text("the path of a file"), "standard output")] = Field(
        default=None,
        description="File that lines are added to. A relative path begins at the configuration file's folder.",
    )
