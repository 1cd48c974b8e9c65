"""Named sets of endpoints: `upstreams`."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from lumina.config.address import Address
from lumina.config.model.places import Host, Url
from lumina.config.model.section import Section, wrong
from lumina.config.model.timeouts import USUAL
from lumina.config.model.values import Flag, OrNull, Text

INHERITED = OrNull(USUAL, "the one under `timeouts`")
A_FILE = OrNull(Text("the path of a file"), "those of the system")


class UpstreamTls(Section):
    """How an upstream proves who it is. Only for `https` endpoints."""

    verify: Annotated[bool, Flag()] = Field(
        default=True,
        description="Whether the certificate must be valid for the host. Turn it off only to try things out.",
    )
    ca: Annotated[str | None, A_FILE] = Field(
        default=None,
        description="File with the authorities that are believed, in PEM. "
        "A relative path begins at the configuration file's folder.",
    )
    server_name: Annotated[str | None, OrNull(Host(), "the host of the URL")] = Field(
        default=None,
        description="The name that is asked for (SNI) and that the certificate must be valid for.",
    )


class UpstreamTimeouts(Section):
    """How long this upstream may take; what is not set here is taken from `timeouts`."""

    connect: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.connect`.")
    first_byte: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.first_byte`.")
    between_bytes: Annotated[float | None, INHERITED] = Field(
        default=None,
        description="See `timeouts.between_bytes`.",
    )
    pool_idle: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.pool_idle`.")


def _at_least_one(value: object) -> object:
    if value == []:
        raise wrong("must hold at least one URL")
    return value


class Upstream(Section):
    """A named set of endpoints that all answer the same requests."""

    endpoints: Annotated[tuple[Annotated[Address, Url()], ...], BeforeValidator(_at_least_one)] = Field(
        description="URLs, at least one; requests go to each in turn. All have the same scheme and the same path.",
    )
    tls: UpstreamTls | None = Field(default=None, description="How `https` endpoints prove who they are.")
    timeouts: UpstreamTimeouts = Field(
        default=UpstreamTimeouts(),
        description="How long this upstream may take.",
    )
