"""No path matches one route and reaches the upstream as another: odd paths, and servers that misread them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

import pytest

from tests.system.gateway import Config, Gateway
from tests.system.serving import ServingOrigin

CORPUS = Path(__file__).parent / "corpus" / "paths.txt"
PATHS = [line for line in CORPUS.read_bytes().split(b"\n") if line and not line.startswith(b"#")]
ROUTES = {"/": False, "/open": False, "/open/closed": False, "/shut": False, "/a:b": False, "/strip": True}
ROUTES["/strip/inner"] = True
ADMIN = ("/health", "/health/live", "/health/ready", "/metrics")  # served by the gateway itself, for this very path


# ---- servers, each a function from the path on the wire to the path that it looks up


def resolved(path: bytes) -> bytes:
    """Remove dot segments as careless servers do: above the root they are passed over."""
    kept: list[bytes] = []
    segments = path.split(b"/")[1:]
    for segment in segments:
        if segment == b"..":
            del kept[-1:]
        elif segment != b".":
            kept.append(segment)
    if segments[-1:] in ([b"."], [b".."]):
        kept.append(b"")
    return b"/" + b"/".join(kept)


def merged(path: bytes) -> bytes:
    return re.sub(rb"/+", b"/", path)


def bare(path: bytes) -> bytes:
    return re.sub(rb";[^/]*", b"", path)


def slashed(path: bytes) -> bytes:
    return path.replace(b"\\", b"/")


def overlong(path: bytes) -> bytes:
    return path.replace(b"\xc0\xaf", b"/").replace(b"\xc0\xae", b".").replace(b"\xc1\x9c", b"\\")


def cut(path: bytes) -> bytes:
    return re.split(rb"[\0?#]", path, maxsplit=1)[0] or b"/"


def behind_a_host(path: bytes) -> bytes:
    return urlsplit(path).path or b"/"


decoded = unquote_to_bytes
SERVERS: dict[str, tuple[Callable[[bytes], bytes], ...]] = {
    "by the RFC": (resolved,),
    "decodes": (decoded, resolved),
    "decodes and merges": (decoded, merged, resolved),
    "merges last": (decoded, resolved, merged),
    "merges without decoding": (merged, resolved),
    "drops parameters, then decodes": (bare, decoded, merged, resolved),
    "decodes, then drops parameters": (decoded, bare, resolved),
    "decodes, drops, merges": (decoded, bare, merged, resolved),
    "decodes twice": (decoded, decoded, resolved),
    "decodes twice and merges": (decoded, decoded, merged, resolved),
    "decodes twice, resolving between": (decoded, resolved, decoded, merged, resolved),
    "drops between two decodings": (decoded, bare, decoded, bare, merged, resolved),
    "backslashes are slashes": (decoded, slashed, resolved),
    "backslashes are slashes, merged": (decoded, slashed, merged, resolved),
    "backslashes, twice decoded": (decoded, decoded, slashed, merged, resolved),
    "overlong UTF-8": (decoded, overlong, slashed, merged, resolved),
    "overlong UTF-8, twice decoded": (decoded, decoded, overlong, slashed, merged, resolved),
    "ends at a NUL or a decoded mark": (decoded, cut, merged, resolved),
    "ends there, twice decoded": (decoded, decoded, cut, resolved),
    "sees a host": (behind_a_host, decoded, resolved),
    "sees a host, and merges": (behind_a_host, decoded, merged, resolved),
}


def looked_up(path: bytes, server: str) -> bytes:
    for step in SERVERS[server]:
        path = step(path)
    return path


def route_of(path: bytes) -> str:
    """Return the longest route that has the path, found as simply as can be."""
    text = path.decode("latin-1")
    if text in ADMIN:
        return "admin"
    return max((route for route in ROUTES if route in ("/", text) or text.startswith(route + "/")), key=len)


def test_the_simple_matcher() -> None:
    assert [route_of(path) for path in (b"/opening", b"/open", b"/open/closed/x", b"/metrics")] == [
        "/",
        "/open",
        "/open/closed",
        "admin",
    ]


# ---- the gateway before them

EASY = {"encoded_nul": "keep", "invalid_escapes": "escape", "non_ascii": "escape"}
CLEAN = {"encoded_slashes": "decode", "double_slashes": "merge", "parameters": "drop"}
WARY = {"encoded_slashes": "reject", "double_slashes": "reject", "parameters": "reject", "dot_segments": "reject"}


class Setting(NamedTuple):
    """What becomes of paths by default, and on some routes."""

    default: dict[str, str] = {}
    routes: dict[str, dict[str, str]] = {}
    least: int = 0  # paths of the corpus that arrive


SETTINGS = {
    "defaults": Setting(least=150),
    "everything is let in": Setting(default=EASY | {"dot_segments": "keep"}, least=150),
    "everything is cleaned": Setting(default=EASY | CLEAN, least=250),
    "everything is refused": Setting(default=WARY, least=60),
    "routes differ": Setting(
        routes={"/open": EASY | CLEAN, "/open/closed": WARY, "/strip": CLEAN, "/": EASY | {"dot_segments": "keep"}},
        least=150,
    ),
    "cleaned but for one": Setting(default=CLEAN, routes={"/open": WARY, "/strip/inner": EASY}, least=150),
}


@pytest.fixture(scope="module")
def origins() -> Iterator[dict[str, ServingOrigin]]:
    made = {route: ServingOrigin() for route in ROUTES}
    yield made
    for origin in made.values():
        origin.close()


def config(setting: Setting, origins: dict[str, ServingOrigin]) -> Config:
    routes = [
        {
            "path": path,
            "upstream": f"http://127.0.0.1:{origins[path].port}",
            "strip_prefix": strip,
            "paths": setting.routes.get(path, {}),
        }
        for path, strip in ROUTES.items()
    ]
    return {"paths": setting.default, "routes": routes}


def ask(gateway: Gateway, path: bytes) -> int:
    with gateway.connect() as client:
        client.send(b"GET " + path + b" HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n")
        return client.read_response().status


def received(origins: dict[str, ServingOrigin]) -> list[tuple[str, bytes]]:
    """Return what came since the last call: the route, and the path on the wire."""
    found = []
    for route, origin in origins.items():
        found += [(route, message.head.line.split(" ")[1].encode("latin-1")) for message in origin.requests]
        origin.requests.clear()
    return found


@pytest.mark.parametrize("name", SETTINGS)
def test_every_server_finds_a_path_under_the_route_that_it_matched(
    name: str, origins: dict[str, ServingOrigin], tmp_path: Path
) -> None:
    setting = SETTINGS[name]
    wrong = []
    arrived = 0
    with Gateway(config(setting, origins), tmp_path) as gateway:
        for path in PATHS:
            status = ask(gateway, path)
            came = received(origins)
            assert status == 200 if came else status in (200, 400, 404), (path, status)
            if not came:
                continue
            [(route, target)] = came
            arrived += 1
            wire = target.partition(b"?")[0]
            assert re.fullmatch(rb"/([!$&-;=@-Z_a-z~\[\]|]|%[0-9A-F]{2})*", wire), (path, wire)
            for server in SERVERS:
                found = looked_up(wire, server)
                if ROUTES[route]:
                    found = route.encode() + found
                if route_of(found) != route:
                    wrong.append((path, server, route, found))
    assert not wrong
    assert arrived >= setting.least


@pytest.mark.parametrize(
    ("path", "route", "arrives"),
    [
        (b"/%6Fpen/x", "/open", b"/open/x"),
        (b"/a/../open/%2e/x", "/open", b"/open/x"),
        (b"/open/a%2fb", "/open", b"/open/a%2Fb"),
        (b"/open/a//b;c=d", "/open", b"/open/a//b;c=d"),
        (b"/strip/a%20b", "/strip", b"/a%20b"),
        (b"/open/caf%c3%a9/%7ex", "/open", b"/open/caf%C3%A9/~x"),
    ],
)
def test_what_is_matched_is_what_is_forwarded(
    origins: dict[str, ServingOrigin], tmp_path: Path, path: bytes, route: str, arrives: bytes
) -> None:
    with Gateway(config(Setting(), origins), tmp_path) as gateway:
        assert ask(gateway, path) == 200
    assert received(origins) == [(route, arrives)]


def test_a_cleaned_path_is_matched_anew(origins: dict[str, ServingOrigin], tmp_path: Path) -> None:
    with Gateway(config(Setting(default=CLEAN), origins), tmp_path) as gateway:
        for path in (b"//open//x", b"/open;v=1/x", b"/open%2Fx", b"/shut/..;/open/x"):
            assert ask(gateway, path) == 200
    assert received(origins) == [("/open", b"/open/x")] * 4


def test_a_route_may_clean_what_stays_its_own(origins: dict[str, ServingOrigin], tmp_path: Path) -> None:
    with Gateway(config(Setting(routes={"/open": CLEAN}), origins), tmp_path) as gateway:
        assert ask(gateway, b"/open/a%2Fb//c;d") == 200
        assert ask(gateway, b"/open%2Fclosed/x") == 400  # matched under "/", and is not that route's for all
        assert ask(gateway, b"/open//closed/x") == 400  # of "/open/closed" once it is cleaned
        assert ask(gateway, b"/shut/a%2Fb") == 200
    assert received(origins) == [("/open", b"/open/a/b/c"), ("/shut", b"/shut/a%2Fb")]
