"""Everything compiled from one configuration: immutable and fully resolved."""

import json
from typing import Any

import cython

from lumina.routing.table import PrefixTable

ADMIN_PATHS = ("/health", "/health/live", "/health/ready", "/metrics")
ADMIN_NAME = "_admin"
SERIES_CAP = 1000  # routes, and upstreams, with a series of their own; the rest share `_OTHER`
NO_SERIES = 0
OTHER_SERIES = 1
FIRST_SERIES = 2

Plan = dict[str, Any]


def series_of(index: int) -> int:
    """Return the metric series of the route (or upstream) with this place in the plan."""
    return FIRST_SERIES + index if index < SERIES_CAP else OTHER_SERIES


def _labels(names: list[str]) -> list[str]:
    return ["", "_OTHER", *names[:SERIES_CAP], ADMIN_NAME]


def route_labels(plan: Plan) -> list[str]:
    """Return the `route` label of each series: none, `_OTHER`, the plan's routes, the admin route."""
    return _labels([route["name"] for route in plan["routes"]])


def upstream_labels(plan: Plan) -> list[str]:
    """Return the `upstream` label of each series, in the manner of `route_labels`."""
    return _labels([upstream["name"] for upstream in plan["upstreams"]])


class Endpoint:
    """One address of an upstream."""

    __slots__ = ("authority", "host", "index", "key", "port", "socket_path")

    def __init__(self, index: int, plan: Plan) -> None:
        self.index = index
        self.host = plan["host"]
        self.port = plan["port"]
        self.socket_path = plan["unix"]
        self.authority = plan["authority"].encode("ascii")
        self.key = f"unix:{self.socket_path}" if self.socket_path else f"{self.host}:{self.port}"


class Upstream:
    """A named set of endpoints. All times are seconds."""

    __slots__ = (
        "authority",
        "base",
        "between_bytes_timeout",
        "connect_timeout",
        "endpoints",
        "first_byte_timeout",
        "index",
        "name",
        "pool_idle_timeout",
        "secure",
        "series",
        "tls",
    )

    def __init__(self, index: int, series: int, plan: Plan, first_endpoint: int) -> None:
        timeouts = plan["timeouts"]
        self.index = index
        self.series = series
        self.name = plan["name"]
        self.base = plan["base"].encode("ascii")
        self.tls = plan["tls"]
        self.secure = plan["tls"] is not None
        self.endpoints = tuple(
            Endpoint(first_endpoint + place, endpoint) for place, endpoint in enumerate(plan["endpoints"])
        )
        self.authority = self.endpoints[0].authority
        self.connect_timeout = timeouts["connect"]
        self.first_byte_timeout = timeouts["first_byte"]
        self.between_bytes_timeout = timeouts["between_bytes"]
        self.pool_idle_timeout = timeouts["pool_idle"]


class Route:
    """A prefix, what becomes of it, and the upstream that answers."""

    __slots__ = (
        "admin",
        "body_bytes",
        "index",
        "label",
        "name",
        "prefix",
        "preserve_host",
        "series",
        "strip",
        "upstream",
    )

    def __init__(self, index: int, series: int, plan: Plan, upstream: Upstream, *, admin: bool = False) -> None:
        self.index = index
        self.series = series
        self.name = plan["name"]
        self.label = f',"route":{json.dumps(self.name)},"upstream":{json.dumps(upstream.name)}'.encode()
        self.prefix = plan["prefix"].encode("ascii")
        self.strip = len(self.prefix) if plan["strip"] else 0
        self.preserve_host = plan["preserve_host"]
        self.admin = admin
        self.body_bytes = -1 if plan["body_bytes"] is None else plan["body_bytes"]
        self.upstream = upstream


