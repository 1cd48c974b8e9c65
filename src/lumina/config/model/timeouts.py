"""How long each side may take: `timeouts`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.codes import FreeName
from lumina.config.model.section import Section
from lumina.config.model.values import Duration, OrNull

DAY = 24 * 3600.0
USUAL = Duration(0.01, DAY)  # the timers turn every 50 ms: a shorter wait is only rounded
LONG = Duration(0.01, 7 * DAY)
OR_NONE = Duration(0.0, DAY)


class Timeouts(Section):
    """How long each side may take. From `tunnel_idle` on they are the defaults of every upstream."""

    header: Annotated[float, USUAL] = Field(
        default=15.0,
        description="From a request's first byte to the end of its header fields; then it is answered 408.",
    )
    body: Annotated[float, USUAL] = Field(
        default=30.0,
        description="Between two pieces of a request body; then it is answered 408.",
    )
    keep_alive: Annotated[float, USUAL] = Field(
        default=75.0,
        description="How long a client connection may stay unused before it is closed.",
    )
    write: Annotated[float, USUAL] = Field(
        default=30.0,
        description="How long a client may take nothing of a response that is ready before it is let go.",
    )
    rate_grace: Annotated[float, USUAL] = Field(
        default=10.0,
        description="How far behind `limits.min_request_rate` and `limits.min_response_rate` a client may fall.",
    )
    drain: Annotated[float, OR_NONE] = Field(
        default=30.0,
        description="How long requests under way may go on after Lumina was asked to stop.",
    )
    deadline_header: Annotated[str | None, OrNull(FreeName("a field's name"), "none")] = Field(
        default="X-Request-Timeout",
        description="Header field by which a client may give its request less time: seconds such as `2` or `0.25`, or "
        "`250ms`, `2s`, `1m`. It is forwarded as what is left. `grpc-timeout` is honoured in any case.",
    )
    tunnel_idle: Annotated[float, LONG] = Field(
        default=3600.0,
        description="How long a tunnel, such as a WebSocket, may carry nothing either way before it is closed.",
    )
    connect: Annotated[float, USUAL] = Field(
        default=5.0,
        description="How long an endpoint may take to accept a connection. When none does, the answer is 504.",
    )
    tls: Annotated[float, OR_NONE] = Field(
        default=5.0,
        description="How long an endpoint may take to agree on TLS after that. `0s` makes it a part of `connect`.",
    )
    queue: Annotated[float, OR_NONE] = Field(
        default=1.0,
        description="How long a request may wait for an endpoint with room; then the answer is 503. In a line that has "
        "stood for that long, a fifth of it.",
    )
    first_byte: Annotated[float, USUAL] = Field(
        default=60.0,
        description="From the end of a request to the first byte of the upstream's response; then the answer is 504.",
    )
    between_bytes: Annotated[float, USUAL] = Field(
        default=60.0,
        description="Between two pieces of an upstream's response; then the client's response is broken off.",
    )
    per_try: Annotated[float, OR_NONE] = Field(
        default=0.0,
        description="From sending a request to an endpoint to the first byte of its response, before it may be retried "
        "elsewhere. `0s` is no limit of its own.",
    )
    request: Annotated[float, OR_NONE] = Field(
        default=0.0,
        description="From a request's first byte to the last of its response, retries included. `0s` is no limit.",
    )
    pool_idle: Annotated[float, USUAL] = Field(
        default=60.0,
        description="How long an unused connection to an upstream is kept. "
        "Best a little less than the upstream keeps it.",
    )
