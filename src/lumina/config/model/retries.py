"""Asking once more: `retries` and `hedge` of an upstream."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.codes import Method, Status
from lumina.config.model.section import Section
from lumina.config.model.shorthand import Shorthand, switched
from lumina.config.model.values import Duration, Flag, Number, Share, Size, Whole

MIB = 1024 * 1024
WAIT = Duration(0.0, 60.0)


class Retries(Section):
    """When a request is sent once more, to another endpoint where there is one."""

    attempts: Annotated[int, Whole(1, 10)] = Field(
        default=3,
        description="Most times that a request is sent in all; 1 is no retry.",
    )
    connect: Annotated[bool, Flag()] = Field(
        default=True,
        description="Whether it is when no connection comes about. Nothing of it was seen, so any method is.",
    )
    reset: Annotated[bool, Flag()] = Field(
        default=True,
        description="Whether it is when the connection ends before an answer begins, or, where there is another "
        "endpoint, before its head is whole, or what comes is no answer.",
    )
    timeout: Annotated[bool, Flag()] = Field(
        default=False,
        description="Whether it is after `timeouts.first_byte` or `timeouts.per_try`.",
    )
    statuses: tuple[Annotated[int, Status(400, 599)], ...] = Field(
        default=(502, 503, 504),
        description="Answers after which it is, by another endpoint. One that said `Retry-After` is not asked again "
        "for the same request.",
    )
    methods: tuple[Annotated[str, Method()], ...] = Field(
        default=("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"),
        description="Methods of which it is, save where the upstream has seen nothing of the request. "
        "To add `POST` or `PATCH` is to accept that one may be carried out twice.",
    )
    backoff: Annotated[float, WAIT] = Field(
        default=0.025,
        description="Longest wait before the first retry; it doubles with each. The wait itself is random.",
    )
    max_backoff: Annotated[float, WAIT] = Field(default=0.25, description="Longest wait before any retry.")
    buffer: Annotated[int, Size(0, 16 * MIB)] = Field(
        default=65536,
        description="Most of a request's body that is kept to be sent again. A longer one is not retried.",
    )
    budget_ratio: Annotated[float, Share(0.0, 1.0)] = Field(
        default=0.2,
        description="Most retries and hedges, as a share of requests, so that an outage is not made worse.",
    )
    budget_rate: Annotated[float, Number(0, 1_000_000)] = Field(
        default=3.0,
        description="Retries and hedges a second that are allowed whatever the share, shared out among the workers.",
    )


class Hedge(Section):
    """When a safe request without a body is sent to a second endpoint too, and the first answer counts."""

    quantile: Annotated[float, Share(0.5, 0.9999)] = Field(
        default=0.95,
        description="The share of answers that come sooner than a request is thought of as late.",
    )
    factor: Annotated[float, Number(1, 100)] = Field(
        default=2.0,
        description="How many times that long is waited for before the second is sent.",
    )
    floor: Annotated[float, Duration(0.001, 60.0)] = Field(
        default=0.05,
        description="The least that is waited for.",
    )


def or_one_attempt(value: object) -> object:
    """Take `false` for a single attempt."""
    return {"attempts": 1} if switched(value) is None else {}


ONE_ATTEMPT = Shorthand("`false` for a single attempt", or_one_attempt)