class Limits:
    """What one peer may take: sizes in octets, counts of things."""

    __slots__ = (
        "client_connections",
        "connection_requests",
        "connections",
        "header_bytes",
        "header_count",
        "min_request_rate",
        "min_response_rate",
        "pipelined_requests",
        "request_line",
        "requests",
        "response_header_bytes",
        "upstream_connections",
        "upstream_idle",
        "upstream_uploads",
    )

    def __init__(self, plan: Plan) -> None:
        self.request_line = plan["request_line"]
        self.header_bytes = plan["header_bytes"]
        self.header_count = plan["header_count"]
        self.response_header_bytes = plan["response_header_bytes"]
        self.connections = plan["connections"]
        self.client_connections = plan["client_connections"]
        self.connection_requests = plan["connection_requests"]
        self.pipelined_requests = plan["pipelined_requests"]
        self.requests = plan["requests"]
        self.min_request_rate = plan["min_request_rate"]
        self.min_response_rate = plan["min_response_rate"]
        self.upstream_connections = plan["upstream_connections"]
        self.upstream_idle = plan["upstream_idle"]
        self.upstream_uploads = plan["upstream_uploads"]


class Timeouts:
    """How long a client may take, in seconds."""

    __slots__ = ("body", "drain", "header", "keep_alive", "rate_grace", "tunnel_idle", "write")

    def __init__(self, plan: Plan) -> None:
        self.header = plan["header"]
        self.body = plan["body"]
        self.keep_alive = plan["keep_alive"]
        self.write = plan["write"]
        self.rate_grace = plan["rate_grace"]
        self.drain = plan["drain"]
        self.tunnel_idle = plan["tunnel_idle"]


class Snapshot:
    """One configuration, as the engine reads it."""

    __slots__ = ("admin_table", "endpoints", "hash", "limits", "routes", "table", "timeouts", "upstreams")

    def __init__(self, plan: Plan, admin_path: str = "") -> None:
        """Build from a resolved plan; `admin_path` is the unix socket that answers health and metrics."""
        self.hash = plan["hash"]
        self.limits = Limits(plan["limits"])
        self.timeouts = Timeouts(plan["timeouts"])
        upstreams: list[Upstream] = []
        first = 0
        for index, entry in enumerate([*plan["upstreams"], *_admin_upstreams(admin_path)]):
            is_admin = index == len(plan["upstreams"])
            series = FIRST_SERIES + min(index, SERIES_CAP) if is_admin else series_of(index)
            upstreams.append(Upstream(index, series, entry, first))
            first += len(entry["endpoints"])
        self.upstreams = tuple(upstreams)
        self.endpoints = tuple(endpoint for upstream in upstreams for endpoint in upstream.endpoints)
        routes = [
            Route(index, series_of(index), entry, upstreams[entry["upstream"]])
            for index, entry in enumerate(plan["routes"])
        ]
        entries = [(route.prefix, route.index, False) for route in routes]
        admin_entries: list[tuple[bytes, int, bool]] = []
        if admin_path:
            series = FIRST_SERIES + min(len(routes), SERIES_CAP)
            admin = {"name": ADMIN_NAME, "prefix": "/", "strip": False, "preserve_host": True, "body_bytes": 0}
            routes.append(Route(len(routes), series, admin, upstreams[len(upstreams) - 1], admin=True))
            admin_entries = [(path.encode(), len(routes) - 1, True) for path in ADMIN_PATHS]
        self.routes = tuple(routes)
        if plan["server"]["admin"] is None:
            taken = {entry["prefix"] for entry in plan["routes"] if entry.get("shadows_admin")}
            entries += [entry for entry in admin_entries if not _shadowed(entry[0].decode(), taken)]
        self.table = PrefixTable(entries)
        self.admin_table = PrefixTable(admin_entries)

    def match(
        self, admin_only: cython.bint, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t
    ) -> "Route | None":
        """Return the route of the path data[at : at + size], or None."""
        table: PrefixTable = self.admin_table if admin_only else self.table
        index: cython.int = table.find(data, at, size)
        if index < 0:
            return None
        return self.routes[index]

    def find(self, path: bytes, admin_only: cython.bint = False) -> "Route | None":
        """Return the route of `path`, for tools and tests."""
        return self.match(admin_only, path, 0, len(path))


def _shadowed(path: str, prefixes: set[str]) -> bool:
    return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)


def _admin_upstreams(path: str) -> list[Plan]:
    if not path:
        return []
    endpoint = {"host": None, "port": 0, "unix": path, "authority": "localhost"}
    timeouts = {"connect": 2.0, "first_byte": 10.0, "between_bytes": 10.0, "pool_idle": 60.0}
    return [{"name": ADMIN_NAME, "base": "", "tls": None, "endpoints": [endpoint], "timeouts": timeouts}]
