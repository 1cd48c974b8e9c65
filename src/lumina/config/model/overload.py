"""When requests are refused so that others are served: `overload`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.limits import TIB
from lumina.config.model.section import Section
from lumina.config.model.values import Duration, OrNull, Size

WAIT = Duration(0.0, 60.0)


class Overload(Section):
    """When requests are refused with 503 so that others are served: those of routes with `priority: low` first.

    Health and metrics are never refused.
    """

    loop_lag: Annotated[float, WAIT] = Field(
        default=0.1,
        description="How late a worker may get to what has come before it refuses requests; twice as late, it "
        "refuses them all. `0s` is never.",
    )
    queue_age: Annotated[float, WAIT] = Field(
        default=0.1,
        description="How long requests may wait for room at an upstream before more that would have to wait there are "
        "refused; at twice that, all of the same priority. `0s` is never.",
    )
    memory: Annotated[
        int | None, OrNull(Size(0, 1024 * TIB), "80 % of what the container may have, divided by the workers")
    ] = Field(
        default=None,
        description="How much memory one worker may hold before it refuses requests; with an eighth more, it refuses "
        "them all. 0 is never, and so is the default where nothing bounds the container.",
    )
