"""Everything compiled from one configuration: immutable and fully resolved."""

import json
from typing import Any

import cython

from lumina.http.networks import Networks
from lumina.http.target import octet_rules, path_rules
from lumina.http1.response import strictness
from lumina.numbers import ADMIN_NAME, ADMIN_SERIES, key_of, numbers_of
from lumina.routing.table import PrefixTable

ADMIN_PATHS = ("/health", "/health/live", "/health/ready", "/metrics")
ADMIN_ROUTE = {
    "name": ADMIN_NAME,
    "prefix": "/",
    "strip": False,
    "preserve_host": True,
    "body_bytes": 0,
    "priority": 2,
    "fallback": None,
    "admin": True,
}

# What the plan calls the numbers of the header, by their places.
POLICIES = ("random_two", "round_robin", "least_requests", "ewma", "hash")
WAYS = ("x-forwarded", "rfc7239", "both")  # bits, of http1/forwarded
HASH_KEYS = (None, "client", "header", "cookie", "query")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")  # from http1's METHOD_GET on

if not cython.compiled:  # the header's number, for the interpreter
    STATUSES = 600

Plan = dict[str, Any]


class Endpoint:
    """One address of an upstream."""

    __slots__ = ("authority", "host", "index", "key", "port", "priority", "socket_path", "srv", "weight")

    def __init__(self, index: int, plan: Plan) -> None:
        self.index = index
        self.host = plan["host"]
        self.port = plan["port"]
        self.socket_path = plan["unix"]
        self.authority = plan["authority"].encode("ascii")
        self.weight = plan["weight"]
        self.priority = plan["priority"]
        self.srv = plan["srv"]
        self.key = key_of(plan)


