"""The whole configuration file."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from lumina.config.model.access_log import AccessLog
from lumina.config.model.leniency import Leniency
from lumina.config.model.limits import Limits
from lumina.config.model.overload import Overload
from lumina.config.model.paths import Paths
from lumina.config.model.resolver import Resolver
from lumina.config.model.routes import Route
from lumina.config.model.section import Section, empty_section
from lumina.config.model.server import Server
from lumina.config.model.timeouts import Timeouts
from lumina.config.model.upstreams import Upstream

_SECTION = BeforeValidator(empty_section)


class Config(Section):
    """The whole configuration file."""

    server: Annotated[Server, _SECTION] = Field(default=Server(), description="Where and how Lumina listens.")
    routes: tuple[Route, ...] = Field(
        description="Which requests go where. An empty list is allowed: then only health and metrics are served.",
    )
    upstreams: Annotated[dict[str, Upstream], _SECTION] = Field(
        default={},
        description="Upstreams by name, for routes that need more than a URL can say.",
    )
    resolver: Annotated[Resolver, _SECTION] = Field(
        default=Resolver(),
        description="Who is asked for the addresses of names.",
    )
    paths: Annotated[Paths, _SECTION] = Field(
        default=Paths(),
        description="What becomes of paths that servers read differently.",
    )
    leniency: Annotated[Leniency, _SECTION] = Field(
        default=Leniency(),
        description="What is taken beyond the letter of the RFCs.",
    )
    limits: Annotated[Limits, _SECTION] = Field(default=Limits(), description="How much one peer may send.")
    timeouts: Annotated[Timeouts, _SECTION] = Field(default=Timeouts(), description="How long each side may take.")
    overload: Annotated[Overload, _SECTION] = Field(
        default=Overload(),
        description="When requests are refused so that others are served.",
    )
    access_log: Annotated[AccessLog, _SECTION] = Field(default=AccessLog(), description="One line for each exchange.")
