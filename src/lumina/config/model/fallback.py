"""What answers when an upstream cannot: `fallback` of a route."""

from typing import Annotated

from pydantic import Field

from lumina.config.address import Address
from lumina.config.model.codes import Line, Status
from lumina.config.model.places import UrlOrName
from lumina.config.model.section import Section
from lumina.config.model.shorthand import Shorthand
from lumina.config.model.values import Document, OrNull


class Answer(Section):
    """An answer that is always the same."""

    status: Annotated[int, Status(200, 599)] = Field(default=503, description="Its status.")
    content_type: Annotated[str, Line("a media type")] = Field(
        default="text/plain; charset=utf-8",
        description="Its `Content-Type`.",
    )
    body: Annotated[str, Document(65536)] = Field(default="", description="Its body; at most 64 KiB.")


class Fallback(Section):
    """What answers when the route's upstream cannot: another upstream, and then an answer that is always the same."""

    upstream: Annotated[Address | str | None, OrNull(UrlOrName(), "none")] = Field(
        default=None,
        description="Where the request goes then: as a route's `upstream`.",
    )
    answer: Answer | None = Field(
        default=None,
        description="What is answered where that fails too, or is not set.",
    )


def by_upstream(value: object) -> object:
    """Take a URL or a name for the upstream."""
    if value is None:
        return None
    UrlOrName().read(value)  # what is wrong with it is wrong with the field that it stands in
    return {"upstream": value}


BY_UPSTREAM = Shorthand("the upstream alone", by_upstream)