class Upstream:
    """A named set of endpoints. All times are seconds."""

    # fmt: off
    __slots__ = (
        "adaptive", "adaptive_maximum", "adaptive_minimum", "adaptive_tolerance", "authority", "base",
        "between_bytes_timeout", "breaker", "breaker_consecutive", "breaker_failure_rate", "breaker_index",
        "breaker_open", "breaker_requests", "breaker_slow", "breaker_slow_rate", "breaker_trials", "breaker_window",
        "budget_rate", "budget_ratio", "cap_connections", "cap_idle", "cap_queue", "cap_requests", "cap_uploads",
        "connect_timeout", "endpoints", "first_byte_timeout", "hash_by", "hash_load", "hash_name", "health", "hedge",
        "hedge_factor", "hedge_floor", "hedge_quantile", "index", "name", "outlier_consecutive", "outlier_ejection",
        "outlier_failure_rate", "outlier_max_ejected", "outlier_max_ejection", "outlier_requests",
        "outlier_slow_factor", "outlier_window", "outliers", "per_try_timeout", "policy", "pool_idle_timeout",
        "proxy_protocol", "queue_timeout", "request_timeout", "retry_attempts", "retry_backoff", "retry_buffer",
        "retry_connect", "retry_max_backoff", "retry_methods", "retry_reset", "retry_statuses", "retry_timeout",
        "secure", "series", "slow_start", "sticky", "sticky_cookie", "sticky_max_age", "sticky_secret", "tls",
        "tls_timeout", "tunnel_idle_timeout",
    )
    # fmt: on

    def __init__(self, index: int, series: int, plan: Plan, breaker_index: int, places: list[int]) -> None:
        """series, breaker_index, places: what is its own in the arena, and its endpoints' (see `numbers`)."""
        self.index = index
        self.series = series
        self.breaker_index = breaker_index
        self.name = plan["name"]
        self.base = plan["base"].encode("ascii")
        self.tls = plan["tls"]
        self.secure = plan["tls"] is not None
        self.endpoints = tuple(
            Endpoint(place, endpoint) for place, endpoint in zip(places, plan["endpoints"], strict=True)
        )
        self.authority = self.endpoints[0].authority
        self.health = plan["health"]
        self.proxy_protocol = plan["proxy_protocol"]
        self._choice(plan["balance"], plan["sticky"] or {}, plan["slow_start"])
        self._caps(plan["caps"])
        self._standing(plan["outliers"] or {}, plan["breaker"] or {}, plan["adaptive"] or {})
        self._retries(plan["retries"], plan["hedge"] or {})
        self._timeouts(plan["timeouts"])

    def _choice(self, balance: Plan, sticky: Plan, slow_start: float) -> None:
        name = balance["name"] or ""
        self.policy = POLICIES.index(balance["policy"])
        self.hash_by = HASH_KEYS.index(balance["by"])
        self.hash_name = (name.lower() if balance["by"] == "header" else name).encode("ascii")
        self.hash_load = balance["load"]
        self.sticky = bool(sticky)
        self.sticky_cookie = sticky.get("cookie", "").encode("ascii")
        self.sticky_secret = sticky.get("secret", "").encode()
        self.sticky_max_age = sticky.get("max_age", 0.0)
        self.slow_start = slow_start

    def _caps(self, caps: Plan) -> None:
        self.cap_connections = caps["connections"]
        self.cap_idle = caps["idle"]
        self.cap_uploads = caps["uploads"]
        self.cap_requests = caps["requests"]
        self.cap_queue = caps["queue"]

    def _standing(self, outliers: Plan, breaker: Plan, adaptive: Plan) -> None:
        """Take the rules; those of what is off stay zero."""
        self.outliers = bool(outliers)
        self.outlier_consecutive = outliers.get("consecutive", 0)
        self.outlier_failure_rate = outliers.get("failure_rate", 0.0)
        self.outlier_requests = outliers.get("requests", 0)
        self.outlier_window = outliers.get("window", 0.0)
        self.outlier_slow_factor = outliers.get("slow_factor", 0.0)
        self.outlier_ejection = outliers.get("ejection", 0.0)
        self.outlier_max_ejection = outliers.get("max_ejection", 0.0)
        self.outlier_max_ejected = outliers.get("max_ejected", 0.0)
        self.breaker = bool(breaker)
        self.breaker_consecutive = breaker.get("consecutive", 0)
        self.breaker_failure_rate = breaker.get("failure_rate", 0.0)
        self.breaker_slow_rate = breaker.get("slow_rate", 0.0)
        self.breaker_slow = breaker.get("slow", 0.0)
        self.breaker_requests = breaker.get("requests", 0)
        self.breaker_window = breaker.get("window", 0.0)
        self.breaker_open = breaker.get("open", 0.0)
        self.breaker_trials = breaker.get("trials", 0)
        self.adaptive = bool(adaptive)
        self.adaptive_tolerance = adaptive.get("tolerance", 0.0)
        self.adaptive_minimum = adaptive.get("minimum", 0)
        self.adaptive_maximum = adaptive.get("maximum", 0)

    def _retries(self, retries: Plan, hedge: Plan) -> None:
        self.retry_attempts = retries["attempts"]
        self.retry_connect = retries["connect"]
        self.retry_reset = retries["reset"]
        self.retry_timeout = retries["timeout"]
        self.retry_statuses = bytes(status in retries["statuses"] for status in range(STATUSES))
        self.retry_methods = sum(1 << (1 + METHODS.index(method)) for method in set(retries["methods"]))
        self.retry_backoff = retries["backoff"]
        self.retry_max_backoff = retries["max_backoff"]
        self.retry_buffer = retries["buffer"]
        self.budget_ratio = retries["budget_ratio"]
        self.budget_rate = retries["budget_rate"]
        self.hedge = bool(hedge)
        self.hedge_quantile = hedge.get("quantile", 0.0)
        self.hedge_factor = hedge.get("factor", 0.0)
        self.hedge_floor = hedge.get("floor", 0.0)

    def _timeouts(self, timeouts: Plan) -> None:
        self.connect_timeout = timeouts["connect"]
        self.tls_timeout = timeouts["tls"] or 0.0
        self.queue_timeout = timeouts["queue"]
        self.first_byte_timeout = timeouts["first_byte"]
        self.between_bytes_timeout = timeouts["between_bytes"]
        self.per_try_timeout = timeouts["per_try"]
        self.request_timeout = timeouts["request"]
        self.pool_idle_timeout = timeouts["pool_idle"]
        self.tunnel_idle_timeout = timeouts["tunnel_idle"]


