"""A question for what a name stands for, and its answer."""

import ipaddress
from typing import Any, NamedTuple

from lumina.errors import LuminaError


class UnresolvedError(LuminaError):
    """Nobody says what a name stands for; the text says why."""


class NoSuchNameError(UnresolvedError):
    """Those who should know say that there is no such name."""


class Question(NamedTuple):
    """What is asked for. With `srv`, the record of that name tells hosts and ports, and `host` is its domain."""

    host: str
    port: int
    srv: str | None = None

    def __str__(self) -> str:
        return self.srv or self.host


class Target(NamedTuple):
    """One endpoint that a name stands for."""

    addresses: tuple[str, ...]  # of one machine, in the order in which to try them
    port: int
    weight: int = 1
    priority: int = 0


class Answer(NamedTuple):
    """What a name stands for, and for how long that is so."""

    targets: list[Target]
    ttl: float


class Name(NamedTuple):
    """An endpoint of the plan that is named rather than numbered."""

    upstream: int
    place: int
    question: Question


def is_numeric(host: str) -> bool:
    """Say whether `host` is an IP address already."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def names_in(plan: dict[str, Any]) -> list[Name]:
    """Return the endpoints of `plan` that are named."""
    return [
        Name(index, place, Question(endpoint["host"], endpoint["port"], endpoint["srv"]))
        for index, upstream in enumerate(plan["upstreams"])
        for place, endpoint in enumerate(upstream["endpoints"])
        if endpoint["host"] is not None and not is_numeric(endpoint["host"])
    ]
