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
        description="Most that all header fields of a request may take together. More is answered 431.",
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
    upstream_connections: Annotated[int, Whole(1, 65536)] = Field(
        default=1024,
        description="Most connections that one worker opens to one endpoint. A request above it is answered 503.",
    )
    upstream_idle: Annotated[int, Whole(0, 65536)] = Field(
        default=512,
        description="Most unused connections that one worker keeps open to one endpoint, ready for the next request.",
    )
