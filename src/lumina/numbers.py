"""Which place in the arena is whose: by the order of a plan, or as `control.ledger` says, which knows earlier plans.

What is counted and known lives in the arena under numbers; names and addresses are in the plan alone.
"""

from typing import Any

ADMIN_NAME = "_admin"
OTHER_NAME = "_OTHER"
RESERVED_NAMES = (ADMIN_NAME, OTHER_NAME)  # what metrics call something else than a route or an upstream of the plan
SERIES_CAP = 1000  # routes, and upstreams, with a series of their own; the rest share `_OTHER`
OTHER_SERIES = 1  # 0 is for what belongs to no route
FIRST_SERIES = 2
ADMIN_SERIES = FIRST_SERIES + SERIES_CAP

Plan = dict[str, Any]


def series_of(index: int) -> int:
    """Return the metric series of the route (or upstream) that came as number `index`."""
    return FIRST_SERIES + index if index < SERIES_CAP else OTHER_SERIES


def key_of(endpoint: Plan) -> str:
    """Return what identifies an endpoint of a plan in its upstream."""
    if endpoint["srv"]:
        return f"srv:{endpoint['srv']}"
    return f"unix:{endpoint['unix']}" if endpoint["unix"] else f"{endpoint['host']}:{endpoint['port']}"


def numbers_of(plan: Plan) -> Plan:
    """Return the numbers of a plan: those that it was given, or those of its order.

    routes, upstreams: the series of each; breakers: the place in the arena of each upstream's own breaker; endpoints:
    by upstream, the place of each endpoint's state; admin: that of the supervisor, which is an endpoint too.
    """
    if "numbers" in plan:
        given: Plan = plan["numbers"]
        return given
    endpoints = []
    first = 0
    for upstream in plan["upstreams"]:
        endpoints.append(list(range(first, first + len(upstream["endpoints"]))))
        first += len(upstream["endpoints"])
    return {
        "routes": [series_of(index) for index in range(len(plan["routes"]))],
        "upstreams": [series_of(index) for index in range(len(plan["upstreams"]))],
        "breakers": list(range(len(plan["upstreams"]))),
        "endpoints": endpoints,
        "admin": first,
    }
