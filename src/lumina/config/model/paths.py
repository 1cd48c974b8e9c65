"""What becomes of paths that servers read differently: `paths`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import Choice, OrNull
from lumina.http.target import CHOICES

KINDS = {kind: Choice(tuple(choices)) for kind, choices in CHOICES.items()}
INHERITED = {kind: OrNull(choice, "the one under `paths`") for kind, choice in KINDS.items()}


class Paths(Section):
    """What becomes of paths that servers read differently; what is made of a path is matched, and forwarded."""

    encoded_slashes: Annotated[str, KINDS["encoded_slashes"]] = Field(
        default="keep",
        description="`%2F`: `keep` forwards it, `decode` makes it a `/`, `reject` answers 400, to `%5C` also.",
    )
    double_slashes: Annotated[str, KINDS["double_slashes"]] = Field(
        default="keep",
        description="`//`: `keep` forwards it, `merge` makes it a `/`, `reject` answers 400.",
    )
    dot_segments: Annotated[str, KINDS["dot_segments"]] = Field(
        default="resolve",
        description="Segments `.` and `..`, escaped or not: `resolve` removes them as RFC 3986, section 5.2.4, says, "
        "`keep` forwards them, `reject` answers 400. Above the root of the path they are refused.",
    )
    parameters: Annotated[str, KINDS["parameters"]] = Field(
        default="keep",
        description="`;` and what follows in its segment: `keep` forwards it, `drop` takes it away, "
        "`reject` answers 400.",
    )
    encoded_nul: Annotated[str, KINDS["encoded_nul"]] = Field(
        default="reject",
        description="`%00`: `reject` answers 400, `keep` forwards it.",
    )
    invalid_escapes: Annotated[str, KINDS["invalid_escapes"]] = Field(
        default="reject",
        description="`%` that begins no escape: `reject` answers 400, `escape` makes it `%25`.",
    )
    non_ascii: Annotated[str, KINDS["non_ascii"]] = Field(
        default="reject",
        description="Bytes beyond ASCII that are not escaped: `reject` answers 400, `escape` escapes them.",
    )


class RoutePaths(Section):
    """What becomes of such paths on this route; what is not set here is taken from `paths`."""

    encoded_slashes: Annotated[str | None, INHERITED["encoded_slashes"]] = Field(
        default=None,
        description="See `paths.encoded_slashes`.",
    )
    double_slashes: Annotated[str | None, INHERITED["double_slashes"]] = Field(
        default=None,
        description="See `paths.double_slashes`.",
    )
    dot_segments: Annotated[str | None, INHERITED["dot_segments"]] = Field(
        default=None,
        description="See `paths.dot_segments`.",
    )
    parameters: Annotated[str | None, INHERITED["parameters"]] = Field(
        default=None,
        description="See `paths.parameters`.",
    )
    encoded_nul: Annotated[str | None, INHERITED["encoded_nul"]] = Field(
        default=None,
        description="See `paths.encoded_nul`.",
    )
    invalid_escapes: Annotated[str | None, INHERITED["invalid_escapes"]] = Field(
        default=None,
        description="See `paths.invalid_escapes`.",
    )
    non_ascii: Annotated[str | None, INHERITED["non_ascii"]] = Field(
        default=None,
        description="See `paths.non_ascii`.",
    )
