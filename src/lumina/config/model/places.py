"""The kinds of values that name a place: hosts, paths, addresses, files."""

import ipaddress
import re
from dataclasses import dataclass

from lumina.config.address import MAX_PORT, Address, looks_like_address, parse_address
from lumina.config.hosts import bracketed, parse_host
from lumina.config.model.section import wrong
from lumina.config.model.values import Kind, Text, quoted
from lumina.config.nodes import Lost, Substituted
from lumina.config.paths import normalise
from lumina.config.problems import ObjectionError

_SERVER = re.compile(r"(?:\[([^]]+)\]|([0-9.]+))(?::([0-9]{1,5}))?", re.ASCII)
_TARGET = re.compile(r"/[!-~]*", re.ASCII)


@dataclass(frozen=True)
class Host(Kind[str]):
    """Where to listen."""

    @property
    def words(self) -> str:
        return "host name, IPv4 address or IPv6 address"

    def read(self, value: object) -> str:
        text = Text(f"a {self.words}").read(value)
        if "/" in text:
            raise _refusal("host", value, f"must be a host alone, not {quoted(value)}")
        try:
            return parse_host(text)
        except ObjectionError as error:
            raise _refusal("host", value, f"{error.message}: {quoted(value)}", error.hint) from error


@dataclass(frozen=True)
class NameServer(Kind[tuple[str, int]]):
    """Where a name server listens."""

    @property
    def words(self) -> str:
        return "IP address with or without a port"

    def read(self, value: object) -> tuple[str, int]:
        text = Text("an IP address").read(value)
        match = _SERVER.fullmatch(text)
        host, port = (match[1] or match[2], int(match[3] or 53)) if match else (text, 53)
        try:
            address = str(ipaddress.ip_address(host))
        except ValueError:
            message = f"must be an IP address, perhaps with a port, not {quoted(value)}"
            raise _refusal("address", value, message) from None
        if 1 <= port <= MAX_PORT:
            return address, port
        raise _refusal("port", value, f"has the port `{port}`, and ports go from 1 to {MAX_PORT}")

    def show(self, value: tuple[str, int]) -> str:
        return f"{bracketed(value[0])}:{value[1]}"

    def plain(self, value: tuple[str, int]) -> object:
        return self.show(value)


@dataclass(frozen=True)
class Network(Kind[str]):
    """A network of IP addresses, or one address."""

    @property
    def words(self) -> str:
        return "IP network"

    def read(self, value: object) -> str:
        text = Text("an IP address or network").read(value)
        try:
            network = ipaddress.ip_network(text, strict=False)
            address = ipaddress.ip_address(text.partition("/")[0])
        except ValueError:
            network = None
        if network is None or "%" in text:
            message = f"must be an IP address, or a network such as `10.0.0.0/8`, not {quoted(value)}"
            raise _refusal("network", value, message)
        if address != network.network_address:
            hint = f"did you mean `{network}`?"
            raise _refusal("network", value, f"has bits beyond its prefix: {quoted(value)}", hint)
        return str(network if network.num_addresses > 1 else address)


@dataclass(frozen=True)
class Prefix(Kind[str]):
    """A path that begins with a slash, or none."""

    @property
    def words(self) -> str:
        return "path that begins with `/`, or empty"

    def read(self, value: object) -> str:
        if value == "" and not isinstance(value, Lost):
            return "/"
        text = Text("a path").read(value)
        if not text.startswith("/"):
            raise _refusal("path", value, f"must begin with `/`, unlike {quoted(value)}", f"did you mean `/{text}`?")
        return _normal(value, text)


@dataclass(frozen=True)
class RoutePath(Kind[str]):
    """A path under the API prefix, or one that begins with a slash and stands for itself."""

    @property
    def words(self) -> str:
        return "path"

    def read(self, value: object) -> str:
        if value == "":
            raise wrong("must not be empty", "write `/` for everything")
        text = Text("a path").read(value)
        if text.startswith("/"):
            return _normal(value, text)
        if "://" in text:
            raise _refusal("path", value, "must be a path, not a URL", "the URL goes in `upstream`")
        return _normal(value, f"/{text}").removeprefix("/")


@dataclass(frozen=True)
class Target(Kind[str]):
    """What a request asks for: a path, perhaps with a query."""

    @property
    def words(self) -> str:
        return "path that begins with `/`"

    def read(self, value: object) -> str:
        text = Text("a path").read(value)
        if "#" not in text and _TARGET.fullmatch(text):
            return text
        hint = "" if text.startswith("/") else f"did you mean `/{text}`?"
        raise _refusal("path", value, f"must begin with `/` and hold no space and no fragment: {quoted(value)}", hint)


def _normal(value: object, text: str) -> str:
    try:
        return normalise(text)
    except ObjectionError as error:
        hint = error.hint if str(value).startswith("/") else error.hint.replace("you mean `/", "you mean `")
        raise _refusal("path", value, error.message, hint) from error


@dataclass(frozen=True)
class Url(Kind[Address]):
    """Where an endpoint listens."""

    @property
    def words(self) -> str:
        return "URL"

    def read(self, value: object) -> Address:
        text = _text(value, "a URL such as `http://127.0.0.1:8082`")
        try:
            return parse_address(text)
        except ObjectionError as error:
            raise _refusal("URL", value, error.message, error.hint) from error

    def plain(self, value: Address) -> str:
        return str(value)


@dataclass(frozen=True)
class UrlOrName(Kind[Address | str]):
    """An upstream, by its one address or by the name it has under `upstreams`."""

    @property
    def words(self) -> str:
        return "URL, or a name from `upstreams`"

    def read(self, value: object) -> Address | str:
        text = _text(value, "a URL or the name of an upstream")
        return Url().read(value) if looks_like_address(text) else text

    def plain(self, value: Address | str) -> str:
        return str(value)


def _text(value: object, what: str) -> str:
    """Return the text of an address; a number is most likely meant as a port of this machine."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong(f"must be {what}, not the number `{value}`", f"did you mean `http://localhost:{value}`?")
    return Text(what).read(value)


def _refusal(noun: str, value: object, message: str, hint: str = "") -> Exception:
    """Return the error, without what might repeat a secret."""
    if isinstance(value, Substituted):
        return wrong(f"must be a valid {noun}, and the substituted value is none")
    return wrong(message, hint)
