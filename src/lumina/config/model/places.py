"""The kinds of values that name a place: hosts, paths, addresses, files."""

from dataclasses import dataclass

from lumina.config.address import Address, AddressError, looks_like_address, parse_address
from lumina.config.hosts import HostError, parse_host
from lumina.config.model.section import wrong
from lumina.config.model.values import Kind, Text, quoted
from lumina.config.nodes import Substituted
from lumina.config.paths import PathError, normalise


@dataclass(frozen=True)
class Host(Kind[str]):
    """Where to listen."""

    @property
    def words(self) -> str:
        return "host name, IPv4 address or IPv6 address"

    def read(self, value: object) -> str:
        text = Text(f"a {self.words}").read(value)
        try:
            return parse_host(text)
        except HostError as error:
            raise _refusal(value, f"{error.message}: {quoted(value)}", error.hint) from error


@dataclass(frozen=True)
class Prefix(Kind[str]):
    """A path that begins with a slash, or none."""

    @property
    def words(self) -> str:
        return "path that begins with `/`, or empty"

    def read(self, value: object) -> str:
        if value == "":
            return "/"
        text = Text("a path").read(value)
        if not text.startswith("/"):
            raise _refusal(value, f"must begin with `/`, unlike {quoted(value)}", f"did you mean `/{text}`?")
        return _normal(value, text)


@dataclass(frozen=True)
class RoutePath(Kind[str]):
    """A path under the API prefix, or one that begins with a slash and stands for itself."""

    @property
    def words(self) -> str:
        return "path"

    def read(self, value: object) -> str:
        text = Text("a path").read(value)
        if text.startswith("/"):
            return _normal(value, text)
        if "://" in text:
            raise _refusal(value, "must be a path, not a URL", "the URL goes in `upstream`")
        return _normal(value, f"/{text}").removeprefix("/")


def _normal(value: object, text: str) -> str:
    try:
        return normalise(text)
    except PathError as error:
        hint = error.hint if str(value).startswith("/") else error.hint.replace("`/", "`")
        raise _refusal(value, error.message, hint) from error


@dataclass(frozen=True)
class Url(Kind[Address]):
    """Where an endpoint listens."""

    @property
    def words(self) -> str:
        return "URL"

    def read(self, value: object) -> Address:
        text = Text("a URL such as `http://127.0.0.1:8082`").read(value)
        try:
            return parse_address(text)
        except AddressError as error:
            raise _refusal(value, error.message, error.hint) from error

    def plain(self, value: Address) -> str:
        return str(value)


@dataclass(frozen=True)
class UrlOrName(Kind[Address | str]):
    """An upstream, by its one address or by the name it has under `upstreams`."""

    @property
    def words(self) -> str:
        return "URL, or a name from `upstreams`"

    def read(self, value: object) -> Address | str:
        text = Text("a URL or the name of an upstream").read(value)
        return Url().read(value) if looks_like_address(text) else text

    def plain(self, value: Address | str) -> str:
        return str(value)


def _refusal(value: object, message: str, hint: str) -> Exception:
    """Return the error, without what might repeat a secret."""
    if isinstance(value, Substituted):
        return wrong("is not what it must be once its substitutions are made")
    return wrong(message, hint)
