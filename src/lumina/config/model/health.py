"""Asking endpoints how they are: `health` of an upstream."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.codes import Line, Method, StatusRange
from lumina.config.model.places import Target
from lumina.config.model.section import Section, wrong
from lumina.config.model.shorthand import Shorthand, switched
from lumina.config.model.values import Choice, Duration, OrNull, Text, Whole, literal
from lumina.config.nodes import Substituted
from lumina.config.problems import did_you_mean

KINDS = ("http", "tcp")
TIMES = Whole(1, 100)


class Health(Section):
    """How the supervisor asks each endpoint, for all workers, whether it can work."""

    kind: Annotated[str, Choice(KINDS)] = Field(
        default="http",
        description="`http` asks for an answer, `tcp` for a connection alone.",
    )
    method: Annotated[str, Method(("GET", "HEAD", "OPTIONS"))] = Field(default="GET", description="Method to ask with.")
    path: Annotated[str, Target()] = Field(
        default="/",
        description="Path to ask for, perhaps with a query. The path in the endpoints' URLs is not put before it.",
    )
    host: Annotated[str | None, OrNull(Line("a value"), "the endpoint's own")] = Field(
        default=None,
        description="What the `Host` field says.",
    )
    port: Annotated[int | None, OrNull(Whole(1, 65535), "the endpoint's own")] = Field(
        default=None,
        description="Port to ask at.",
    )
    interval: Annotated[float, Duration(0.05, 3600.0)] = Field(
        default=5.0,
        description="Time between two questions, a little more or less so that not all are asked together.",
    )
    timeout: Annotated[float, Duration(0.01, 3600.0)] = Field(
        default=2.0,
        description="How long the whole of an answer may take.",
    )
    statuses: tuple[Annotated[tuple[int, int], StatusRange()], ...] = Field(
        default=((200, 399),),
        description="Answers that are good.",
    )
    body: Annotated[str | None, OrNull(Text("text"), "any")] = Field(
        default=None,
        description="What a good answer holds in the first 64 KiB of its body.",
    )
    healthy: Annotated[int, TIMES] = Field(
        default=2,
        description="Good answers in a row that bring an endpoint back.",
    )
    unhealthy: Annotated[int, TIMES] = Field(
        default=3,
        description="Bad answers in a row after which it is left out.",
    )
    initial: Annotated[str, Choice(("up", "down", "probe"))] = Field(
        default="up",
        description="What a new endpoint counts as: `up`, `down` until enough answers were good, or as its first "
        "answer says (`probe`), which workers wait for at their start.",
    )


def by_path(value: object) -> object:
    """Take a path for one to ask for, `tcp` for a connection alone, and flags as a switch."""
    if isinstance(value, str) and value.startswith("/"):
        return {"path": Target().read(value)}
    if isinstance(value, str) and value in KINDS:
        return {"kind": str(value)}
    if isinstance(literal(value), str):
        near = did_you_mean(str(value), (*KINDS, "true", "false")) if not isinstance(value, Substituted) else ""
        raise wrong("must be a mapping of fields, a path that begins with `/`, `tcp`, `true` or `false`", near)
    return switched(value)


BY_PATH = Shorthand("a path alone, `tcp`, or `false` for none", by_path)