class Fallback:
    """What answers when a route's upstream cannot."""

    __slots__ = ("body", "content_type", "route", "status", "upstream")

    def __init__(self, plan: Plan, route: "Route | None") -> None:
        """route: the same one, but that it leads to the other upstream."""
        answer = plan["answer"] or {"status": 0, "content_type": "", "body": ""}
        self.route = route
        self.upstream = None if route is None else route.upstream
        self.status = answer["status"]
        self.content_type = answer["content_type"].encode("ascii")
        self.body = answer["body"].encode()


class Route:
    """A prefix, what becomes of it, and the upstream that answers."""

    # fmt: off
    __slots__ = (
        "admin", "bare", "body_bytes", "covered", "fallback", "index", "label", "name", "paths", "prefix",
        "preserve_host", "priority", "series", "strip", "upstream",
    )
    # fmt: on

    def __init__(self, index: int, series: int, plan: Plan, upstreams: list[Upstream]) -> None:
        """upstreams: all there are, by the numbers that the plan has; `admin` in it marks health and metrics."""
        upstream: Upstream = upstreams[plan["upstream"]]
        fallback = plan["fallback"]
        self.index = index
        self.series = series
        self.name = plan["name"]
        self.label = f',"route":{json.dumps(self.name)},"upstream":{json.dumps(upstream.name)}'.encode()
        self.prefix = plan["prefix"].encode("ascii")
        self.strip = len(self.prefix) if plan["strip"] else 0
        self.covered = len(self.prefix.rstrip(b"/"))
        self.preserve_host = plan["preserve_host"]
        self.paths = path_rules(plan.get("paths", {}))
        self.admin = plan.get("admin", False)
        self.body_bytes = -1 if plan["body_bytes"] is None else plan["body_bytes"]
        self.upstream = upstream
        self.priority = plan["priority"]
        self.fallback = other = None
        if fallback is not None:
            if fallback["upstream"] is not None:
                rest = {"upstream": None, "answer": fallback["answer"]} if fallback["answer"] else None
                other = Route(index, series, {**plan, "upstream": fallback["upstream"], "fallback": rest}, upstreams)
            self.fallback = Fallback(fallback, other)
        based = bool(upstream.base) and (other is None or bool(other.upstream.base))
        self.bare = not based and (self.strip > 0 or self.covered == 0)


class Limits:
    """What one peer may take: sizes in octets, counts of things."""

    # fmt: off
    __slots__ = (
        "client_connections", "connection_requests", "connections", "header_bytes", "header_count", "min_request_rate",
        "min_response_rate", "passes", "pipelined_requests", "request_line", "requests", "response_header_bytes",
    )
    # fmt: on

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
        self.passes = plan["passes"]
        self.min_request_rate = plan["min_request_rate"]
        self.min_response_rate = plan["min_response_rate"]


class Timeouts:
    """How long a client may take, in seconds."""

    __slots__ = ("body", "deadline_header", "drain", "header", "keep_alive", "rate_grace", "write")

    def __init__(self, plan: Plan) -> None:
        self.header = plan["header"]
        self.body = plan["body"]
        self.keep_alive = plan["keep_alive"]
        self.write = plan["write"]
        self.rate_grace = plan["rate_grace"]
        self.drain = plan["drain"]
        self.deadline_header = (plan["deadline_header"] or "").lower().encode("ascii")


class Overload:
    """From where on requests are refused so that others are served; 0 is never."""

    __slots__ = ("loop_lag", "memory", "queue_age")

    def __init__(self, plan: Plan) -> None:
        self.loop_lag = plan["loop_lag"]
        self.queue_age = plan["queue_age"]
        self.memory = -1 if plan["memory"] is None else plan["memory"]


