"""How much one worker asks of one endpoint: `caps` of an upstream."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import OrNull, Whole

MANY = 65536


class Caps(Section):
    """How much one worker asks of one endpoint at once."""

    connections: Annotated[int | None, OrNull(Whole(1, MANY), "`limits.upstream_connections`")] = Field(
        default=None,
        description="Most connections to one endpoint.",
    )
    idle: Annotated[int | None, OrNull(Whole(0, MANY), "`limits.upstream_idle`")] = Field(
        default=None,
        description="Most unused connections that are kept open to one endpoint.",
    )
    uploads: Annotated[int | None, OrNull(Whole(1, MANY), "`limits.upstream_uploads`")] = Field(
        default=None,
        description="Most requests to one endpoint that are still coming.",
    )
    requests: Annotated[int | None, OrNull(Whole(1, MANY), "no cap")] = Field(
        default=None,
        description="Most requests that one endpoint has under way.",
    )
    queue: Annotated[int, Whole(0, MANY)] = Field(
        default=1024,
        description="Most requests that wait for an endpoint with room, for `timeouts.queue`: the more important "
        "first, and among equals first come first served. One above it takes the place of a less important one, or is "
        "answered 503; 0 lets none wait.",
    )
