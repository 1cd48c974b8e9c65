"""How much one peer may send, and how many may come: `limits`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import OrNull, Size, Whole

KIB = 1024
MIB = 1024 * KIB
TIB = 1024 * 1024 * MIB


class Limits(Section):
    """How much one peer may send, and how many may come."""

    request_line: Annotated[int, Size(256, 256 * KIB)] = Field(
        default=8 * KIB,
        description="Longest request line: method, target and version. A longer one is answered 414.",
    )
    header_bytes: Annotated[int, Size(KIB, MIB)] = Field(
        default=32 * KIB,
        description="Most that the head of a request may take, its fields and the request line. More is answered 431.",
    )
    header_count: Annotated[int, Whole(1, 256)] = Field(
        default=100,
        description="Most header fields in one request. More are answered 431.",
    )
    response_header_bytes: Annotated[int, Size(KIB, MIB)] = Field(
        default=64 * KIB,
        description="Most that the head of an upstream's response may take. More is answered 502.",
    )
    body_bytes: Annotated[int | None, OrNull(Size(0, 1024 * TIB), "no limit")] = Field(
        default=None,
        description="Largest request body. A larger one is answered 413. Bodies are streamed and never collected, "
        "so no limit costs no memory.",
    )
    connections: Annotated[int, Whole(1, 1 << 20)] = Field(
        default=65536,
        description="Most client connections that one worker holds at once. One above it is closed at once.",
    )
    client_connections: Annotated[int, Whole(1, 1 << 20)] = Field(
        default=8192,
        description="Most of these from one address: an IPv4 address, or the /64 of an IPv6 address. "
        "One above it is closed at once.",
    )
    connection_requests: Annotated[int, Whole(1, 1 << 30)] = Field(
        default=100_000,
        description="Most requests on one client connection; the answer to the last says that it is closed.",
    )
    pipelined_requests: Annotated[int, Whole(1, 1 << 20)] = Field(
        default=100,
        description="Most requests that may have come behind one that is not answered yet. "
        "The answer to the last of them says that the connection is closed, and the rest is not read.",
    )
    requests: Annotated[int, Whole(1, 1 << 20)] = Field(
        default=16384,
        description="Most requests that one worker has under way at once. One above it is answered 503; "
        "health and metrics are not.",
    )
    passes: Annotated[int, Whole(1, 1000)] = Field(
        default=10,
        description="How many Luminas a request may pass on its way, as its `Via` says. One that goes round in a "
        "circle is answered 508.",
    )
    min_request_rate: Annotated[int, Size(0, 1024 * MIB)] = Field(
        default=240,
        description="Fewest bytes a second of a request body, over its time and `timeouts.rate_grace` longer. "
        "A slower one is answered 408. 0 is any.",
    )
    min_response_rate: Annotated[int, Size(0, 1024 * MIB)] = Field(
        default=240,
        description="Fewest bytes a second that a client takes of what is ready for it, over the time that it holds it "
        "up and `timeouts.rate_grace` longer. A slower one is let go. 0 is any.",
    )
    upstream_connections: Annotated[int, Whole(1, 65536)] = Field(
        default=1024,
        description="Most connections that one worker opens to one endpoint. A request above it waits for room, as "
        "`caps` of its upstream says.",
    )
    upstream_uploads: Annotated[int | None, OrNull(Whole(1, 65536), "half of `upstream_connections`")] = Field(
        default=None,
        description="Most of these whose request is still coming. One above it is answered 503, so that clients "
        "that send slowly leave room for the others.",
    )
    upstream_idle: Annotated[int, Whole(0, 65536)] = Field(
        default=512,
        description="Most unused connections that one worker keeps open to one endpoint, ready for the next request.",
    )
