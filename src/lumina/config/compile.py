"""From a sound configuration to the plan: one dict of JSON with nothing left to resolve, the same for the same file."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lumina.config.address import Address
from lumina.config.model import Limits, Route, Timeouts, Upstream, UpstreamTimeouts
from lumina.config.paths import covers, join
from lumina.config.validate import Draft
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
        "access_log": _access_log(draft),
        "routes": [
            _route(draft, index, route, upstreams.index(route))
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
        "admin": None if server.admin is None else {"host": server.admin.host, "port": server.admin.port},
    }


def _limits(limits: Limits) -> Plan:
    plan: Plan = limits.model_dump(exclude={"body_bytes"})  # each route has its own
    if limits.upstream_uploads is None:
        plan["upstream_uploads"] = max(1, limits.upstream_connections // 2)
    return plan


def _client_timeouts(timeouts: Timeouts) -> Plan:
    names = ("header", "body", "keep_alive", "write", "rate_grace", "drain", "tunnel_idle")
    return {name: getattr(timeouts, name) for name in names}


def _access_log(draft: Draft) -> Plan:
    log = draft.config.access_log
    path = None if log.path is None else _absolute(draft, log.path)
    return {"enabled": log.enabled, "format": log.format, "path": path}


def _route(draft: Draft, index: int, route: Route, upstream: int) -> Plan:
    config = draft.config
    prefix = join(config.server.api_prefix, route.path)
    strip = route.strip_prefix if route.strip_prefix is not None else not route.path.startswith("/")
    place = draft.place(("routes", index))
    plan: Plan = {
        "name": str(route.name or route.path),
        "prefix": prefix,
        "strip": strip and prefix != "/",  # nothing is left to take off
        "upstream": upstream,
        "preserve_host": route.preserve_host,
        "body_bytes": config.limits.body_bytes if route.body_bytes is None else route.body_bytes,
        "source": f"{draft.source.path.name}:{place.line}:{place.column}",
    }
    if route.shadows_admin and config.server.admin is None and any(covers(prefix, path) for path in ADMIN_PATHS):
        plan["shadows_admin"] = True
    return plan


@dataclass(slots=True)
class _Upstreams:
    """The upstreams that routes lead to, in the order in which routes first name them."""

    draft: Draft
    plans: list[Plan] = field(default_factory=list)
    indexes: dict[Address | str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names |= set(self.draft.config.upstreams)

    def index(self, route: Route) -> int:
        """Return the place of the route's upstream, which is made when it is new."""
        target = route.upstream
        if target not in self.indexes:
            self.indexes[target] = len(self.plans)
            self.plans.append(self._plan(target))
        return self.indexes[target]

    def _plan(self, target: Address | str) -> Plan:
        config = self.draft.config
        if isinstance(target, Address):
            return _upstream(self.draft, self._name(target), (target,), UNNAMED)
        upstream = config.upstreams[target]
        return _upstream(self.draft, str(target), upstream.endpoints, upstream)

    def _name(self, address: Address) -> str:
        """Return the shortest name that no other upstream has."""
        full = str(address)
        short = f"{address.authority}{address.base}" if address.unix is None else full
        name = full if short in self.names else short
        self.names.add(name)
        return name


def _upstream(draft: Draft, name: str, endpoints: Sequence[Address], settings: Upstream) -> Plan:
    first = endpoints[0]
    return {
        "name": name,
        "base": first.base,
        "tls": _upstream_tls(draft, settings) if first.scheme == "https" else None,
        "endpoints": [
            {"host": one.host, "port": one.port, "unix": one.unix, "authority": one.authority} for one in endpoints
        ],
        "timeouts": _upstream_timeouts(draft.config.timeouts, settings.timeouts),
    }


def _upstream_timeouts(defaults: Timeouts, own: UpstreamTimeouts) -> Plan:
    return {
        name: getattr(defaults, name) if getattr(own, name) is None else getattr(own, name)
        for name in UpstreamTimeouts.model_fields
    }


def _upstream_tls(draft: Draft, upstream: Upstream) -> Plan:
    tls = upstream.tls
    if tls is None:
        return {"verify": True, "ca": None, "server_name": None}
    ca = None if tls.ca is None else _absolute(draft, tls.ca)
    return {"verify": tls.verify, "ca": ca, "server_name": tls.server_name}
