"""Routes must be told apart, lead somewhere, and leave health and metrics alone."""

from collections.abc import Iterable, Iterator

from lumina.config.address import looks_like_address
from lumina.config.model import Route
from lumina.config.model.values import quoted
from lumina.config.nodes import Items, Mapping, Node, Path, Scalar, Substituted, walk
from lumina.config.paths import covers, join
from lumina.config.problems import Place, did_you_mean
from lumina.config.validate import Draft
from lumina.numbers import RESERVED_NAMES
from lumina.snapshot import ADMIN_PATHS

MAX_LISTED = 5  # names of upstreams that a hint gives when none is near


def check_routes(draft: Draft) -> None:
    """Note routes that collide or lead nowhere, and upstreams that no route leads to."""
    if draft.is_sound("server", "api_prefix"):
        _check_prefixes(draft)
    _check_names(draft)
    _check_targets(draft)
    _check_fallbacks(draft)
    if draft.is_sound("server", "admin"):
        _check_admin_paths(draft)


def _routes(draft: Draft) -> Iterator[tuple[int, Route]]:
    return zip(draft.route_indexes, draft.config.routes, strict=True)


def _which(draft: Draft, path: Path, noun: str, text: str) -> str:
    """Name what two routes have in common, unless it came from where secrets come from."""
    nodes = [node for _, node in walk(draft.root, path)]
    is_secret = isinstance(nodes[-1], Scalar) and isinstance(nodes[-1].value, Substituted)
    return f"same {noun}" if is_secret else f"{noun} {quoted(text)}"


def _check_prefixes(draft: Draft) -> None:
    first: dict[str, Place] = {}
    for index, route in _routes(draft):
        path = ("routes", index, "path")
        prefix = join(draft.config.server.api_prefix, route.path)
        place = draft.place(path)
        if prefix in first:
            which = _which(draft, path, "prefix", prefix)
            message = f"two routes have the {which}, here and on line {first[prefix].line}"
            draft.source.problem(place, message)
        else:
            first[prefix] = place


def _check_names(draft: Draft) -> None:
    first: dict[str, tuple[Place, bool]] = {}
    for index, route in _routes(draft):
        is_given = route.name is not None
        path = ("routes", index, "name" if is_given else "path")
        name = route.name or route.path
        place = draft.place(path)
        if name in RESERVED_NAMES:
            hint = "" if is_given else "give the route a `name`"
            draft.source.problem(place, f"the name `{name}` is taken: metrics use it for something else", hint)
        if name not in first:
            first[name] = (place, is_given)
            continue
        other, other_is_given = first[name]
        if is_given or other_is_given:  # without a name they share a path, which is told
            which = _which(draft, path, "name", name)
            draft.source.problem(place, f"two routes have the {which}, here and on line {other.line}")


def _check_targets(draft: Draft) -> None:
    """Hold the names that routes use against the names there are, both as the file has them, sound or not."""
    names = _names(draft.root)
    unused = dict.fromkeys(names)
    for node in _targets(draft.root):
        name = str(node.value)
        unused.pop(name, None)
        if name not in names:
            _no_upstream(draft, node, list(names))
    for name in unused:
        draft.source.problem(draft.key(("upstreams", name)), f"no route leads to upstream `{name}`", warning=True)


def _names(root: Mapping) -> Iterable[str]:
    _, node = root.pairs.get("upstreams", (None, None))
    return node.pairs if isinstance(node, Mapping) else ()


def _targets(root: Mapping) -> Iterator[Scalar]:
    """Yield the name of each upstream that a route names, for itself or to fall back to."""
    _, routes = root.pairs.get("routes", (None, None))
    for route in routes.nodes if isinstance(routes, Items) else ():
        fallback = _at(route, "fallback")
        for node in (_at(route, "upstream"), fallback if isinstance(fallback, Scalar) else _at(fallback, "upstream")):
            name = node.value if isinstance(node, Scalar) else None
            if isinstance(node, Scalar) and isinstance(name, str) and name and not looks_like_address(name):
                yield node


def _at(node: Node | None, name: str) -> Node | None:
    return node.pairs[name][1] if isinstance(node, Mapping) and name in node.pairs else None


def _check_fallbacks(draft: Draft) -> None:
    for index, route in _routes(draft):
        fallback = route.fallback
        if fallback is None or any(lost[:3] == ("routes", index, "fallback") for lost in draft.left_out):
            continue
        place = draft.key(("routes", index, "fallback"))
        if fallback.upstream is None and fallback.answer is None:
            draft.source.problem(place, "`fallback` needs an `upstream`, an `answer` or both")
        elif fallback.upstream == route.upstream:
            draft.source.problem(place, "this route falls back to the upstream that it has")


def _no_upstream(draft: Draft, node: Scalar, names: list[str]) -> None:
    if isinstance(node.value, Substituted):
        draft.source.problem(node.place, "the substituted value is the name of no upstream")
        return
    name = str(node.value)
    draft.source.problem(node.place, f"there is no upstream with the name {quoted(name)}", _hint(name, names))


def _hint(name: str, names: list[str]) -> str:
    """Return what may have been meant by the name of an upstream that there is not."""
    if near := did_you_mean(name, names):
        return near
    if looks_like_host(name):
        return f"did you mean `http://{name}`?"
    listed = ", ".join(f"`{known}`" for known in names[:MAX_LISTED])
    return f"`upstreams` has {listed}" + (" and more" if names[MAX_LISTED:] else "") if names else ""


def looks_like_host(name: str) -> bool:
    """Say whether a name was more likely meant as the host of a URL."""
    return not looks_like_address(name) and ("." in name.strip(".") or name == "localhost")


def _check_admin_paths(draft: Draft) -> None:
    if draft.config.server.admin is not None:
        return
    for index, route in _routes(draft):
        prefix = join(draft.config.server.api_prefix, route.path)
        if prefix not in ADMIN_PATHS or route.shadows_admin:
            continue
        taken = ", ".join(f"`{path}`" for path in ADMIN_PATHS if covers(prefix, path))
        message = f"this route would take {taken} from health and metrics"
        hint = "add `shadows_admin: true` if it shall, or move them with `server.admin`"
        draft.source.problem(draft.place(("routes", index, "path")), message, hint)
