"""A small plan, as the configuration would resolve it."""

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
    "tunnel_idle": 3600.0,
}


def plan(*endpoints: tuple[str, int], **changes: object) -> dict[str, Any]:
    """Return a plan with the one route `/api/payments`, stripped, to these endpoints."""
    timeouts = {"connect": 5.0, "first_byte": 60.0, "between_bytes": 60.0, "pool_idle": 60.0}
    made: dict[str, Any] = {
        "version": 1,
        "hash": "0123456789abcdef",
        "server": {"host": "127.0.0.1", "port": 0, "workers": 1, "tls": [], "admin": None},
        "limits": dict(LIMITS),
        "timeouts": dict(TIMEOUTS),
        "access_log": {"enabled": True, "format": "json", "path": None},
        "routes": [
            {
                "name": "payments",
                "prefix": "/api/payments",
                "strip": True,
                "upstream": 0,
                "preserve_host": True,
                "body_bytes": None,
            }
        ],
        "upstreams": [
            {
                "name": "payments",
                "base": "",
                "tls": None,
                "endpoints": [
                    {"host": host, "port": port, "unix": None, "authority": f"{host}:{port}"}
                    for host, port in endpoints
                ],
                "timeouts": timeouts,
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
