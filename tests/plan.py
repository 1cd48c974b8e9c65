"""A small plan, as the configuration would resolve it."""

import copy
from typing import Any

LIMITS = {
    "request_line": 8192,
    "header_bytes": 32768,
    "header_count": 100,
    "response_header_bytes": 65536,
    "connections": 1000,
    "client_connections": 1000,
    "connection_requests": 10000,
    "pipelined_requests": 100,
    "requests": 1000,
    "passes": 10,
    "min_request_rate": 240,
    "min_response_rate": 240,
    "upstream_connections": 100,
    "upstream_idle": 100,
    "upstream_uploads": 50,
}
TIMEOUTS = {
    "header": 15.0,
    "body": 60.0,
    "keep_alive": 75.0,
    "write": 60.0,
    "rate_grace": 10.0,
    "drain": 30.0,
    "deadline_header": "X-Request-Timeout",
}
OVERLOAD = {"loop_lag": 0.0, "queue_age": 0.0, "memory": 0}  # a test may pause as long as it likes
UPSTREAM: dict[str, Any] = {
    "base": "",
    "tls": None,
    "balance": {"policy": "random_two", "by": None, "name": None, "load": 1.25},
    "sticky": None,
    "slow_start": 0.0,
    "caps": {"connections": 100, "idle": 100, "uploads": 50, "requests": 0, "queue": 1024},
    "outliers": {
        "consecutive": 5,
        "failure_rate": 0.5,
        "requests": 20,
        "window": 10.0,
        "slow_factor": 5.0,
        "ejection": 1.0,
        "max_ejection": 5.0,
        "max_ejected": 0.7,
    },
    "breaker": None,
    "retries": {
        "attempts": 3,
        "connect": True,
        "reset": True,
        "timeout": False,
        "statuses": [502, 503, 504],
        "methods": ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"],
        "backoff": 0.025,
        "max_backoff": 0.25,
        "buffer": 65536,
        "budget_ratio": 0.2,
        "budget_rate": 3.0,
    },
    "hedge": None,
    "adaptive": {"tolerance": 2.0, "minimum": 8, "maximum": 65536},
    "timeouts": {
        "tunnel_idle": 3600.0,
        "connect": 5.0,
        "tls": 5.0,
        "queue": 1.0,
        "first_byte": 60.0,
        "between_bytes": 60.0,
        "per_try": 0.0,
        "request": 0.0,
        "pool_idle": 60.0,
    },
    "health": None,
    "proxy_protocol": 0,
}
ENDPOINT: dict[str, Any] = {"unix": None, "weight": 1, "priority": 0, "srv": None}


def plan(*endpoints: tuple[str, int], **changes: object) -> dict[str, Any]:
    """Return a plan with the one route `/api/payments`, stripped, to these endpoints."""
    made: dict[str, Any] = {
        "version": 1,
        "hash": "0123456789abcdef",
        "server": {
            "host": "127.0.0.1",
            "port": 0,
            "workers": 1,
            "tls": [],
            "admin": None,
            "proxy_protocol": None,
            "trusted_proxies": [],
            "forwarded": "x-forwarded",
            "trace": False,
            "half_close": False,
        },
        "limits": dict(LIMITS),
        "timeouts": dict(TIMEOUTS),
        "overload": dict(OVERLOAD),
        "resolver": {"nameservers": [], "timeout": 2.0, "min_ttl": 1.0, "max_ttl": 300.0},
        "access_log": {"enabled": True, "format": "json", "path": None},
        "routes": [
            {
                "name": "payments",
                "prefix": "/api/payments",
                "strip": True,
                "upstream": 0,
                "preserve_host": True,
                "body_bytes": None,
                "priority": 1,
                "fallback": None,
            }
        ],
        "upstreams": [
            {
                **copy.deepcopy(UPSTREAM),
                "name": "payments",
                "endpoints": [
                    {**ENDPOINT, "host": host, "port": port, "authority": f"{host}:{port}"} for host, port in endpoints
                ],
            }
        ],
    }
    for path, value in changes.items():
        place: Any = made
        *way, last = path.split("__")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value
    return made
