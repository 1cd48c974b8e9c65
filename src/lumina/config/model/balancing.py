"""Which endpoint a request goes to: `balance` and `sticky` of an upstream."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.codes import Secret, Token
from lumina.config.model.section import Section
from lumina.config.model.shorthand import Shorthand
from lumina.config.model.values import Choice, Duration, Number, OrNull

POLICIES = ("random_two", "round_robin", "least_requests", "ewma", "hash")
KEYS = ("client", "header", "cookie", "query")
YEAR = 366 * 24 * 3600.0


class Balance(Section):
    """Which endpoint a request goes to."""

    policy: Annotated[str, Choice(POLICIES)] = Field(
        default="random_two",
        description="`random_two` takes the less busy of two random ones, `least_requests` the least busy of all, "
        "`round_robin` each in turn, `ewma` the one of two that answers sooner, `hash` always the same for one key.",
    )
    by: Annotated[str | None, OrNull(Choice(KEYS), "no key")] = Field(
        default=None,
        description="What `hash` takes its key from: the client's address, or a header field, cookie or query "
        "parameter with the name in `name`. A request without it goes as with `random_two`.",
    )
    name: Annotated[str | None, OrNull(Token("a name"), "none")] = Field(
        default=None,
        description="Name of the header field, cookie or query parameter.",
    )
    load: Annotated[float, Number(1, 10)] = Field(
        default=1.25,
        description="How many times the average load `hash` puts on one endpoint before the key moves to the next.",
    )


class Sticky(Section):
    """A cookie that brings a client back to the endpoint that answered it first."""

    cookie: Annotated[str, Token("a name")] = Field(default="lumina_endpoint", description="Name of the cookie.")
    secret: Annotated[str, Secret()] = Field(
        description="What the cookie is signed with, so that no client chooses its endpoint. Every gateway that "
        "clients may come to needs the same one.",
    )
    max_age: Annotated[float, Duration(0.0, YEAR)] = Field(
        default=0.0,
        description="How long the client keeps the cookie; `0s` is until the browser is closed.",
    )


def by_policy(value: object) -> object:
    """Take a word for the policy of that name."""
    return {"policy": Choice(POLICIES).read(value)}


BY_POLICY = Shorthand("the name of a policy alone", by_policy)
