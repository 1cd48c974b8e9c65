"""Where and how Lumina listens: `server`."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from lumina.config.model.places import Host, Network, Prefix
from lumina.config.model.section import Section, wrong
from lumina.config.model.values import Choice, Flag, Text, Whole, quoted
from lumina.config.model.workers import Workers

ANY_PORT = Whole(0, 65535)


class Certificate(Section):
    """One certificate, for the names that stand in it."""

    certificate: Annotated[str, Text("the path of a file")] = Field(
        description="File with the certificate and those between it and its root, in PEM. "
        "A relative path begins at the configuration file's folder.",
    )
    key: Annotated[str, Text("the path of a file")] = Field(
        description="File with the certificate's private key, in PEM, without a password.",
    )


class Admin(Section):
    """A listener of its own for `/health` and `/metrics`, which then leave the main one."""

    host: Annotated[str, Host()] = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, ANY_PORT] = Field(description="Port to listen on; 0 lets the system pick one.")


def _someone(value: object) -> object:
    """Refuse a list of nobody: then the section is not needed."""
    if value == []:
        raise wrong("must hold at least one network")
    return value


class ProxyProtocol(Section):
    """Who stands before Lumina and says in a header, before all else, whose a connection is (versions 1 and 2)."""

    trusted: Annotated[tuple[Annotated[str, Network()], ...], BeforeValidator(_someone)] = Field(
        description="From where such a header is taken, and has to come: what begins otherwise is closed. "
        "From anywhere else a connection that begins with one is closed.",
    )
    others: Annotated[str, Choice(("serve", "refuse"))] = Field(
        default="serve",
        description="What becomes of connections from anywhere else: `serve` takes them as they are, "
        "`refuse` closes them.",
    )


def _one_or_more(value: object) -> object:
    if isinstance(value, dict | list):
        return [value] if isinstance(value, dict) else value
    if value is None:
        return []
    raise wrong(f"must be a mapping of `certificate` and `key`, or a list of them, not {quoted(value)}")


class Server(Section):
    """Where and how Lumina listens."""

    host: Annotated[str, Host()] = Field(
        default="127.0.0.1",
        description="Address to listen on. `0.0.0.0` is every IPv4 address of the machine, `::` every address.",
    )
    port: Annotated[int, ANY_PORT] = Field(
        default=8080,
        description="Port to listen on; 0 lets the system pick one, which is meant for tests.",
    )
    workers: Annotated[int | None, Workers()] = Field(
        default=None,
        description="Number of processes that carry traffic. `auto` is one for each CPU that Lumina may use.",
    )
    api_prefix: Annotated[str, Prefix()] = Field(
        default="/api",
        description="What goes before the path of every route that does not begin with `/`.",
    )
    tls: Annotated[tuple[Certificate, ...], BeforeValidator(_one_or_more)] = Field(
        default=(),
        description="Makes the listener speak TLS 1.2 and 1.3. One certificate, or a list of them: "
        "the client's SNI chooses, and the first serves a client that names none.",
    )
    trusted_proxies: tuple[Annotated[str, Network()], ...] = Field(
        default=(),
        description="Whose word is taken for who the client is: the proxies that stand before Lumina, by address or "
        "network. From them `X-Forwarded-For`, `-Proto`, `-Host`, `-Port`, `-Prefix` and `X-Request-ID` are believed; "
        "what anybody else sends of these is dropped.",
    )
    forwarded: Annotated[str, Choice(("x-forwarded", "rfc7239", "both"))] = Field(
        default="x-forwarded",
        description="By which fields upstreams are told of the client: `X-Forwarded-*` and `X-Real-IP`, `Forwarded` "
        "of RFC 7239, or both. With `rfc7239` it is `Forwarded` that trusted proxies are believed by, else "
        "`X-Forwarded-*`; never both.",
    )
    proxy_protocol: ProxyProtocol | None = Field(
        default=None,
        description="Whose word is taken for where a connection comes from. Without it, nobody's.",
    )
    trace: Annotated[bool, Flag()] = Field(
        default=False,
        description="Whether `TRACE` is taken, which shows its sender what arrives, with what was added on the way. "
        "If not, it is answered 405.",
    )
    half_close: Annotated[str, Choice(("cancel", "serve"))] = Field(
        default="cancel",
        description="What becomes of the request of a client that says it will send nothing more (TCP's FIN), as every "
        "client does that leaves: `cancel` ends it, and its upstream's work; `serve` gives it the answer.",
    )
    admin: Admin | None = Field(
        default=None,
        description="Moves `/health`, `/health/live`, `/health/ready` and `/metrics` to an address of their own. "
        "Without it they are served beside the routes.",
    )
