"""Named sets of endpoints: `upstreams`."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from lumina.config.address import Address
from lumina.config.model.balancing import BY_POLICY, Balance, Sticky
from lumina.config.model.caps import Caps
from lumina.config.model.health import BY_PATH, Health
from lumina.config.model.places import Host, Url
from lumina.config.model.retries import ONE_ATTEMPT, Hedge, Retries
from lumina.config.model.section import Section, wrong
from lumina.config.model.shorthand import SWITCH, Shorthand
from lumina.config.model.standing import Adaptive, Breaker, Outliers
from lumina.config.model.timeouts import LONG, OR_NONE, USUAL
from lumina.config.model.values import Choice, Duration, Flag, OrNull, Text, Whole

INHERITED = OrNull(USUAL, "the one under `timeouts`")
LONG_INHERITED = OrNull(LONG, INHERITED.null)
NONE_INHERITED = OrNull(OR_NONE, INHERITED.null)
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

    tunnel_idle: Annotated[float | None, LONG_INHERITED] = Field(
        default=None, description="See `timeouts.tunnel_idle`."
    )
    connect: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.connect`.")
    tls: Annotated[float | None, NONE_INHERITED] = Field(default=None, description="See `timeouts.tls`.")
    queue: Annotated[float | None, NONE_INHERITED] = Field(default=None, description="See `timeouts.queue`.")
    first_byte: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.first_byte`.")
    between_bytes: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.between_bytes`.")
    per_try: Annotated[float | None, NONE_INHERITED] = Field(default=None, description="See `timeouts.per_try`.")
    request: Annotated[float | None, NONE_INHERITED] = Field(default=None, description="See `timeouts.request`.")
    pool_idle: Annotated[float | None, INHERITED] = Field(default=None, description="See `timeouts.pool_idle`.")


class Endpoint(Section):
    """One address, or the name of several."""

    url: Annotated[Address, Url()] = Field(
        description="Where it listens: `http://host:port`, `https://host:port`, `unix:/path/of.sock`; or "
        "`http+srv://_http._tcp.name`, `https+srv://...`, where SRV records tell hosts, ports, weights and priorities.",
    )
    weight: Annotated[int, Whole(1, 10_000)] = Field(
        default=1,
        description="Its share of the requests, against the weights of the others.",
    )
    priority: Annotated[int, Whole(0, 100)] = Field(
        default=0,
        description="Its tier: those with the lowest number get the requests while enough of them can work.",
    )

    @classmethod
    def at(cls, address: Address) -> Self:
        """Return the endpoint at `address` with every default."""
        return cls.model_construct(url=address)


def by_url(value: object) -> object:
    """Take a URL alone for an endpoint that needs no more."""
    return value if isinstance(value, Endpoint) else Endpoint.at(Url().read(value))


def at_least_one(value: object) -> object:
    """Refuse a list without an item."""
    if value == []:
        raise wrong("must hold at least one URL")
    return value


AN_ENDPOINT = Shorthand("a URL alone", by_url)


class Upstream(Section):
    """A named set of endpoints that all answer the same requests."""

    endpoints: Annotated[tuple[Annotated[Endpoint, AN_ENDPOINT], ...], BeforeValidator(at_least_one)] = Field(
        description="At least one. All have the same scheme and the same path. A host name with several addresses "
        "is as many endpoints.",
    )
    balance: Annotated[Balance, BY_POLICY] = Field(default=Balance(), description="Which endpoint a request goes to.")
    sticky: Sticky | None = Field(
        default=None,
        description="Brings a client back to the endpoint that answered it first.",
    )
    slow_start: Annotated[float, Duration(0.0, 3600.0)] = Field(
        default=0.0,
        description="How long an endpoint that is new or has come back takes to get its whole share.",
    )
    caps: Caps = Field(default=Caps(), description="How much one worker asks of one endpoint at once.")
    health: Annotated[Health | None, BY_PATH] = Field(
        default=None,
        description="Asks endpoints how they are. Without it, they are known by how they answer requests.",
    )
    outliers: Annotated[Outliers | None, SWITCH] = Field(
        default=Outliers(),
        description="When an endpoint that fails is left out for a while.",
    )
    breaker: Annotated[Breaker | None, SWITCH] = Field(
        default=None,
        description="When the whole upstream is given a rest.",
    )
    retries: Annotated[Retries, ONE_ATTEMPT] = Field(
        default=Retries(),
        description="When a request is sent once more.",
    )
    hedge: Annotated[Hedge | None, SWITCH] = Field(
        default=None,
        description="When a safe request that is late is sent to a second endpoint too. "
        "Without it, that is done only where the first answers nobody at all.",
    )
    adaptive: Annotated[Adaptive | None, SWITCH] = Field(
        default=Adaptive(),
        description="How many requests may be under way, found out from latency.",
    )
    tls: UpstreamTls | None = Field(default=None, description="How `https` endpoints prove who they are.")
    proxy_protocol: Annotated[str | None, OrNull(Choice(("v1", "v2")), "none")] = Field(
        default=None,
        description="Tells the upstream whose each connection is, in a header of the PROXY protocol before all else. "
        "A connection is then used for one client's connection alone.",
    )
    timeouts: UpstreamTimeouts = Field(
        default=UpstreamTimeouts(),
        description="How long this upstream may take.",
    )
