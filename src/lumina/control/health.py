"""What `/health` tells: the state of the whole node in one document."""

from typing import Any

from lumina import __version__

HEALTHY = ("ok", "degraded")


def status_of(phase: str, configured: int, alive: int) -> str:
    """Return one word: the phase, or `ok`, `degraded` (a worker is being replaced), `failing` (none is left)."""
    if phase != "running":
        return phase
    if alive == configured:
        return "ok"
    return "degraded" if alive else "failing"


def is_ready(status: str) -> bool:
    """Say whether new connections are welcome."""
    return status in HEALTHY


def document(
    status: str, uptime: float, plan: dict[str, Any], workers: list[dict[str, Any]], upstreams: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the whole document; each of `workers` tells its slot, pid, state and restarts."""
    return {
        "status": status,
        "version": __version__,
        "uptime": round(uptime, 3),
        "config": {"hash": plan["hash"], "routes": len(plan["routes"])},
        "workers": {
            "configured": len(workers),
            "alive": sum(worker["state"] == "ready" for worker in workers),
            "restarts": sum(worker["restarts"] for worker in workers),
            "list": workers,
        },
        "upstreams": upstreams,
    }
