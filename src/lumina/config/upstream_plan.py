"""An upstream of a sound configuration as the plan has it: every default looked up, every number in its one unit."""

import os
from collections.abc import Sequence
from typing import Any

from lumina.config.model import Endpoint, Limits, Timeouts, Upstream, UpstreamTimeouts
from lumina.config.model.section import Section
from lumina.config.validate import Draft

Plan = dict[str, Any]

PROXY_PROTOCOL = {None: 0, "v1": 1, "v2": 2}  # the version that the plan has


def upstream_plan(draft: Draft, name: str, endpoints: Sequence[Endpoint], settings: Upstream) -> Plan:
    """Return the plan of one upstream."""
    first = endpoints[0].url
    return {
        "name": name,
        "base": first.base,
        "tls": _tls(draft, settings) if first.scheme == "https" else None,
        "endpoints": [_endpoint(one) for one in endpoints],
        "balance": settings.balance.model_dump(),
        "sticky": _section(settings.sticky),
        "slow_start": settings.slow_start,
        "caps": _caps(draft.config.limits, settings),
        "outliers": _section(settings.outliers),
        "breaker": _section(settings.breaker),
        "retries": _lists(settings.retries.model_dump()),
        "hedge": _section(settings.hedge),
        "adaptive": _section(settings.adaptive),
        "timeouts": _timeouts(draft.config.timeouts, settings.timeouts),
        "health": _health(settings),
        "proxy_protocol": PROXY_PROTOCOL[settings.proxy_protocol],
    }


def _endpoint(endpoint: Endpoint) -> Plan:
    url = endpoint.url
    return {
        "host": url.host,
        "port": url.port,
        "unix": url.unix,
        "authority": url.authority,
        "weight": endpoint.weight,
        "priority": endpoint.priority,
        "srv": url.srv,
    }


def _section(section: Section | None) -> Plan | None:
    return None if section is None else section.model_dump()


def _lists(plan: Plan) -> Plan:
    """Return the plan with lists for tuples, as JSON has them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in plan.items()}


def _caps(limits: Limits, settings: Upstream) -> Plan:
    """Return the caps; what is not set is taken from `limits`."""
    caps = settings.caps
    connections = limits.upstream_connections if caps.connections is None else caps.connections
    uploads = limits.upstream_uploads if caps.uploads is None else caps.uploads
    return {
        "connections": connections,
        "idle": limits.upstream_idle if caps.idle is None else caps.idle,
        "uploads": max(1, connections // 2) if uploads is None else uploads,
        "requests": caps.requests or 0,
        "queue": caps.queue,
    }


def _timeouts(defaults: Timeouts, own: UpstreamTimeouts) -> Plan:
    plan: Plan = {
        name: getattr(defaults, name) if getattr(own, name) is None else getattr(own, name)
        for name in UpstreamTimeouts.model_fields
    }
    plan["tls"] = plan["tls"] or None  # without a time of its own it is a part of `connect`
    return plan


def _health(settings: Upstream) -> Plan | None:
    health = settings.health
    if health is None:
        return None
    plan = health.model_dump(exclude={"statuses"})
    plan["statuses"] = [list(one) for one in health.statuses]
    return plan


def _tls(draft: Draft, upstream: Upstream) -> Plan:
    tls = upstream.tls
    if tls is None:
        return {"verify": True, "ca": None, "server_name": None}
    ca = None if tls.ca is None else os.path.normpath(draft.source.folder / tls.ca)
    return {"verify": tls.verify, "ca": ca, "server_name": tls.server_name}
