"""Who is asked for the addresses of names: `resolver`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.places import NameServer
from lumina.config.model.section import Section
from lumina.config.model.values import Duration

TIME = Duration(0.05, 24 * 3600.0)


class Resolver(Section):
    """Who is asked for the addresses of names. `localhost` and what stands in `/etc/hosts` is never asked for."""

    nameservers: tuple[Annotated[tuple[str, int], NameServer()], ...] = Field(
        default=(),
        description="Addresses of name servers, each with a port or without. "
        "An empty list is those of `/etc/resolv.conf`, as it stands at the time.",
    )
    timeout: Annotated[float, Duration(0.05, 60.0)] = Field(
        default=2.0,
        description="How long one may take before another is asked, or the same once more.",
    )
    min_ttl: Annotated[float, TIME] = Field(
        default=1.0,
        description="The shortest that an answer is taken to hold, whatever it says.",
    )
    max_ttl: Annotated[float, TIME] = Field(
        default=300.0,
        description="The longest that an answer is taken to hold, whatever it says.",
    )
