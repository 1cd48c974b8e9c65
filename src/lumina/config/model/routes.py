"""Which requests go where: `routes`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from lumina.config.address import Address
from lumina.config.model.fallback import BY_UPSTREAM, Fallback
from lumina.config.model.paths import RoutePaths
from lumina.config.model.places import RoutePath, UrlOrName
from lumina.config.model.section import Section, empty_section, wrong
from lumina.config.model.values import Choice, Flag, OrNull, Size, Text, quoted

PRIORITIES = ("low", "normal", "high")  # by their numbers in the plan

_LABEL = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?", re.ASCII)


class Label(Text):
    """A name that metrics and log lines can carry."""

    def read(self, value: object) -> str:
        """Return the name, or raise `wrong(...)`."""
        text = super().read(value)
        if _LABEL.fullmatch(text) and '"' not in text and "\\" not in text:
            return text
        raise wrong(
            f"must be at most 128 printable ASCII characters, without quotes and backslashes, not {quoted(value)}"
        )


class Route(Section):
    """A path prefix and the upstream that answers what lies under it."""

    path: Annotated[str, RoutePath()] = Field(
        description="Matches requests for this path and for everything under it; the longest match wins, whatever the "
        "order. Without `/` at its beginning it lies under `server.api_prefix`; with it, it stands for itself.",
    )
    upstream: Annotated[Address | str, UrlOrName()] = Field(
        description="Where the requests go: `http://host:port`, `https://host:port`, `unix:/path/of.sock`, "
        "`http+unix://%2Fpath%2Fof.sock/base`, `http+srv://_http._tcp.name`, or a name from "
        "`upstreams`. A path in the URL goes before the "
        "request's.",
    )
    name: Annotated[str | None, OrNull(Label("a name"), "the path as written")] = Field(
        default=None,
        description="What metrics and log lines call the route. No two routes have the same.",
    )
    strip_prefix: Annotated[bool | None, OrNull(Flag(), "the default")] = Field(
        default=None,
        description="Whether the matched prefix is taken off before the request goes on. "
        "By default it is when `path` does not begin with `/`, and is not when it does.",
    )
    preserve_host: Annotated[bool, Flag()] = Field(
        default=True,
        description="Whether the upstream sees the `Host` that the client sent; if not, it sees its own.",
    )
    body_bytes: Annotated[int | None, OrNull(Size(0, 1 << 60), "the one under `limits`")] = Field(
        default=None,
        description="Largest request body of this route. See `limits.body_bytes`.",
    )
    priority: Annotated[str, Choice(PRIORITIES)] = Field(
        default="normal",
        description="What is given up first when there is too much to do: `low`, then `normal`, then `high`.",
    )
    fallback: Annotated[Fallback | None, BY_UPSTREAM] = Field(
        default=None,
        description="What answers when the upstream cannot.",
    )
    paths: Annotated[RoutePaths, BeforeValidator(empty_section)] = Field(
        default=RoutePaths(),
        description="What becomes of paths that servers read differently.",
    )
    shadows_admin: Annotated[bool, Flag()] = Field(
        default=False,
        description="Says that this route may take `/health`, `/metrics` or what is under them, "
        "which are then not served there.",
    )
