"""From a sound configuration to the plan: one dict of JSON with nothing left to resolve, the same for the same file."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from lumina.config.address import Address
from lumina.config.model import Endpoint, Limits, Paths, ProxyProtocol, Route, RoutePaths, Timeouts, Upstream
from lumina.config.model.fallback import Fallback
from lumina.config.model.resolver import Resolver
from lumina.config.model.routes import PRIORITIES
from lumina.config.paths import covers, join
from lumina.config.upstream_plan import upstream_plan
from lumina.config.validate import Draft
from lumina.numbers import RESERVED_NAMES
from lumina.snapshot import ADMIN_PATHS

VERSION = 1
HASH_SIZE = 16  # hexadecimal digits: enough to tell one machine's configurations apart, short enough to read out

Plan = dict[str, Any]

UNNAMED = Upstream.model_construct(endpoints=())  # the settings of an upstream that is only a URL


def compile_plan(draft: Draft) -> Plan:
    """Return the plan of a draft in which no check found a mistake."""
    upstreams = _Upstreams(draft)
    plan: Plan = {
        "version": VERSION,
        "server": _server(draft),
        "limits": _limits(draft.config.limits),
        "timeouts": _client_timeouts(draft.config.timeouts),
        "overload": draft.config.overload.model_dump(),
        "paths": _paths(draft.config.paths),
        "leniency": draft.config.leniency.model_dump(),
        "access_log": _access_log(draft),
        "resolver": _resolver(draft.config.resolver),
        "routes": [
            _route(draft, index, route, upstreams)
            for index, route in zip(draft.route_indexes, draft.config.routes, strict=True)
        ],
        "upstreams": upstreams.plans,
    }
    plan["hash"] = plan_hash(plan)
    return plan


def plan_hash(plan: Plan) -> str:
    """Return the digest that names a plan; the order of keys and an earlier digest do not count."""
    rest = {key: value for key, value in plan.items() if key != "hash"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:HASH_SIZE]


def _absolute(draft: Draft, name: str) -> str:
    return os.path.normpath(draft.source.folder / name)


def _server(draft: Draft) -> Plan:
    server = draft.config.server
    return {
        "host": server.host,
        "port": server.port,
        "workers": server.workers or len(os.sched_getaffinity(0)),
        "tls": [
            {"certificate": _absolute(draft, pair.certificate), "key": _absolute(draft, pair.key)}
            for pair in server.tls
        ],
        "trusted_proxies": list(server.trusted_proxies),
        "forwarded": server.forwarded,
        "proxy_protocol": _proxy_protocol(server.proxy_protocol),
        "trace": server.trace,
        "half_close": server.half_close == "serve",
        "admin": None if server.admin is None else {"host": server.admin.host, "port": server.admin.port},
    }


def _proxy_protocol(settings: ProxyProtocol | None) -> Plan | None:
    return None if settings is None else {"trusted": list(settings.trusted), "others": settings.others}


def _limits(limits: Limits) -> Plan:
    plan: Plan = limits.model_dump(exclude={"body_bytes"})  # each route has its own
    if limits.upstream_uploads is None:
        plan["upstream_uploads"] = max(1, limits.upstream_connections // 2)
    return plan


def _paths(paths: Paths | RoutePaths) -> Plan:
    return {kind: choice for kind, choice in paths.model_dump().items() if choice is not None}


def _client_timeouts(timeouts: Timeouts) -> Plan:
    names = ("header", "body", "keep_alive", "write", "rate_grace", "drain", "deadline_header")
    return {name: getattr(timeouts, name) for name in names}


def _access_log(draft: Draft) -> Plan:
    log = draft.config.access_log
    path = None if log.path is None else _absolute(draft, log.path)
    return {"enabled": log.enabled, "format": log.format, "path": path}


def _resolver(resolver: Resolver) -> Plan:
    return {**resolver.model_dump(), "nameservers": [list(one) for one in resolver.nameservers]}


def _route(draft: Draft, index: int, route: Route, upstreams: "_Upstreams") -> Plan:
    config = draft.config
    prefix = join(config.server.api_prefix, route.path)
    strip = route.strip_prefix if route.strip_prefix is not None else not route.path.startswith("/")
    place = draft.place(("routes", index))
    plan: Plan = {
        "name": str(route.name or route.path),
        "prefix": prefix,
        "strip": strip and prefix != "/",  # nothing is left to take off
        "upstream": upstreams.index(route.upstream),
        "preserve_host": route.preserve_host,
        "body_bytes": config.limits.body_bytes if route.body_bytes is None else route.body_bytes,
        "priority": PRIORITIES.index(route.priority),
        "fallback": _fallback(route.fallback, upstreams),
        "paths": _paths(config.paths) | _paths(route.paths),
        "source": f"{draft.source.path.name}:{place.line}:{place.column}",
    }
    if route.shadows_admin and config.server.admin is None and any(covers(prefix, path) for path in ADMIN_PATHS):
        plan["shadows_admin"] = True
    return plan


def _fallback(fallback: Fallback | None, upstreams: "_Upstreams") -> Plan | None:
    if fallback is None:
        return None
    return {
        "upstream": None if fallback.upstream is None else upstreams.index(fallback.upstream),
        "answer": None if fallback.answer is None else fallback.answer.model_dump(),
    }


@dataclass(slots=True)
class _Upstreams:
    """The upstreams that routes lead to, in the order in which routes first name them."""

    draft: Draft
    plans: list[Plan] = field(default_factory=list)
    indexes: dict[Address | str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names |= {*self.draft.config.upstreams, *RESERVED_NAMES}

    def index(self, target: Address | str) -> int:
        """Return the place of a route's upstream, which is made when it is new."""
        if target not in self.indexes:
            self.indexes[target] = len(self.plans)
            self.plans.append(self._plan(target))
        return self.indexes[target]

    def _plan(self, target: Address | str) -> Plan:
        config = self.draft.config
        if isinstance(target, Address):
            return upstream_plan(self.draft, self._name(target), (Endpoint.at(target),), UNNAMED)
        upstream = config.upstreams[target]
        return upstream_plan(self.draft, str(target), upstream.endpoints, upstream)

    def _name(self, address: Address) -> str:
        """Return the shortest name that no other upstream has."""
        full = str(address)
        short = full if address.unix or address.srv else f"{address.authority}{address.base}"
        name = full if short in self.names else short
        self.names.add(name)
        return name
