"""Routes must be told apart, lead somewhere, and leave health and metrics alone."""

from collections.abc import Iterator

from lumina.config.address import looks_like_address
from lumina.config.model import Route
from lumina.config.model.values import quoted
from lumina.config.nodes import Mapping, Path, Scalar, Substituted, walk
from lumina.config.paths import ADMIN_PATHS, covers, join
from lumina.config.problems import Place, did_you_mean
from lumina.config.validate import Draft

MAX_LISTED = 5  # names of upstreams that a hint gives when none is near


def check_routes(draft: Draft) -> None:
    """Note routes that collide or lead nowhere, and upstreams that no route leads to."""
    if draft.is_sound("server", "api_prefix"):
        _check_prefixes(draft)
    _check_names(draft)
    _check_targets(draft)
    if draft.is_sound("server", "admin"):
        _check_admin_paths(draft)


def _routes(draft: Draft) -> Iterator[tuple[int, Route]]:
    return zip(draft.route_indexes, draft.config.routes, strict=True)


def _value(draft: Draft, path: Path) -> object:
    """Return the value in the file at `path`."""
    nodes = [node for _, node in walk(draft.root, path)]
    return nodes[-1].value if isinstance(nodes[-1], Scalar) else None


def _shown(draft: Draft, path: Path, text: str) -> str:
    return quoted(Substituted() if isinstance(_value(draft, path), Substituted) else text)


def _check_prefixes(draft: Draft) -> None:
    first: dict[str, Place] = {}
    for index, route in _routes(draft):
        path = ("routes", index, "path")
        prefix = join(draft.config.server.api_prefix, route.path)
        place = draft.place(path)
        if prefix in first:
            shown = _shown(draft, path, prefix)
            message = f"the prefix {shown} has two routes, here and on line {first[prefix].line}"
            draft.source.problem(place, message)
        else:
            first[prefix] = place


def _check_names(draft: Draft) -> None:
    first: dict[str, Place] = {}
    for index, route in _routes(draft):
        field = "path" if route.name is None else "name"
        path = ("routes", index, field)
        name = route.path if route.name is None else route.name
        place = draft.place(path)
        if name not in first:
            first[name] = place
        elif route.name is not None or draft.place(("routes", index)) != place:
            message = f"two routes are named {_shown(draft, path, name)}, here and on line {first[name].line}"
            draft.source.problem(place, message)


def _check_targets(draft: Draft) -> None:
    """Hold the names that routes use against the names there are, sound or not."""
    section = draft.root.pairs.get("upstreams")
    names = section[1].pairs if section is not None and isinstance(section[1], Mapping) else {}
    unused = dict.fromkeys(names)
    for index, route in _routes(draft):
        if not isinstance(route.upstream, str):
            continue
        unused.pop(route.upstream, None)
        if route.upstream not in names:
            _no_upstream(draft, index, route.upstream, list(names))
    if any(path[0] == "routes" for path in draft.broken):
        return  # a route that could not be read may use any of them
    for name in unused:
        draft.source.problem(draft.key(("upstreams", name)), f"no route leads to upstream `{name}`", warning=True)


def _no_upstream(draft: Draft, index: int, name: str, names: list[str]) -> None:
    path = ("routes", index, "upstream")
    hint = ""
    if not isinstance(name, Substituted):
        hint = did_you_mean(name, names)
        if not hint and looks_like_host(name):
            hint = f"did you mean `http://{name}`?"
    if not hint and names:
        listed = ", ".join(f"`{known}`" for known in names[:MAX_LISTED])
        hint = f"there is {listed}" + (" and more" if names[MAX_LISTED:] else "")
    draft.source.problem(draft.place(path), f"no upstream is named {_shown(draft, path, name)}", hint)


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