class Snapshot:
    """One configuration, as the engine reads it."""

    # fmt: off
    __slots__ = (
        "admin_table", "endpoints", "forwarded", "half_close", "limits", "overload", "paths", "routes", "strict",
        "table", "taken", "timeouts", "trace", "trusted", "upstreams",
    )
    # fmt: on

    def __init__(self, plan: Plan, admin_path: str = "") -> None:
        """Build from a resolved plan; `admin_path` is the unix socket that answers health and metrics."""
        self.limits = Limits(plan["limits"])
        self.timeouts = Timeouts(plan["timeouts"])
        self.overload = Overload(plan["overload"])
        numbers = numbers_of(plan)
        upstreams = [
            Upstream(index, series, entry, breaker, places)
            for index, (series, entry, breaker, places) in enumerate(
                zip(numbers["upstreams"], plan["upstreams"], numbers["breakers"], numbers["endpoints"], strict=True)
            )
        ]
        for entry in _admin_upstreams(admin_path):
            upstreams.append(Upstream(len(upstreams), ADMIN_SERIES, entry, 0, [numbers["admin"]]))
        self.upstreams = tuple(upstreams)
        self.endpoints = tuple(endpoint for upstream in upstreams for endpoint in upstream.endpoints)
        routes = [
            Route(index, series, entry, upstreams)
            for index, (series, entry) in enumerate(zip(numbers["routes"], plan["routes"], strict=True))
        ]
        entries = [(route.prefix, route.index, False) for route in routes]
        admin_entries: list[tuple[bytes, int, bool]] = []
        if admin_path:
            admin = {**ADMIN_ROUTE, "upstream": len(upstreams) - 1, "paths": plan.get("paths", {})}
            routes.append(Route(len(routes), ADMIN_SERIES, admin, upstreams))
            admin_entries = [(path.encode(), len(routes) - 1, True) for path in ADMIN_PATHS]
        self.routes = tuple(routes)
        self.paths = path_rules(plan.get("paths", {}))
        self.strict = strictness(plan.get("leniency", {}))
        self.taken = octet_rules(plan.get("leniency", {}))
        self.trusted = Networks(plan["server"]["trusted_proxies"])
        self.trace = plan["server"]["trace"]
        self.half_close = plan["server"]["half_close"]
        self.forwarded = 1 + WAYS.index(plan["server"]["forwarded"])
        for route in routes:
            self.taken |= route.paths
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
    """Return the supervisor as an upstream: near, alone, and never given up."""
    if not path:
        return []
    endpoint = {
        "host": None,
        "port": 0,
        "unix": path,
        "authority": "localhost",
        "weight": 1,
        "priority": 0,
        "srv": None,
    }
    off = dict.fromkeys(("tls", "sticky", "outliers", "breaker", "hedge", "adaptive", "health"))
    once = {"attempts": 1, "connect": False, "reset": False, "timeout": False, "statuses": [], "methods": []}
    buffers = {"backoff": 0.0, "max_backoff": 0.0, "buffer": 0, "budget_ratio": 0.0, "budget_rate": 0.0}
    times = {"connect": 2.0, "tls": None, "queue": 1.0, "first_byte": 10.0, "between_bytes": 10.0, "per_try": 0.0}
    return [
        {
            **off,
            "name": ADMIN_NAME,
            "base": "",
            "endpoints": [endpoint],
            "balance": {"policy": POLICIES[0], "by": None, "name": None, "load": 1.0},
            "slow_start": 0.0,
            "proxy_protocol": 0,
            "caps": {"connections": 1024, "idle": 512, "uploads": 512, "requests": 0, "queue": 1024},
            "retries": {**once, **buffers},
            "timeouts": {**times, "request": 0.0, "pool_idle": 60.0, "tunnel_idle": 60.0},
        }
    ]
